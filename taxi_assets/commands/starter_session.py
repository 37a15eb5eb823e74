"""Runs the three starter pipelines one after the other, for `taxi-assets starter`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import dagster as dg

from taxi_assets.automation.instance import SESSION_TAGS, open_instance
from taxi_assets.automation.month_outcomes import failure_of
from taxi_assets.definitions import build_definitions
from taxi_assets.settings import Settings
from taxi_assets.starter.definitions import GETTING_STARTED_JOB, IMAGE_PULLS_JOB
from taxi_assets.starter.hello_world import Greeting, Pause, hello_world

_QUIET = {"console": {"config": {"log_level": "CRITICAL"}}}
_SAMPLE = Path(__file__).resolve().parents[1] / "starter" / "sample"

SAMPLE_SETTINGS = {
    "docker_hub_url": _SAMPLE.as_uri(),
    "products_url": (_SAMPLE / "products.json").as_uri(),
    "starter_runner": "process",
}
"""Settings with which the pipelines need neither a network nor Docker."""


@dataclass(frozen=True)
class PipelineOutcome:
    """The outcome of a pipeline.

    Attributes:
        name: its job.
        ok: whether it succeeded.
        lines: its log and the metadata of its assets; or why it failed, with the remedy.
    """

    name: str
    ok: bool
    lines: tuple[str, ...]


def run_starter(settings: Settings, name: str, pause_seconds: float) -> Iterator[PipelineOutcome]:
    """Run each pipeline as a Dagster run that the UI shows, and yield its outcome.

    Args:
        settings: settings of the project.
        name: the name that hello world greets.
        pause_seconds: how long hello world waits.
    """
    greeting = dg.RunConfig(
        ops={"hello": Greeting(name=name), "pause": Pause(seconds=pause_seconds)}, loggers=_QUIET
    )
    definitions = build_definitions(settings)
    with open_instance(settings) as instance:
        for job, config in (
            (hello_world.name, greeting),
            (IMAGE_PULLS_JOB, dg.RunConfig(loggers=_QUIET)),
            (GETTING_STARTED_JOB, dg.RunConfig(loggers=_QUIET)),
        ):
            result = definitions.resolve_job_def(job).execute_in_process(
                run_config=config, instance=instance, tags=SESSION_TAGS, raise_on_error=False
            )
            failure = failure_of(result)
            lines = [failure] if failure else [*_said(instance, result), *_made(result)]
            yield PipelineOutcome(job, result.success, tuple(lines))


def _said(instance: dg.DagsterInstance, result: dg.ExecuteInProcessResult) -> list[str]:
    entries = instance.all_logs(result.run_id)
    return [e.user_message for e in entries if not e.is_dagster_event]


def _made(result: dg.ExecuteInProcessResult) -> Iterator[str]:
    for event in result.get_asset_materialization_events():
        metadata = event.materialization.metadata
        asset = event.materialization.asset_key.to_user_string()
        values = {
            name: value.value
            for name, value in metadata.items()
            if isinstance(value.value, str | int | float) and name not in ("path", "chart")
        }
        yield f"{asset}: " + ", ".join(f"{name} {value}" for name, value in values.items())
        if isinstance(chart := metadata.get("chart"), dg.MarkdownMetadataValue):
            yield chart.value.strip("`\n")
