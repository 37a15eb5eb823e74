"""What somebody changes by hand in a loaded table, in any warehouse, is caught by a named check."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from taxi_assets.trips.column import Column, ColumnType
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.check_list import checks_of
from taxi_assets.warehouse.checks import Expectations
from taxi_assets.warehouse.duckdb.connection import DuckDBFile
from taxi_assets.warehouse.duckdb.replace_month import replace_month
from taxi_assets.warehouse.duckdb.session import DuckDBSession
from taxi_assets.warehouse.reconcile import compare
from taxi_assets_tests.integration.postgres.by_hand import InDuckDB, InPostgres, Warehouse
from taxi_assets_tests.integration.postgres.database import APRIL, GREEN, MAY, NEW, OLD, Database

EXPECTED = Expectations("green", "2020-04", None, True, 0.01, 0.5, 0.2, 0.02)
ONE_ROW = "fare_amount = 7"
APRIL_NAME, MAY_NAME = APRIL.filename, MAY.filename
OTHER_VALUES = {
    ColumnType.CODE: "'99'",
    ColumnType.TEXT: "'Y'",
    ColumnType.TIMESTAMP: "{column} + INTERVAL '1 microsecond'",
    ColumnType.INTEGER: "coalesce({column}, 0) + 1",
    ColumnType.DOUBLE: "coalesce({column}, 0) + 0.01",
}
COLUMNS = (Column("unique_row_id", ColumnType.TEXT, "", None, ()), *GREEN.columns)


@pytest.fixture(scope="module")
def own_database(shared_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Database:
    """A database for all these tests: whatever they change, they take back."""
    return Database(shared_dsn, tmp_path_factory.mktemp("lake"))


@pytest.fixture(scope="module")
def in_duckdb(own_database: Database) -> Iterator[InDuckDB]:
    file = DuckDBFile(own_database.folder / "taxi.duckdb", memory_gb=1, wait_seconds=0)
    with file.connect() as connection:
        for month, data in ((APRIL, OLD), (MAY, NEW)):
            replace_month(DuckDBSession(connection), own_database.open(month, data))
        yield InDuckDB(connection)


@pytest.fixture(scope="module")
def in_postgres(own_database: Database) -> Iterator[InPostgres]:
    own_database.load(APRIL, OLD)
    own_database.load(MAY, NEW)
    with own_database.connect() as connection:
        yield InPostgres(own_database, connection)


@pytest.fixture(params=["in_duckdb", "in_postgres"])
def warehouse(request: pytest.FixtureRequest) -> Warehouse:
    found: Warehouse = request.getfixturevalue(request.param)
    return found


def failing(warehouse: Warehouse, file: TripFile = APRIL) -> dict[str, str]:
    """The blocking checks that do not pass, with what they say."""
    figures = warehouse.figures(file)
    verdicts = {c.name: c.judge(figures, EXPECTED) for c in checks_of(GREEN) if c.blocks}
    return {name: found.reason for name, found in verdicts.items() if not found.passed}


def test_nothing_is_caught_where_nobody_changed_anything(warehouse: Warehouse) -> None:
    assert failing(warehouse) == {}


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (f"DELETE FROM green_tripdata WHERE {ONE_ROW} AND filename = '{APRIL_NAME}'", "59 rows"),
        (
            f"INSERT INTO green_tripdata SELECT * FROM green_tripdata WHERE {ONE_ROW} "
            f"AND filename = '{APRIL_NAME}'",
            "61 rows",
        ),
        (f"UPDATE green_tripdata SET filename = '{MAY_NAME}' WHERE {ONE_ROW}", "59 rows"),
        (f"UPDATE green_tripdata SET filename = '{MAY_NAME}'", "0 rows"),
        (
            f"UPDATE tripdata_files SET filename = 'april.csv' WHERE filename = '{APRIL_NAME}'",
            "the ledger has no line for this month",
        ),
    ],
    ids=[
        "a row deleted",
        "a row duplicated",
        "a row's filename altered",
        "the month's filename altered",
        "the filename in the ledger altered",
    ],
)
def test_other_rows_than_the_files_are_caught(
    warehouse: Warehouse, change: str, found: str
) -> None:
    with warehouse.changed(change):
        assert found in failing(warehouse)["rows_match_file"]


def test_a_row_in_place_of_another_is_caught(warehouse: Warehouse) -> None:
    april = f"filename = '{APRIL_NAME}'"
    changes = (
        f"DELETE FROM green_tripdata WHERE fare_amount = 8 AND {april}",
        f"INSERT INTO green_tripdata SELECT * FROM green_tripdata WHERE {ONE_ROW} AND {april}",
    )
    with warehouse.changed(*changes):
        found = failing(warehouse)

    assert list(found) == ["values_as_loaded"]
    assert "`taxi-assets audit green 2020-04 --repair` brings back" in found["values_as_loaded"]


@pytest.mark.parametrize("kind", ["changed", "emptied"])
def test_one_value_is_caught_in_whatever_column(warehouse: Warehouse, kind: str) -> None:
    missed = []
    for column in COLUMNS:
        value = OTHER_VALUES[column.type].format(column=column.name)
        if kind == "emptied":
            if column.csv_position is None and column.name != "unique_row_id":
                continue  # is empty anyway
            value = "NULL"
        where = f"{ONE_ROW} AND filename = '{APRIL_NAME}'"
        change = f"UPDATE green_tripdata SET {column.name} = {value} WHERE {where}"
        with warehouse.changed(change):
            caught = failing(warehouse).get("values_as_loaded", "")
        if "rows or values were changed" not in caught:
            missed.append(column.name)

    assert missed == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (
            f"UPDATE green_tripdata SET tip_amount = 1.01 WHERE {ONE_ROW} "
            f"AND filename = '{APRIL_NAME}'",
            "60 rows of digest ",
        ),
        (f"DELETE FROM tripdata_files WHERE filename = '{APRIL_NAME}'", "does not have the month"),
        (
            f"UPDATE tripdata_files SET sha256 = 'other' WHERE filename = '{APRIL_NAME}'",
            "load the month into both",
        ),
    ],
    ids=["one value changed", "not loaded", "loaded from another version"],
)
@pytest.mark.parametrize("where", ["duckdb", "postgres"])
def test_what_differs_between_two_warehouses_is_told(
    in_duckdb: InDuckDB, in_postgres: InPostgres, where: str, change: str, found: str
) -> None:
    sides: dict[str, Warehouse] = {"duckdb": in_duckdb, "postgres": in_postgres}
    names = ("duckdb", "postgres")

    def verdict() -> tuple[bool, str]:
        both = compare(in_duckdb.state(APRIL), in_postgres.state(APRIL), names)
        return both.passed, both.reason

    assert verdict() == (
        True,
        "60 rows are the same in duckdb and postgres",
    )
    with sides[where].changed(change):
        passed, reason = verdict()
    assert not passed
    assert found in reason


def test_a_column_of_another_type_is_not_compared(in_duckdb: InDuckDB) -> None:
    with in_duckdb.changed("ALTER TABLE green_tripdata ALTER trip_distance TYPE VARCHAR"):
        assert set(failing(in_duckdb)) == {
            *("columns_as_declared", "values_as_loaded", "row_ids_match_values")
        }


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE tripdata_files SET digest = NULL, engine_digest = NULL",
        "ALTER TABLE tripdata_files DROP COLUMN digest; "
        "ALTER TABLE tripdata_files DROP COLUMN engine_digest",
        "UPDATE tripdata_files SET digest = NULL, engine_digest = 'DuckDB 0.1/20 0123456789abcdef'",
    ],
    ids=["no digest kept", "a ledger of an older version", "a digest by another DuckDB"],
)
def test_a_month_without_a_digest_to_compare_is_a_warning(
    warehouse: Warehouse, change: str
) -> None:
    with warehouse.changed(*change.split(";")):
        figures = warehouse.figures(APRIL)
    check = next(check for check in checks_of(GREEN) if check.name == "values_as_loaded")
    verdict = check.judge(figures, EXPECTED)

    assert (verdict.passed, verdict.blocks) == (False, False)
    assert "taxi-assets audit green 2020-04" in verdict.reason


def test_ids_that_stand_twice_are_counted_in_the_month_and_across_files(
    warehouse: Warehouse,
) -> None:
    in_april = {
        "alone": "2020-04-10",
        "alone, outside the month": "2020-06-10",
        "twice": "2020-04-05",
        "twice and in May": "2020-04-06",
        "first moment": "2020-04-01",
        "last moment": "2020-04-30 23:59:59.999999",
        "of May": "2020-05-01",
        "day after": "2020-05-03 10:00:00",
        "day before": "2020-03-31 23:59:59.999999",
        "long ago": "2009-01-01",
    }
    in_may = dict(list(in_april.items())[3:]) | {"twice in May": "2020-05-10"}
    rows = [(name, time, APRIL_NAME) for name, time in in_april.items()]
    rows += [(name, time, APRIL_NAME) for name, time in in_april.items() if "twice" in name]
    rows += [(name, time, MAY_NAME) for name, time in in_may.items()]
    rows += [("twice in May", in_may["twice in May"], MAY_NAME)]
    values = ", ".join(f"('{name}', TIMESTAMP '{time}', '{file}')" for name, time, file in rows)
    insert = "INSERT INTO green_tripdata (unique_row_id, lpep_pickup_datetime, filename) VALUES"
    with warehouse.changed("DELETE FROM green_tripdata", f"{insert} {values}"):
        figures = [warehouse.figures(file) for file in (APRIL, MAY)]
    counted = [(each.shared_row_ids, each.ids_in_other_files) for each in figures]
    assert counted == [(4, 8), (2, 7)]
