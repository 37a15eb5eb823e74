"""A disk that is full, at each place where a load writes."""

from __future__ import annotations

import gzip
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets_tests.command_line import DataFolder, rows_in, taxi_assets
from taxi_assets_tests.integration.faults.months import FILENAME, MONTH, NAME, OLD, rows
from taxi_assets_tests.integration.faults.processes import Processes
from taxi_assets_tests.published import (
    Mirror,
    csv_month,
    csv_text,
    lines,
    parquet_bytes,
    parquet_table,
)

ROOM_BYTES = 4 << 20
PARQUET_NAME = f"green_tripdata_{MONTH}.parquet"

TRIPS = lines(GREEN, 60_000)
LONG_FILE = gzip.compress(csv_text(GREEN, TRIPS), compresslevel=0)
"""A month that needs more room than there is already as a file."""

LONG_CSV = csv_month(GREEN, TRIPS)
"""A month whose file has room, but not its rows."""

LONG_TABLE = parquet_bytes(parquet_table(GREEN, Month.parse(MONTH), 200_000))
"""The same in the other format."""


class SmallDisk:
    """A file system in memory that has room for little, until it is given more."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._mount(f"size={ROOM_BYTES}")

    def enlarge(self) -> None:
        self._mount("remount,size=200m")

    def _mount(self, options: str) -> None:
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(self.folder)]
        subprocess.run(command, check=True, capture_output=True)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[SmallDisk]:
    folder = tmp_path / "small"
    folder.mkdir()
    try:
        disk = SmallDisk(folder)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("mounting a small file system is not permitted here")
    yield disk
    subprocess.run(["umount", "--lazy", folder], check=True)


def assert_refused_for_lack_of_room(exit_code: int | None, text: str, place: Path) -> None:
    assert exit_code == 1, text
    assert "Traceback" not in text
    assert "Stack Trace" not in text
    assert "room" in text or "space" in text, text
    assert str(place) in text
    assert "What to do: free some space" in text


def test_a_lake_without_room_keeps_its_old_file(
    loaded: DataFolder, mirror: Mirror, small_disk: SmallDisk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_LAKE", small_disk.folder.as_uri())
    landed = small_disk.folder / "green" / NAME
    mirror.publish(NAME, OLD)
    assert taxi_assets("load", "green", MONTH).exit_code == 0
    mirror.publish(NAME, LONG_FILE)

    refused = taxi_assets("load", "green", MONTH)

    assert_refused_for_lack_of_room(refused.exit_code, refused.text, small_disk.folder)
    assert landed.read_bytes() == OLD
    assert loaded.rows(GREEN, FILENAME) == rows(OLD)

    small_disk.enlarge()
    assert taxi_assets("load", "green", MONTH).exit_code == 0
    assert landed.read_bytes() == LONG_FILE
    assert loaded.rows(GREEN, FILENAME) == rows_in(LONG_FILE, GREEN)


@pytest.mark.parametrize(
    ("name", "published"),
    [(NAME, LONG_CSV), (PARQUET_NAME, LONG_TABLE)],
    ids=["of a CSV", "of a Parquet file"],
)
def test_a_database_without_room_keeps_its_old_rows(
    data: DataFolder,
    mirror: Mirror,
    small_disk: SmallDisk,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    published: bytes,
) -> None:
    database = DataFolder(small_disk.folder)
    monkeypatch.setenv("TAXI_DUCKDB_PATH", str(database.duckdb_file))
    mirror.publish(NAME, OLD)
    assert taxi_assets("load", "green", MONTH).exit_code == 0
    mirror.publish(name, published)
    monkeypatch.setenv("TAXI_PARQUET_BASE_URL", mirror.parquet_url)
    monkeypatch.setenv("TAXI_SOURCE", "parquet" if name == PARQUET_NAME else "csv")

    refused = taxi_assets("load", "green", MONTH)

    assert_refused_for_lack_of_room(refused.exit_code, refused.text, small_disk.folder)
    assert database.rows(GREEN, FILENAME) == rows(OLD)

    # The database's own log may stay until there is room.
    small_disk.enlarge()
    assert taxi_assets("load", "green", MONTH).exit_code == 0
    held = database.query("SELECT filename, count(*) FROM green_tripdata GROUP BY filename")
    loaded_rows = 200_000 if name == PARQUET_NAME else len(TRIPS)
    assert held == [(name.removesuffix(".gz"), loaded_rows)]
    assert database.debris() == []


@pytest.mark.parametrize(
    ("name", "published", "place"),
    [
        (NAME, LONG_FILE, "lake"),
        (NAME, LONG_CSV, "taxi.duckdb"),
        (PARQUET_NAME, LONG_TABLE, "taxi.duckdb"),
    ],
    ids=["in the lake", "in the database", "in the database, from Parquet"],
)
def test_a_month_longer_than_files_may_be_is_refused_and_its_old_rows_stay(
    loaded: DataFolder,
    mirror: Mirror,
    processes: Processes,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    published: bytes,
    place: str,
) -> None:
    mirror.publish(name, published)
    monkeypatch.setenv("TAXI_PARQUET_BASE_URL", mirror.parquet_url)
    monkeypatch.setenv("TAXI_SOURCE", "parquet" if name == PARQUET_NAME else "csv")

    refused = processes.load(MONTH, longest_file_bytes=ROOM_BYTES).end()

    assert_refused_for_lack_of_room(refused.exit_code, refused.text, loaded.folder / place)
    assert loaded.rows(GREEN, FILENAME) == rows(OLD)
    assert taxi_assets("load", "green", MONTH).exit_code == 0
    assert list(loaded.ledger()) == [name.removesuffix(".gz")]
    assert loaded.debris() == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_lake_that_may_not_be_written_is_an_error_with_a_remedy(
    loaded: DataFolder,
) -> None:
    (loaded.lake / ".arriving" / "green").chmod(0o500)

    refused = taxi_assets("load", "green", MONTH)

    assert refused.exit_code == 1
    assert "cannot write" in refused.text
    assert "make the folder writable" in refused.text
    assert loaded.rows(GREEN, FILENAME) == rows(OLD)
