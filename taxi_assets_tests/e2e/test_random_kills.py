"""What runs are made by is killed at random moments of loads into DuckDB and Postgres.

``make test-long`` kills four times, and ``KILLS`` as often as it says; ``KILLS_SEED`` repeats the
moments of a failure.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass

import dagster as dg
import duckdb
import psutil
import psycopg
import pytest

from taxi_assets.trips.green import GREEN
from taxi_assets_tests.backfill_lab import BackfillLab, backfill_lab, file_of
from taxi_assets_tests.command_line import Rows, rows_in, taxi_assets
from taxi_assets_tests.postgres_server import postgres_server

pytestmark = pytest.mark.long

KILLS = int(os.environ.get("KILLS", "4"))
SEED = int(os.environ.get("KILLS_SEED", random.randrange(10**6)))
MONTHS = ("2020-01", "2020-02", "2020-03")
LONGEST_RUN_SECONDS = 2.5
MOST_AT_ONCE = 2
HARMED = {"run": 1, "fork server": MOST_AT_ONCE, "code server": MOST_AT_ONCE, "daemon": 1}
"""What is killed, and how many runs may fail by it: of the daemon's, the one it is launching."""
SUCCESS, FAILURE = dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE


@dataclass(frozen=True)
class Tables:
    """The merged table of both warehouses, read without the product."""

    lab: BackfillLab
    dsn: str

    def rows(self, month: str) -> list[Rows]:
        """A month's rows in DuckDB and in Postgres."""
        name = f"green_tripdata_{month}.csv"
        columns = ", ".join(column.name for column in GREEN.csv_columns)
        with psycopg.connect(self.dsn) as connection:
            found = connection.execute(
                f"SELECT {columns} FROM green_tripdata WHERE filename = %s", [name]
            )
            postgres = Counter(found.fetchall())
        found_in_duckdb: list[Rows] = []

        def read() -> bool:
            with suppress(duckdb.IOException):  # a load has it open
                found_in_duckdb.append(self.lab.data.rows(GREEN, name))
            return bool(found_in_duckdb)

        self.lab.wait_for(read, "DuckDB's file to be free")
        return [found_in_duckdb[0], postgres]

    def sessions(self) -> int:
        """Of others than this test, in Postgres."""
        with psycopg.connect(self.dsn) as connection:
            (row,) = connection.execute(
                "SELECT count(*) FROM pg_stat_activity "
                "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
            ).fetchall()
        return int(row[0])


@pytest.fixture(scope="module")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tables]:
    """Both warehouses, with a first version of each month."""
    folder = tmp_path_factory.mktemp("services") / "data"
    with (
        postgres_server() as dsn,
        backfill_lab(folder, TAXI_WAREHOUSES="duckdb,postgres", TAXI_POSTGRES_DSN=dsn) as lab,
    ):
        lab.source.release()
        for month in MONTHS:
            lab.publish(month, rows=1_000)
        backfill = lab.backfill(MONTHS[0], MONTHS[-1])
        lab.wait_for(lambda: lab.state(backfill) == "complete", "the first version")
        yield Tables(lab, dsn)


@pytest.mark.parametrize("number", range(KILLS))
def test_a_kill_harms_no_month_and_no_other_run(tables: Tables, number: int) -> None:
    lab, dice = tables.lab, random.Random(SEED + number)
    target = list(HARMED)[number % len(HARMED)]
    before = versions(lab)
    for month in MONTHS:
        lab.publish(month, rows=1_001 + number)
    after = versions(lab)
    backfill = lab.backfill(MONTHS[0], MONTHS[-1])
    lab.wait_for(lambda: forked(lab), "a run")
    pause = dice.uniform(0, LONGEST_RUN_SECONDS)
    told = f"seed {SEED}, {target} killed after {pause:.2f} s"
    time.sleep(pause)  # the moment is what is tried here, no condition

    kill(lab, target)

    for month in MONTHS:
        for rows in tables.rows(month):
            assert rows in (before[month], after[month]), f"{told}: {month} is mixed"
    lab.wait_for(lambda: lab.over(backfill), f"the backfill's end; {told}")
    assert lab.state(backfill) == "complete", f"{told}: {taxi_assets('backfills').text}"
    for month in MONTHS:
        assert tables.rows(month) == [after[month], after[month]], told
        states = lab.states(backfill, month)
        assert states[0] is SUCCESS, f"{told}: {states}"
        assert set(states[1:]) <= {FAILURE}, f"{told}: {states}"
    assert lab.states(backfill).count(FAILURE) <= HARMED[target], told
    assert lab.data.debris() == [], told
    lab.wait_for(lambda: not forked(lab), "the runs' processes to end")
    lab.wait_for(lambda: tables.sessions() == 0, f"Postgres's sessions to end; {told}")


def versions(lab: BackfillLab) -> dict[str, Rows]:
    """The rows of each month as it is published now."""
    return {month: rows_in(lab.source.files[file_of(month)].body, GREEN) for month in MONTHS}


def forked(lab: BackfillLab) -> list[psutil.Process]:
    """The processes of the runs in progress."""
    server = lab.services.fork_server()
    with suppress(psutil.NoSuchProcess):
        return server.children() if server else []
    return []


def kill(lab: BackfillLab, target: str) -> None:
    """Kill what is named, and wait until its runs have ended with it; start a service again."""
    runs = forked(lab)
    if target == "run":
        lab.wait_for(lambda: forked(lab), "a run")
        runs = forked(lab)[:1]
        for run in runs:
            run.kill()
    elif target == "fork server":
        server = lab.services.fork_server()
        assert server is not None
        server.kill()
    elif target == "code server":
        lab.services.crash("code")
        lab.services.start("code")
    else:
        lab.services.crash("daemon")
        lab.services.start("daemon")
        return
    lab.wait_for(lambda: not any(map(lives, runs)), "the runs to end")


def lives(process: psutil.Process) -> bool:
    """Whether it still works."""
    try:
        return bool(process.is_running() and process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
