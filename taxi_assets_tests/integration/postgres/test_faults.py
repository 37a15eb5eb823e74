"""A load that is torn away leaves the old month, or the new one, and nothing else."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from taxi_assets.errors import DamagedCopyError, WarehouseUnavailableError
from taxi_assets.warehouse.postgres.replace_month import replace_month
from taxi_assets.warehouse.postgres.warehouse import PostgresWarehouse
from taxi_assets_tests.integration.postgres.database import (
    APRIL,
    NEW,
    NEW_ROWS,
    OLD_ROWS,
    Database,
)
from taxi_assets_tests.integration.postgres.stages import (
    STAGES,
    held_at,
    nothing_more,
    terminate_backend_at,
    wait_until_gone,
    wait_until_held,
)

PROJECT = Path(__file__).resolve().parents[3]
TABLES = {
    "green_tripdata",
    "tripdata_files",
    "tripdata_tallies",
    "tripdata_rejects",
    "green_tripdata_2020_04",
}


def assert_holds(database: Database, rows: int) -> None:
    assert database.counts() == {APRIL.filename: rows}
    assert database.ledger() == {APRIL.filename: rows}
    assert database.relations() == TABLES


def assert_the_next_load_works(database: Database) -> None:
    database.load(data=NEW)
    assert_holds(database, NEW_ROWS)


def start(database: Database, *hold: str) -> subprocess.Popen[str]:
    path = database.folder / "new.csv.gz"
    path.write_bytes(NEW)
    return subprocess.Popen(
        [
            sys.executable,
            "-m",
            "taxi_assets_tests.integration.postgres.client",
            database.dsn,
            str(database.folder),
            str(path),
            *hold,
        ],
        cwd=PROJECT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("stage", STAGES)
def test_a_client_killed_at_any_stage_leaves_the_old_month(database: Database, stage: str) -> None:
    database.load()
    with held_at(database, stage) as holder, start(database) as client:
        backend = wait_until_held(holder)
        client.send_signal(signal.SIGKILL)
        client.wait()
        holder.execute(b"SELECT pg_advisory_unlock_all()")
        wait_until_gone(holder, backend)
    nothing_more(database)
    # A client that is gone is noticed at the next answer at the latest; nothing was committed.
    assert_holds(database, OLD_ROWS)
    assert_the_next_load_works(database)


def test_a_client_killed_while_rows_pass_leaves_the_old_month(database: Database) -> None:
    database.load()
    with start(database, "hold") as client:
        assert client.stdout is not None
        client.stdout.readline()
        client.send_signal(signal.SIGKILL)
    assert_holds(database, OLD_ROWS)
    assert_the_next_load_works(database)


@pytest.mark.parametrize("stage", STAGES)
def test_a_session_ended_at_any_stage_leaves_the_old_month(database: Database, stage: str) -> None:
    database.load()
    terminate_backend_at(database, stage)
    with pytest.raises(WarehouseUnavailableError, match="run again"):
        database.load(data=NEW)
    nothing_more(database)
    assert_holds(database, OLD_ROWS)
    assert_the_next_load_works(database)


def test_a_session_ended_while_rows_pass_leaves_the_old_month(database: Database) -> None:
    database.load()

    def end_session(_: int) -> None:
        database.query(
            "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name = 'taxi_assets'"
        )

    with pytest.raises(WarehouseUnavailableError, match="run again"):
        database.load(data=NEW, on_rows=end_session)
    assert_holds(database, OLD_ROWS)
    assert_the_next_load_works(database)


def test_a_backend_killed_hard_leaves_the_old_month_once_the_server_has_recovered(
    database: Database,
) -> None:
    database.load()
    with (
        contextlib.suppress(psycopg.OperationalError),  # The holder's session dies, too.
        held_at(database, "with the new month attached") as holder,
        start(database) as client,
    ):
        os.kill(wait_until_held(holder), signal.SIGKILL)
        assert client.wait() != 0
    # Connecting waits while the server recovers.
    with database.server(connect_seconds=30).connect() as connection:
        connection.execute("DROP EVENT TRIGGER befall")
    assert_holds(database, OLD_ROWS)
    assert_the_next_load_works(database)


def test_a_lake_file_that_changes_while_it_is_read_is_not_loaded(database: Database) -> None:
    database.load()
    path = database.folder / "lake" / "green" / APRIL.published_name

    def touch(_: int) -> None:
        # The same bytes again: nobody knows which ones were read in between.
        path.write_bytes(path.read_bytes())

    with pytest.raises(DamagedCopyError, match="changed while it was read"):
        database.load(data=NEW, on_rows=touch)
    assert_holds(database, OLD_ROWS)
    assert_the_next_load_works(database)


def test_a_damaged_lake_file_is_not_loaded(database: Database) -> None:
    database.load()
    month = database.open(APRIL, NEW)
    data = bytearray(month.path.read_bytes())
    data[60] ^= 1
    month.path.write_bytes(data)
    with (
        PostgresWarehouse(database.server()).session() as session,
        pytest.raises(DamagedCopyError, match="is damaged: its sha256 is"),
    ):
        replace_month(session, month)
    assert_holds(database, OLD_ROWS)
