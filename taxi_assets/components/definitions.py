"""Dagster's definitions of the pipeline files. A wrong file is shown and does not affect others."""

import logging

import dagster as dg

from taxi_assets.automation.alerts import WRONG_FILES
from taxi_assets.components.pipeline import GROUP, Pipeline, job_name
from taxi_assets.components.pipeline_files import PipelineFile, read_pipeline_files
from taxi_assets.errors import InvalidFileError
from taxi_assets.failures import dagster_failures
from taxi_assets.settings import Settings

_log = logging.getLogger(__name__)


def pipeline_definitions(settings: Settings) -> dg.Definitions:
    """The definitions of all files in the settings' folder; empty if there is no folder."""
    folder = settings.pipelines
    if not folder.is_dir():
        return dg.Definitions()
    return dg.Definitions.merge(
        *(_of_file(file, settings) for file in read_pipeline_files(folder, settings))
    )


def _of_file(file: PipelineFile, settings: Settings) -> dg.Definitions:
    if isinstance(file.found, Pipeline):
        return file.found.definitions(file.name, settings)
    _log.error("%s", file.found)
    return _of_wrong_file(file, file.found)


def _of_wrong_file(file: PipelineFile, error: InvalidFileError) -> dg.Definitions:
    """An asset whose description is the file's error. Its materialization fails with the error."""

    @dg.asset(
        key=[WRONG_FILES, "".join(c if c.isalnum() else "_" for c in file.path.stem)],
        group_name=GROUP,
        kinds={"yaml"},
        description=f"**This pipeline file is wrong, and defines nothing.**\n\n{error}",
    )
    def wrong_file() -> None:
        with dagster_failures():
            raise error

    if not file.name.isidentifier():
        return dg.Definitions(assets=[wrong_file])
    job = dg.define_asset_job(job_name(file.name), [wrong_file], description=str(error))
    return dg.Definitions(assets=[wrong_file], jobs=[job])
