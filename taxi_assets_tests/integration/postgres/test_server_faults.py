"""A server that stops, comes back, has no room, or is too old."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from taxi_assets.errors import StorageError, WarehouseError, WarehouseUnavailableError
from taxi_assets_tests.integration.postgres.database import (
    APRIL,
    GREEN,
    NEW,
    NEW_ROWS,
    OLD_ROWS,
    Database,
)
from taxi_assets_tests.postgres_server import StoppableServer, stoppable_server
from taxi_assets_tests.published import csv_month, lines

ROOM = "2m"
LONG_ROWS = 20_000
LONG = csv_month(GREEN, lines(GREEN, LONG_ROWS))
"""A month that needs more room than there is."""


@pytest.fixture(scope="module")
def server() -> Iterator[StoppableServer]:
    with stoppable_server() as server:
        yield server


@pytest.fixture
def own(server: StoppableServer, tmp_path: Path) -> Database:
    """The database of a server that the test may stop, with the old month."""
    database = Database(server.dsn, tmp_path)
    database.load(force=True)
    return database


@pytest.fixture
def small_tablespace(database: Database) -> Iterator[str]:
    """Where all new tables of the database go, in memory: there is room for little."""
    folder = tempfile.mkdtemp(prefix="small_tablespace_")  # The server may not enter pytest's.
    owner = database.query("SHOW data_directory")[0][0]
    identity = Path(str(owner)).stat()
    options = f"size={ROOM},uid={identity.st_uid},gid={identity.st_gid},mode=0700"
    mount = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", folder]
    try:
        subprocess.run(mount, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        Path(folder).rmdir()
        pytest.skip("mounting a small file system is not permitted here")
    try:
        database.query(f"CREATE TABLESPACE small LOCATION '{folder}'")
        name = database.query("SELECT current_database()")[0][0]
        database.query(f"ALTER DATABASE {name} SET default_tablespace = small")
        yield f"ALTER DATABASE {name} RESET default_tablespace"
    finally:
        tables = "green_tripdata, tripdata_files, tripdata_tallies, tripdata_rejects"
        database.query(f"DROP TABLE IF EXISTS {tables}")
        database.query("DROP TABLESPACE IF EXISTS small")
        subprocess.run(["umount", "--lazy", folder], check=True)
        Path(folder).rmdir()


def assert_holds(database: Database, rows: int) -> None:
    assert database.counts() == {APRIL.filename: rows}
    assert database.ledger() == {APRIL.filename: rows}
    assert database.relations() == {
        "green_tripdata",
        "tripdata_files",
        "tripdata_tallies",
        "tripdata_rejects",
        "green_tripdata_2020_04",
    }


def test_a_server_that_stops_while_rows_pass_keeps_the_old_month(
    own: Database, server: StoppableServer
) -> None:
    stops = iter([server.stop])

    def stop_once(_: int) -> None:
        for stop in stops:
            stop()

    with pytest.raises(WarehouseUnavailableError, match="run again"):
        own.load(data=NEW, on_rows=stop_once)

    server.start()
    assert_holds(own, OLD_ROWS)
    own.load(data=NEW)
    assert_holds(own, NEW_ROWS)


def test_a_server_that_is_down_is_waited_for_as_long_as_the_setting_says(
    own: Database, server: StoppableServer
) -> None:
    server.stop()
    with pytest.raises(WarehouseUnavailableError, match="cannot be reached") as refusal:
        own.load(data=NEW, server=own.server(connect_seconds=1))
    assert "start the server" in refusal.value.remedy

    with ThreadPoolExecutor() as pool:
        load = pool.submit(own.load, data=NEW, server=own.server(connect_seconds=60))
        server.start()
        load.result()
    assert_holds(own, NEW_ROWS)


def test_a_tablespace_without_room_keeps_the_old_month(
    database: Database, small_tablespace: str
) -> None:
    database.load()

    with pytest.raises(StorageError, match="free space on the server"):
        database.load(data=LONG)
    assert_holds(database, OLD_ROWS)

    database.query(small_tablespace)
    database.load(data=LONG)
    assert_holds(database, LONG_ROWS)


def test_a_server_that_is_too_old_is_told(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = int(str(database.query("SHOW server_version_num")[0][0])) // 10_000
    monkeypatch.setattr("taxi_assets.warehouse.postgres.connection.OLDEST_SERVER", version + 1)

    with pytest.raises(WarehouseError, match=f"runs Postgres {version}") as refusal:
        database.load()
    assert f"upgrade the server to {version + 1}" in refusal.value.remedy
