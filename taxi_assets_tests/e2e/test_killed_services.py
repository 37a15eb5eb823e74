"""Backfills by a real daemon and code server, which are killed in mid-work, and one cancelled."""

from __future__ import annotations

import json
import os
import re
import signal
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import dagster as dg
import pytest
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

MONTHS = ("2020-01", "2020-02", "2020-03")
OLDEST, MIDDLE, NEWEST = MONTHS
LATER = ("2020-04", "2020-05")
SUCCESS, FAILURE = dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE
CANCELED = dg.DagsterRunStatus.CANCELED


@dataclass(frozen=True)
class Lab:
    """Services that load from a source whose answers are held back."""

    services: ServerProcesses
    source: HeldSource
    data: DataFolder
    instance: dg.DagsterInstance

    def publish(self, month: str, rows: int) -> None:
        """Serve a month of so many rows, once it is released."""
        number = int(month[-2:])
        body = csv_month(GREEN, lines(GREEN, rows + number)[number:])
        self.source.files[file_of(month)] = Publication(
            body, f'"{sha256(body)[:16]}"', f"Thu, {rows % 28 + 1:02} May 2025 00:00:00 GMT"
        )

    def backfill(self, start: str, end: str) -> str:
        """Hand a range to the daemon; the backfill's id."""
        answer = taxi_assets("backfill", "green", start, end)
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
        return str(lines[backfill_id]["state"])

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


def file_of(month: str) -> str:
    """Where the source has a month."""
    return f"green/green_tripdata_{month}.csv.gz"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    folder = tmp_path_factory.mktemp("services") / "data"
    with postgres_server() as postgres, held_source() as source:
        settings = {
            "TAXI_CSV_BASE_URL": source.url,
            "TAXI_PUBLISHED_COUNTS": "warn",
            # Made trips are of April 2020, whatever the month of their file.
            "TAXI_REFUSE_OUT_OF_MONTH_SHARE": "1",
            "TAXI_DAGSTER_POSTGRES_DSN": postgres,
        }
        with (
            server_processes(folder, settings) as services,
            mock.patch.dict(os.environ, services.environment),
            open_instance(read_settings()) as instance,
        ):
            services.start("code")
            services.wait_for_code()
            services.start("daemon")
            lab = Lab(services, source, DataFolder(folder), instance)
            lab.wait_for(lambda: all_daemons_live(instance), "the daemon")
            yield lab


def test_a_backfill_ends_complete_whatever_is_killed_meanwhile(lab: Lab) -> None:
    for month in MONTHS:
        lab.publish(month, rows=40)
    backfill = lab.backfill(OLDEST, NEWEST)

    # A run's process, while it fetches its month.
    lab.wait_for_downloads(2)
    (run,) = lab.runs(backfill, NEWEST)
    os.kill(lab.process_of(run), signal.SIGKILL)
    lab.wait_for(lambda: lab.states(backfill).count(FAILURE) == 1, "its failure to be noticed")

    # The code server, with the runs in its container: two again, whichever months they are.
    lab.wait_for_downloads(2)
    lab.services.kill("code")
    lab.services.start("code")
    lab.wait_for(lambda: lab.states(backfill).count(FAILURE) == 3, "their failures to be noticed")

    # The daemon: what runs goes on, and what is queued waits for another one.
    lab.wait_for_downloads(2)
    lab.services.kill("daemon")
    lab.source.release(*map(file_of, MONTHS))
    lab.wait_for(lambda: lab.states(backfill).count(SUCCESS) == 2, "runs to go on without it")
    lab.services.start("daemon")
    lab.wait_for(
        lambda: all(lab.states(backfill, month)[0] is SUCCESS for month in MONTHS), "every month"
    )
    lab.wait_for(lambda: lab.state(backfill).startswith("completed"), "the backfill's end")

    assert Counter(lab.states(backfill)) == {SUCCESS: 3, FAILURE: 3}
    assert_loaded(lab, MONTHS)
    for month in MONTHS:
        (newest, *_) = lab.runs(backfill, month)
        assert newest.tags["file"] == f"green_tripdata_{month}.csv"


def test_a_cancelled_backfill_stops_and_leaves_other_months_as_they_are(lab: Lab) -> None:
    before = lab.data.ledger()
    rows = lab.data.rows(GREEN, f"green_tripdata_{NEWEST}.csv")
    lab.publish(NEWEST, rows=60)
    for month in LATER:
        lab.publish(month, rows=40)
    arrived = len(lab.source.arrived)
    backfill = lab.backfill(NEWEST, LATER[-1])
    lab.wait_for_downloads(2)
    processes = [lab.process_of(run) for month in LATER for run in lab.runs(backfill, month)]

    answer = taxi_assets("backfills", "--cancel", backfill)

    assert answer.exit_code == 0, answer.text
    assert f"{backfill} green {NEWEST} to {LATER[-1]} cancel" in answer.text
    lab.wait_for(lambda: lab.state(backfill) == "canceled", "the backfill's end")
    assert {run.status for run in lab.runs(backfill)} == {CANCELED}
    assert len(lab.runs(backfill)) == len(LATER) + 1
    lab.wait_for(lambda: not any(map(_lives, processes)), "the runs' processes to end")
    assert sorted(lab.source.arrived[arrived:]) == [file_of(month) for month in LATER]
    assert lab.data.ledger() == before
    assert lab.data.rows(GREEN, f"green_tripdata_{NEWEST}.csv") == rows
    assert lab.data.debris() == []
    assert "0 of 3 months loaded" in taxi_assets("backfills").text


def assert_loaded(lab: Lab, months: tuple[str, ...]) -> None:
    """The months, and no others, are there as published, and the ledger names them."""
    published = {month: lab.source.files[file_of(month)].body for month in months}
    for month, body in published.items():
        assert (lab.data.lake / file_of(month)).read_bytes() == body
        assert lab.data.rows(GREEN, f"green_tripdata_{month}.csv") == rows_in(body, GREEN)
    assert lab.data.ledger() == {
        f"green_tripdata_{month}.csv": (sha256(body), sum(rows_in(body, GREEN).values()))
        for month, body in published.items()
    }
    assert lab.data.debris() == []


def _lives(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()
