"""Backfills by a real daemon and code server, whose source answers when a test lets it."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import dagster as dg
from dagster._daemon.controller import all_daemons_live

from taxi_assets.automation.instance import open_instance
from taxi_assets.automation.run_tags import PARTITION_TAG
from taxi_assets.settings import read_settings
from taxi_assets.trips.green import GREEN
from taxi_assets_tests.command_line import (
    DataFolder,
    rows_in,
    sha256,
    taxi_assets,
    wait_for,
)
from taxi_assets_tests.fake_source import Publication
from taxi_assets_tests.held_source import HeldSource, held_source
from taxi_assets_tests.postgres_server import postgres_server
from taxi_assets_tests.published import csv_month, lines
from taxi_assets_tests.server_processes import ServerProcesses, server_processes


@dataclass(frozen=True)
class BackfillLab:
    """Services that load from a source whose answers are held back."""

    services: ServerProcesses
    source: HeldSource
    data: DataFolder
    instance: dg.DagsterInstance

    def publish(self, month: str, rows: int) -> None:
        """Serve a month of so many rows, once it is released."""
        number = int(month[2:4]) + int(month[-2:])
        body = csv_month(GREEN, lines(GREEN, rows + number)[number:])
        self.source.files[file_of(month)] = Publication(
            body, f'"{sha256(body)[:16]}"', f"Thu, {rows % 28 + 1:02} May 2025 00:00:00 GMT"
        )

    def backfill(self, start: str, end: str, taxi: str = "green") -> str:
        """Hand a range to the daemon; the backfill's id."""
        answer = taxi_assets("backfill", taxi, start, end)
        assert answer.exit_code == 0, answer.text
        match = re.search(r"backfill (\w+):", answer.text)
        assert match is not None
        return match[1]

    def runs(self, backfill_id: str, month: str | None = None) -> list[dg.DagsterRun]:
        """A backfill's runs, or those of one of its months, newest first."""
        tags = {"dagster/backfill": backfill_id}
        filters = dg.RunsFilter(tags={**tags, PARTITION_TAG: month} if month else tags)
        return list(self.instance.get_runs(filters))

    def states(self, backfill_id: str, month: str | None = None) -> list[dg.DagsterRunStatus]:
        """What became of a backfill's runs, or of those of a month, newest first."""
        return [run.status for run in self.runs(backfill_id, month)]

    def state(self, backfill_id: str) -> str:
        """What the command line says of the backfill."""
        answer = taxi_assets("backfills", "--json")
        lines = {line["backfill_id"]: line for line in json.loads(answer.stdout)}
        return str(lines[backfill_id]["words"])

    def over(self, backfill_id: str) -> bool:
        """Whether the command line calls the backfill over."""
        state = self.state(backfill_id)
        return state.startswith(("complete", "over", "fail", "cancel"))

    def offered_again(self, backfill_id: str) -> bool:
        """Whether a run has gone back to the queue since the code took none."""
        queued = dg.DagsterEventType.RUN_ENQUEUED
        return any(
            len(self.instance.all_logs(run.run_id, of_type=queued)) > 1
            for run in self.runs(backfill_id)
        )

    def wait_for(self, condition: Callable[[], object], what: str) -> None:
        """Wait; where that is in vain, the services' words tell why."""
        try:
            wait_for(condition, what)
        except AssertionError as late:
            said = {name: self.services.said(name)[-4_000:] for name in ("code", "daemon")}
            raise AssertionError(f"{late}\n{said['code']}\n{said['daemon']}") from late

    def wait_for_downloads(self, number: int) -> None:
        """Wait until so many files are being fetched."""
        self.wait_for(lambda: len(self.source.under_way) == number, f"{number} downloads")

    def process_of(self, run: dg.DagsterRun) -> int:
        """Id of the process that works on a run."""
        (pid,) = {
            int(match[1])
            for entry in self.instance.all_logs(run.run_id)
            if (match := re.search(r"Started process for run \(pid: (\d+)\)", entry.message))
        }
        return pid

    def assert_loaded(self, months: Sequence[str]) -> None:
        """The months are there as published, and the ledger names them."""
        published = {month: self.source.files[file_of(month)].body for month in months}
        ledger = self.data.ledger()
        for month, body in published.items():
            name = f"green_tripdata_{month}.csv"
            assert (self.data.lake / file_of(month)).read_bytes() == body
            assert self.data.rows(GREEN, name) == rows_in(body, GREEN)
            assert ledger[name] == (sha256(body), sum(rows_in(body, GREEN).values()))
        assert self.data.debris() == []


@contextmanager
def backfill_lab(folder: Path, **others: str) -> Iterator[BackfillLab]:
    """The services, running, for the time of the context.

    Args:
        folder: the data folder; is made.
        others: further settings, as environment variables.
    """
    with postgres_server() as postgres, held_source() as source:
        settings = {
            "TAXI_CSV_BASE_URL": source.url,
            "TAXI_PARQUET_BASE_URL": source.url,
            "TAXI_PUBLISHED_COUNTS": "warn",
            "TAXI_REFUSE_OUT_OF_MONTH_SHARE": "1",  # the same rows stand in all months
            "TAXI_DAGSTER_POSTGRES_DSN": postgres,
            **others,
        }
        with (
            server_processes(folder, settings) as services,
            mock.patch.dict(os.environ, services.environment),
            open_instance(read_settings()) as instance,
        ):
            services.start("code")
            services.wait_for_code()
            services.start("daemon")
            lab = BackfillLab(services, source, DataFolder(folder), instance)
            lab.wait_for(lambda: all_daemons_live(instance), "the daemon")
            yield lab


def file_of(month: str) -> str:
    """Where the source has a month."""
    return f"green/green_tripdata_{month}.csv.gz"
