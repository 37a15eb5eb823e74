"""Dagster's definitions of the pipeline files. A wrong file is shown and does not affect others."""

import logging
from collections.abc import Collection
from itertools import chain, count

import dagster as dg

from taxi_assets.automation.alerts import WRONG_FILES
from taxi_assets.components.pipeline import GROUP, Pipeline, job_name
from taxi_assets.components.pipeline_files import PipelineFile, read_pipeline_files
from taxi_assets.components.table_name import is_plain
from taxi_assets.errors import InvalidFileError
from taxi_assets.failures import dagster_failures
from taxi_assets.settings import Settings

_log = logging.getLogger(__name__)


def pipeline_definitions(settings: Settings) -> dg.Definitions:
    """The definitions of all files in the settings' folder; empty if there is no folder."""
    folder = settings.pipelines
    if not folder.is_dir():
        return dg.Definitions()
    files = read_pipeline_files(folder, settings)
    parts: list[dg.Definitions] = []
    taken: set[str] = set()
    # A file that is named as it should be has the name before those that are not.
    for file in sorted(files, key=lambda each: not is_plain(each.name)):
        name = _free_name(file.name, taken)
        taken.add(name)
        parts.append(_of_file(file, name, settings))
    return dg.Definitions.merge(*parts)


def _free_name(name: str, taken: Collection[str]) -> str:
    """The name in characters that Dagster takes, and as no other file has it."""
    plain = "".join(c if c.isascii() and c.isalnum() else "_" for c in name)
    names = chain([plain], (f"{plain}_{number}" for number in count(2)))
    return next(each for each in names if each not in taken)


def _of_file(file: PipelineFile, name: str, settings: Settings) -> dg.Definitions:
    if isinstance(file.found, Pipeline):
        return file.found.definitions(file.name, settings)
    _log.error("%s", file.found)
    return _of_wrong_file(file, name, file.found)


def _of_wrong_file(file: PipelineFile, name: str, error: InvalidFileError) -> dg.Definitions:
    """An asset whose description is the file's error. Its materialization fails with the error."""

    @dg.asset(
        key=[WRONG_FILES, name],
        group_name=GROUP,
        kinds={"yaml"},
        metadata={WRONG_FILES: file.path.name},
        description=f"**This pipeline file is wrong, and defines nothing.**\n\n{error}",
    )
    def wrong_file() -> None:
        with dagster_failures():
            raise error

    if name != file.name or not name.isidentifier():
        return dg.Definitions(assets=[wrong_file])
    job = dg.define_asset_job(job_name(file.name), [wrong_file], description=str(error))
    return dg.Definitions(assets=[wrong_file], jobs=[job])
