"""The tools that change something, each with a dry run, which is the default.

No ``from __future__ import annotations`` here: the SDK reads these signatures.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated

import anyio.to_thread
from mcp.server.mcpserver import Context
from pydantic import Field

from taxi_assets.assistant.copilot.writing import current_text, difference, write_pipeline
from taxi_assets.errors import AssistantError
from taxi_assets.mcp.pipelines import pipeline_path, proved
from taxi_assets.mcp.reading import LONGEST_NAME, MonthText, PipelineCheck
from taxi_assets.settings import Settings
from taxi_assets.status.load_plan import MonthPlan, plan_load
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.month import Month

_MOST_MONTHS = 24
_PROGRAM = "from taxi_assets.cli import main; main()"


@dataclass(frozen=True)
class LoadedMonth:
    """What came of a month: its state and rows, or why it failed with what to do."""

    name: str
    state: str
    rows: int
    message: str


@dataclass(frozen=True)
class LoadResult:
    """What loading would do, or what it did; one of both is empty."""

    plans: list[MonthPlan]
    outcomes: list[LoadedMonth]


@dataclass(frozen=True)
class PipelineResult:
    """What a pipeline file defines, and whether it was written."""

    check: PipelineCheck
    written: bool


@dataclass(frozen=True)
class WritingTools:
    """The tools, by the settings that hold."""

    settings: Settings

    async def load(
        self,
        context: Context,
        taxi: Annotated[str, Field(description="A taxi, such as green.")],
        start: MonthText,
        end: MonthText | None = None,
        dry_run: bool = True,
    ) -> LoadResult:
        """Load months START to END from their source into every warehouse, at most 24.

        With dry_run, which is the default, only say what would be fetched, loaded and replaced.
        Show the user that first, and load (dry_run false) only when the user agreed.
        """
        months = _months(taxi, start, end)
        if dry_run:
            wanted = [(DATASETS[taxi], month) for month in months]
            plans = await anyio.to_thread.run_sync(
                lambda: list(plan_load(self.settings, wanted, False))
            )
            return LoadResult(plans, [])
        outcomes: list[LoadedMonth] = []
        for number, month in enumerate(months):
            await context.report_progress(number, len(months), f"{taxi} {month}")
            outcomes += await anyio.to_thread.run_sync(_load, taxi, str(month))
        return LoadResult([], outcomes)

    def apply_pipeline(
        self, name: str, text: str, dry_run: bool = True, replace: bool = False
    ) -> PipelineResult:
        """Write a pipeline file (YAML), once it loads in a copy of the project.

        With dry_run, which is the default, nothing is written. Show the user the diff first, and
        write (dry_run false) only when the user agreed. A file that is there is changed only with
        replace. Writing runs nothing: the code location has to be reloaded in Dagster's UI.
        """
        path = pipeline_path(self.settings, name)
        before = current_text(path)
        if before is not None and not replace:
            raise AssistantError(
                f"there is a pipeline {name} already", "choose another name, or set replace"
            )
        proof = proved(self.settings, path, text)
        if not dry_run:
            write_pipeline(path, before, text)
        check = PipelineCheck(str(path), difference(path, before, text), proof)
        return PipelineResult(check, written=not dry_run)


def _months(taxi: str, start: str, end: str | None) -> list[Month]:
    if taxi not in DATASETS:
        raise AssistantError(
            f"there is no taxi {taxi[:LONGEST_NAME]!r}", f"name one of {', '.join(DATASETS)}"
        )
    first = DATASETS[taxi].require(Month.parse(start))
    last = Month.parse(end) if end else first
    newest = Month.of(datetime.now(UTC).date()).plus(-1)
    months = list(first.through(min(last, newest)))
    if not 1 <= len(months) <= _MOST_MONTHS:
        raise AssistantError(
            f"{start} to {end or start} are {len(months)} months that have ended; "
            f"1 to {_MOST_MONTHS} are loaded at once",
            "ask for others, or use `taxi-assets backfill`",
        )
    return months


def _load(taxi: str, month: str) -> list[LoadedMonth]:
    """Load in a process of its own, as the command does: a run that dies takes no server along."""
    done = subprocess.run(  # noqa: S603 - our own command
        [sys.executable, "-c", _PROGRAM, "load", taxi, month, "--json"],
        capture_output=True,
        stdin=subprocess.DEVNULL,
        check=False,
    )
    if not done.stdout.strip():
        said = done.stderr.decode(errors="replace").strip().splitlines()
        return [LoadedMonth(f"{taxi} {month}", "failed", 0, " ".join(said[-2:]))]
    return [
        LoadedMonth(each["name"], each["state"], each["rows"], each["message"])
        for each in json.loads(done.stdout)
    ]
