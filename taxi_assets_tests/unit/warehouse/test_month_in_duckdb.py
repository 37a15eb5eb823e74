"""A month in DuckDB is replaced as a whole, in one transaction, or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from taxi_assets.errors import InvalidFileError
from taxi_assets.rows.reading import OpenMonth, Reject
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.duckdb.replace_month import replace_month
from taxi_assets.warehouse.duckdb.session import DuckDBSession
from taxi_assets_tests.landed_months import open_month
from taxi_assets_tests.published import csv_month, line, lines, parquet_bytes, parquet_table

APRIL = Month(2020, 4)
FILE = TripFile(GREEN, APRIL, FileFormat.CSV)
PARQUET = TripFile(GREEN, APRIL, FileFormat.PARQUET)
ROWS = "SELECT filename, count(*) FROM green_tripdata GROUP BY ALL"
KEPT = "SELECT filename, rows FROM tripdata_files"


@pytest.fixture
def session() -> Iterator[DuckDBSession]:
    """A session of an empty database in memory."""
    with duckdb.connect() as connection:
        yield DuckDBSession(connection)


@pytest.fixture
def month(tmp_path: Path) -> OpenMonth:
    """April as a CSV of four rows."""
    return open_month(tmp_path / FILE.published_name, FILE, csv_month(GREEN, 4))


@pytest.fixture
def as_parquet(tmp_path: Path) -> OpenMonth:
    """April as a Parquet file of seven rows."""
    data = parquet_bytes(parquet_table(GREEN, APRIL, rows=7))
    return open_month(tmp_path / PARQUET.published_name, PARQUET, data)


def found(session: DuckDBSession, query: str) -> list[tuple[object, ...]]:
    """What the database answers."""
    return session.connection.execute(query).fetchall()


def test_an_unchanged_file_is_loaded_again_only_by_force(
    session: DuckDBSession, month: OpenMonth
) -> None:
    may = replace(month, file=replace(FILE, month=Month(2020, 5)))
    assert replace_month(session, may).table_rows == 4
    first, second, third = (
        replace_month(session, month, force=force) for force in (False, False, True)
    )
    assert (first.rows, first.changed, first.replaced_rows, first.table_rows) == (4, True, 0, 8)
    assert (second.rows, second.changed, second.tally) == (4, False, first.tally)
    assert (third.rows, third.changed, third.replaced_rows, third.table_rows) == (4, True, 4, 8)
    assert sorted(found(session, ROWS)) == [(FILE.filename, 4), (may.file.filename, 4)]


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM green_tripdata WHERE fare_amount = 1",
        "INSERT INTO green_tripdata FROM green_tripdata LIMIT 1",
        "UPDATE tripdata_files SET sha256 = 'another'",
        "DELETE FROM tripdata_files",
        f"UPDATE tripdata_files SET filename = '{PARQUET.filename}'",
    ],
)
def test_a_month_that_was_changed_by_hand_is_loaded_again(
    session: DuckDBSession, month: OpenMonth, change: str
) -> None:
    replace_month(session, month)
    session.connection.execute(change)
    assert replace_month(session, month).changed
    assert found(session, ROWS) == [(FILE.filename, 4)]
    assert found(session, KEPT) == [(FILE.filename, 4)]


def test_the_other_format_replaces_rows_ledger_and_rejects(
    session: DuckDBSession, month: OpenMonth, as_parquet: OpenMonth
) -> None:
    reject = Reject(3, "extra", "x", "no amount", "a,b,x")
    lenient = replace_month(session, replace(month, rejects=[reject]))
    assert lenient.rejected_rows == 1
    assert found(session, "SELECT line FROM tripdata_rejects") == [(3,)]
    assert replace_month(session, as_parquet).replaced_rows == 4
    assert replace_month(session, month).replaced_rows == 7
    assert found(session, ROWS) == [(FILE.filename, 4)]
    replace_month(session, as_parquet)
    assert found(session, ROWS) == [(PARQUET.filename, 7)]
    assert found(session, KEPT) == [(PARQUET.filename, 7)]
    assert found(session, "SELECT line FROM tripdata_rejects") == []


def test_of_an_unchanged_file_the_rows_are_told_that_its_load_accepted(
    session: DuckDBSession, month: OpenMonth
) -> None:
    reject = Reject(3, "extra", "x", "no amount", "a,b,x")
    replace_month(session, replace(month, rejects=[reject]))
    facts = month.landed.facts.model_copy(update={"rows": 5})
    whole = replace(month, landed=month.landed.model_copy(update={"facts": facts}))
    again = replace_month(session, replace(whole, rejects=[reject]))
    assert (again.changed, again.rows, again.rejected_rows) == (False, 4, 0)


def test_digests_are_handed_on_before_the_month_is_visible(
    session: DuckDBSession, month: OpenMonth
) -> None:
    noted: list[object] = []

    def refuse(_: OpenMonth, digests: object) -> None:
        noted.append(digests)
        raise InvalidFileError("the same file gave other rows before", "check the memory")

    with pytest.raises(InvalidFileError):
        replace_month(session, replace(month, note_digests=refuse))
    assert len(noted) == 1
    assert found(session, ROWS) == []


@pytest.mark.parametrize("at", ["a value", "the end"])
def test_a_load_that_fails_leaves_the_month_as_it_was(
    session: DuckDBSession, month: OpenMonth, tmp_path: Path, at: str
) -> None:
    def give_up() -> None:
        raise InvalidFileError("the view cannot be made", "mend it")

    replace_month(session, month)
    rows, ledger = found(session, "FROM green_tripdata"), found(session, "FROM tripdata_files")
    bad = [*lines(GREEN, 2), line(GREEN, passenger_count="two" if at == "a value" else "2")]
    other = open_month(tmp_path / "other.csv.gz", FILE, csv_month(GREEN, bad))
    with pytest.raises(
        InvalidFileError, match="column passenger_count" if at == "a value" else "view"
    ):
        replace_month(session, other, before_commit=give_up)
    assert found(session, "FROM green_tripdata") == rows
    assert found(session, "FROM tripdata_files") == ledger


def test_a_column_that_was_declared_since_is_added_to_the_table(
    session: DuckDBSession, month: OpenMonth, as_parquet: OpenMonth
) -> None:
    replace_month(session, month)
    session.connection.execute("ALTER TABLE green_tripdata DROP COLUMN cbd_congestion_fee")
    replace_month(session, as_parquet)
    assert found(session, "SELECT count(*), any_value(cbd_congestion_fee) FROM green_tripdata") == [
        (7, None)
    ]
