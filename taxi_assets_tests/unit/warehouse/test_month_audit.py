"""What is judged of a month's rows before anybody sees them: each fault by itself is enough.

The readers of rows refuse such values first. The audit holds where a reader would not.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from taxi_assets.errors import DamagedCopyError, InvalidFileError
from taxi_assets.rows.reading import OpenMonth
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.audit import MonthAudit, judge, judge_figures
from taxi_assets.warehouse.duckdb import replace_month as replacing
from taxi_assets.warehouse.duckdb.session import DuckDBSession
from taxi_assets_tests.landed_months import open_month
from taxi_assets_tests.published import csv_month

FILE = TripFile(GREEN, Month(2020, 4), FileFormat.CSV)
SOUND = MonthAudit(4, 0, 0, 0, 0, {"VendorID": ["1", None, "2"]})


@pytest.fixture
def month(tmp_path: Path) -> OpenMonth:
    """A landed month of four rows, half of whose pickups may lie elsewhere."""
    path = tmp_path / FILE.published_name
    return open_month(path, FILE, csv_month(GREEN, 4), jagged_rows=0, max_other_share=0.5)


def test_sound_rows_pass_and_so_do_half_of_the_pickups_elsewhere(month: OpenMonth) -> None:
    judge_figures(month, SOUND)
    judge_figures(month, replace(SOUND, other_pickups=2))


@pytest.mark.parametrize(
    "fault",
    [
        {"rows": 3},
        {"rows": 5},
        {"bad_pickups": 1},
        {"bad_dropoffs": 1},
        {"odd_amounts": 1},
        {"other_pickups": 3},
        {"codes": {"VendorID": ["1", "A"]}},
        {"codes": {"VendorID": ["-1"]}},
        {"codes": {"VendorID": ["٣"]}},
        {"codes": {"VendorID": [""]}},
    ],
    ids=str,
)
def test_one_fault_is_enough_to_refuse_the_month(
    month: OpenMonth, fault: dict[str, object]
) -> None:
    with pytest.raises(InvalidFileError, match="2020-04"):
        judge_figures(month, replace(SOUND, **fault))  # type: ignore[arg-type]


def test_rows_of_other_bytes_than_those_that_landed_are_refused(month: OpenMonth) -> None:
    with month.copy.path.open("ab") as file:
        file.write(b"more")
    with pytest.raises(DamagedCopyError):
        judge(month, SOUND)


@pytest.fixture
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    """An empty DuckDB in memory."""
    with duckdb.connect() as opened:
        yield opened


def load_and_change(
    connection: duckdb.DuckDBPyConnection,
    month: OpenMonth,
    monkeypatch: pytest.MonkeyPatch,
    change: str,
) -> None:
    """Load a month, none of whose pickups may lie elsewhere, by a reader that lets one through."""
    insert = replacing._insert

    def careless(session: DuckDBSession, month: OpenMonth, table: str) -> None:
        insert(session, month, table)
        session.connection.execute(change)

    monkeypatch.setattr(replacing, "_insert", careless)
    replacing.replace_month(DuckDBSession(connection), replace(month, max_other_share=0.0))


COUNT = "SELECT count(*) FROM green_tripdata"
FIRST = "WHERE fare_amount = (SELECT min(fare_amount) FROM green_tripdata)"
PICKUP, DROPOFF = "lpep_pickup_datetime", "lpep_dropoff_datetime"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (f"UPDATE green_tripdata SET {PICKUP} = NULL {FIRST}", "1 pickups and 0 dropoffs that"),
        (f"UPDATE green_tripdata SET {PICKUP} = '10000-01-01' {FIRST}", "1 pickups and 0 drop"),
        (f"UPDATE green_tripdata SET {DROPOFF} = '10000-01-01' {FIRST}", "0 pickups and 1 drop"),
        (f"UPDATE green_tripdata SET {DROPOFF} = '0001-01-01 (BC)' {FIRST}", "and 1 dropoffs"),
        (f"UPDATE green_tripdata SET tip_amount = 'inf' {FIRST}", "1 amounts that are none"),
        (f"UPDATE green_tripdata SET fare_amount = 'nan' {FIRST}", "1 amounts that are none"),
        (f"UPDATE green_tripdata SET VendorID = 'A' {FIRST}", "codes that are none: ['A']"),
        (f"DELETE FROM green_tripdata {FIRST}", "3 rows were read, but 4 were counted"),
        (f"UPDATE green_tripdata SET {PICKUP} = '2020-05-01' {FIRST}", "1 of 4 pickups (25.0%)"),
        (f"UPDATE green_tripdata SET {PICKUP} = '2020-03-31 23:59:59' {FIRST}", "1 of 4 pickups"),
    ],
)
def test_duckdb_refuses_what_a_reader_let_through_and_keeps_no_row(
    connection: duckdb.DuckDBPyConnection,
    month: OpenMonth,
    monkeypatch: pytest.MonkeyPatch,
    change: str,
    told: str,
) -> None:
    with pytest.raises(InvalidFileError) as refusal:
        load_and_change(connection, month, monkeypatch, change)
    assert told in refusal.value.what
    assert connection.execute(COUNT).fetchall() == [(0,)]


@pytest.mark.parametrize("change", [f"{PICKUP} = '2020-04-01'", f"{DROPOFF} = NULL"])
def test_duckdb_takes_the_first_moment_of_a_month_and_a_missing_dropoff(
    connection: duckdb.DuckDBPyConnection,
    month: OpenMonth,
    monkeypatch: pytest.MonkeyPatch,
    change: str,
) -> None:
    load_and_change(connection, month, monkeypatch, f"UPDATE green_tripdata SET {change}")
    assert connection.execute(COUNT).fetchall() == [(4,)]
