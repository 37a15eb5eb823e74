"""`taxi-assets backfill` with a running daemon: a range, a month that fails, that month alone."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import dagster as dg
import duckdb
import pytest

from taxi_assets_tests.ui import DevServer, command, dev_server

MONTHS = ["2019-01", "2019-02", "2019-03"]
BAD = "2019-02"
SAMPLE_ROWS = 50


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevServer]:
    with dev_server(tmp_path_factory.mktemp("backfill"), SAMPLE_ROWS) as running:
        yield running


def backfill(server: DevServer, *options: str) -> tuple[int, list[dict[str, Any]], str]:
    """Wait for a backfill of the months; its exit code, what came of each, and what it said."""
    done = subprocess.run(
        [command(), "backfill", "green", MONTHS[0], MONTHS[-1], "--wait", "--json", *options],
        cwd=server.data_dir,
        env=server.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout), done.stderr


def runs(server: DevServer) -> list[dg.DagsterRun]:
    """All runs, oldest first."""
    home = str(server.data_dir / "dagster")
    with (
        mock.patch.dict(os.environ, DAGSTER_HOME=home),
        dg.DagsterInstance.get() as instance,
    ):
        records = instance.get_run_records()
    return [
        record.dagster_run for record in sorted(records, key=lambda record: record.start_time or 0)
    ]


def test_a_range_is_loaded_newest_first_and_what_failed_is_relaunched_alone(
    server: DevServer,
) -> None:
    in_the_way = server.data_dir / "lake" / "green" / f"green_tripdata_{BAD}.synthetic.csv.gz"
    (in_the_way / "folder").mkdir(parents=True)

    code, outcomes, said = backfill(server)

    assert code == 1
    assert f"1 of 3 not done: green {BAD}" in said
    states = {outcome["name"]: outcome["state"] for outcome in outcomes}
    assert states == {f"green {month}": "failed" if month == BAD else "loaded" for month in MONTHS}
    (failed,) = (outcome for outcome in outcomes if outcome["state"] == "failed")
    assert f"cannot write {in_the_way}" in failed["message"]
    first = runs(server)
    assert [run.tags["dagster/partition"] for run in first] == sorted(MONTHS, reverse=True)
    for run in first:
        month = run.tags["dagster/partition"]
        assert run.tags["backfill"] == "true"
        assert run.tags["taxi"] == "green"
        assert run.tags["file"] == f"green_tripdata_{month}.synthetic.csv"

    _clear(in_the_way)
    code, outcomes, _ = backfill(server, "--failed")

    assert code == 0
    assert [(outcome["name"], outcome["state"]) for outcome in outcomes] == [
        (f"green {BAD}", "loaded")
    ]
    assert len(runs(server)) == len(first) + 1
    with duckdb.connect(str(server.data_dir / "taxi.duckdb"), read_only=True) as connection:
        rows = connection.execute(
            "SELECT filename, count(*) FROM green_tripdata GROUP BY 1 ORDER BY 1"
        ).fetchall()
    assert rows == [(f"green_tripdata_{month}.synthetic.csv", SAMPLE_ROWS) for month in MONTHS]


def test_where_nothing_failed_nothing_is_relaunched(server: DevServer) -> None:
    before = len(runs(server))

    assert backfill(server, "--failed")[:2] == (0, [])

    assert len(runs(server)) == before


def test_a_warehouse_takes_two_months_at_once_and_gemini_one_call(server: DevServer) -> None:
    home = str(server.data_dir / "dagster")
    with mock.patch.dict(os.environ, DAGSTER_HOME=home), dg.DagsterInstance.get() as instance:
        pools = instance.event_log_storage.get_pool_limits()

    assert {pool.name: pool.limit for pool in pools} == {"duckdb": 2, "gemini": 1}


def _clear(folder: Path) -> None:
    (folder / "folder").rmdir()
    folder.rmdir()
