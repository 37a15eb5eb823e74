"""Loads a new pipeline file as Dagster will, in a process of its own, and says what came of it.

It is a program like the command line, so it may import the definitions: nothing imports it. The
working directory holds a copy of the pipelines; whoever starts this ends it when it is late.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import dagster as dg

# Dagster has no public way to ask when a cron expression is due.
from taxi_assets.automation.dagster_internals import schedule_execution_time_iterator
from taxi_assets.components.pipeline import Pipeline
from taxi_assets.components.pipeline_files import read_pipeline_files
from taxi_assets.components.trip_pipeline import TripPipeline
from taxi_assets.definitions import build_definitions
from taxi_assets.errors import InvalidFileError
from taxi_assets.settings import Settings, read_settings

if TYPE_CHECKING:
    from collections.abc import Mapping


def main() -> None:
    """Answer one request: the texts of files by their names."""
    json.dump(answer(json.load(sys.stdin)), sys.stdout)


def answer(files: Mapping[str, str]) -> dict[str, object]:
    """What each file defines, by its name, or why one of them cannot be: ``{"error"}``."""
    settings = read_settings()
    before = _read(settings)
    for file, text in files.items():
        # What no text has is found when the file is read.
        (settings.pipelines / file).write_text(text, "utf-8", errors="surrogatepass")
    after = _read(settings)
    for name, found in after.items():
        was_wrong = isinstance(before.get(name), InvalidFileError)
        if isinstance(found, InvalidFileError) and (name in files or not was_wrong):
            return {"error": found.what}
    definitions = build_definitions(settings)
    proofs: dict[str, object] = {}
    for file in files:
        pipeline = after[file]
        assert isinstance(pipeline, Pipeline)
        try:
            proofs[file] = _defined(Path(file).stem, pipeline, settings, definitions)
        except Exception as error:  # Whatever Dagster makes of it, the model is told.
            return {"error": f"{file} cannot be loaded: {error}"}
    return proofs


def _read(settings: Settings) -> Mapping[str, Pipeline | InvalidFileError]:
    return {
        each.path.name: each.found for each in read_pipeline_files(settings.pipelines, settings)
    }


def _defined(
    name: str, pipeline: Pipeline, settings: Settings, definitions: dg.Definitions
) -> dict[str, object]:
    job = definitions.resolve_job_def(pipeline.job_name(name))
    assets = job.asset_layer.selected_asset_keys
    if not assets:
        raise ValueError("it makes nothing")
    return {
        "title": pipeline.title,
        "job": job.name,
        "assets": sorted(key.to_user_string() for key in assets),
        "checks": sorted({key.name for key in job.asset_layer.asset_graph.asset_check_keys}),
        "months": _months(job, pipeline, settings),
        "next_tick": _next_tick(pipeline.schedule, settings.schedule_timezone),
    }


def _months(job: dg.JobDefinition, pipeline: Pipeline, settings: Settings) -> list[str]:
    """The months that it loads by now; a range without an end has no more than are published."""
    if not isinstance(pipeline, TripPipeline):
        return []
    months = sorted(map(str, pipeline.wanted(settings, datetime.now(UTC).date())))
    if not months:
        raise ValueError(
            f"months: none from {pipeline.months.first} to {pipeline.months.last or 'the newest'} "
            "can have been published yet, so it would do nothing"
        )
    known = job.partitions_def.get_partition_keys() if job.partitions_def else []
    if unknown := set(months).difference(known):
        raise ValueError(f"months: {min(unknown)} is no month of this taxi")
    return months


def _next_tick(schedule: str | None, timezone: str) -> str | None:
    if schedule is None:
        return None
    now = datetime.now(UTC).timestamp()
    try:
        return next(schedule_execution_time_iterator(now, schedule, timezone)).isoformat()
    except Exception as error:  # It has its own exception for days that no month has.
        raise ValueError(f"schedule: {schedule!r} never comes: {error}") from None


if __name__ == "__main__":
    main()
