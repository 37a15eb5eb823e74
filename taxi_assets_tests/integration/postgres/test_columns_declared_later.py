"""A column that is declared later is NULL in the months loaded before, which stay green."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb
import psycopg
import pytest

from taxi_assets.trips.column import Column, ColumnType
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.month import Month
from taxi_assets_tests.command_line import taxi_assets
from taxi_assets_tests.integration.postgres.database import Database
from taxi_assets_tests.published import Mirror, parquet_bytes, parquet_table, with_column

LATER = (
    Column("night_fee", ColumnType.DOUBLE, "A fee.", None, ("night_fee",), parquet_from=None),
    Column("dispatcher", ColumnType.CODE, "A code.", None, ("dispatcher",), parquet_from=None),
)
JANUARY = Month(2024, 1)
BEFORE, AFTER = ("2024-01", "2024-02"), "2024-03"


@dataclass(frozen=True)
class Project:
    """Months in DuckDB and Postgres.

    Attributes:
        in_duckdb: runs a statement in the DuckDB file.
        in_postgres: runs one in the database.
    """

    in_duckdb: Callable[[str], list[tuple[object, ...]]]
    in_postgres: Callable[[str], list[tuple[object, ...]]]


@pytest.fixture
def project(settings_env: Path, database: Database) -> Project:
    """Two months in both, loaded before the columns were declared."""
    os.environ |= {
        "TAXI_WAREHOUSES": "duckdb,postgres",
        "TAXI_POSTGRES_DSN": database.dsn,
        "TAXI_SOURCE": "sample",
        "TAXI_SAMPLE_ROWS": "500",
    }

    def in_duckdb(text: str) -> list[tuple[object, ...]]:
        with duckdb.connect(settings_env / "taxi.duckdb") as connection:
            return connection.execute(text).fetchall()

    def in_postgres(text: str) -> list[tuple[object, ...]]:
        with psycopg.connect(database.dsn, autocommit=True) as connection:
            cursor = connection.execute(text.encode())
            return cursor.fetchall() if cursor.description else []

    loaded = taxi_assets("load", "green", *BEFORE)
    assert loaded.exit_code == 0, loaded.text
    return Project(in_duckdb, in_postgres)


@pytest.fixture
def declared(project: Project, monkeypatch: pytest.MonkeyPatch) -> Project:
    """The same, after the columns were declared."""
    green = DATASETS["green"]
    monkeypatch.setitem(DATASETS, "green", replace(green, columns=(*green.columns, *LATER)))
    return project


def test_months_loaded_before_stay_green_without_being_loaded_anew(declared: Project) -> None:
    checked = taxi_assets("check", "green", *BEFORE)
    assert checked.exit_code == 0, checked.text
    assert "warning" not in checked.text
    again = taxi_assets("load", "green", *BEFORE)
    assert again.text.count("unchanged") == 1


def test_the_next_load_adds_the_columns_and_nothing_else_changes(declared: Project) -> None:
    assert taxi_assets("load", "green", AFTER).exit_code == 0
    for ask in (declared.in_duckdb, declared.in_postgres):
        query = "SELECT count(*), count(night_fee), count(dispatcher) FROM green_tripdata"
        assert ask(query) == [(1500, 0, 0)]
    checked = taxi_assets("check", "green", BEFORE[0], AFTER)
    assert checked.exit_code == 0, checked.text


@pytest.mark.parametrize("column", [column.name for column in LATER])
def test_a_value_that_somebody_wrote_there_is_seen(declared: Project, column: str) -> None:
    assert taxi_assets("load", "green", AFTER).exit_code == 0
    change = f"UPDATE green_tripdata SET {column} = '7' WHERE filename LIKE '%{BEFORE[0]}%'"
    declared.in_duckdb(change)
    declared.in_postgres(change)
    refused = taxi_assets("check", "green", BEFORE[0])
    assert refused.exit_code == 1
    for warehouse in ("duckdb", "postgres"):
        found = f"{warehouse}/green_tripdata: values_as_loaded: rows or values were changed"
        assert found in refused.text


def test_a_column_elsewhere_than_at_the_end_is_refused(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    green = DATASETS["green"]
    first, *others = green.columns
    moved = replace(green, columns=(first, LATER[0], *others))
    monkeypatch.setitem(DATASETS, "green", moved)
    refused = taxi_assets("load", "green", AFTER)
    assert refused.exit_code == 1
    assert "night_fee is missing" in refused.text
    assert "declare night_fee in taxi_assets/trips behind the last column" in refused.text


def declare(monkeypatch: pytest.MonkeyPatch, *columns: Column) -> None:
    """Declare these columns at the end of green's."""
    green = DATASETS["green"]
    monkeypatch.setitem(DATASETS, "green", replace(green, columns=(*green.columns, *columns)))


def test_a_column_is_added_by_the_load_that_succeeds_and_not_by_one_that_fails(
    project: Project, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = with_column(
        parquet_table(DATASETS["green"], Month(2024, 3)), "night_fee", ["a", "b", "c"]
    )
    mirror.publish("green_tripdata_2024-03.parquet", parquet_bytes(file))
    monkeypatch.setenv("TAXI_SOURCE", "parquet")
    monkeypatch.setenv("TAXI_PARQUET_BASE_URL", mirror.parquet_url)
    monkeypatch.setenv("TAXI_PUBLISHED_COUNTS", "warn")
    monkeypatch.setenv("TAXI_UNDECLARED_COLUMNS", "skip")
    monkeypatch.setenv("TAXI_REFUSE_OUT_OF_MONTH_SHARE", "1")
    left_out = taxi_assets("load", "green", AFTER)
    assert left_out.exit_code == 0, left_out.text
    assert "left out: night_fee" in left_out.text

    wrong = replace(LATER[0], type=ColumnType.INTEGER)
    right = replace(LATER[0], type=ColumnType.TEXT)
    with monkeypatch.context() as mistaken:
        declare(mistaken, wrong)
        refused = taxi_assets("load", "green", AFTER)
        assert refused.exit_code == 1
        assert "column 'night_fee' is of type string, which does not hold integer" in refused.text
    with monkeypatch.context() as mistaken:
        declare(
            mistaken, replace(right, name="must", parquet_names=("must",), parquet_from=JANUARY)
        )
        refused = taxi_assets("load", "green", AFTER, "--force")
        assert refused.exit_code == 1
        assert "missing columns: must" in refused.text
    declare(monkeypatch, right)
    planned = taxi_assets("load", "green", AFTER, "--dry-run").text
    assert planned.count("replace") == 2, "the file has a column that was left out and is declared"
    loaded = taxi_assets("load", "green", AFTER)
    assert loaded.exit_code == 0, loaded.text
    assert "left out" not in loaded.text
    for ask in (project.in_duckdb, project.in_postgres):
        values = ask("SELECT DISTINCT night_fee FROM green_tripdata ORDER BY 1")
        assert values[:2] == [("a",), ("b",)]
    assert taxi_assets("check", "green", *BEFORE).exit_code == 0


def test_a_column_that_is_taken_back_names_the_statement_that_drops_it(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as mistaken:
        declare(mistaken, *LATER)
        assert taxi_assets("load", "green", AFTER).exit_code == 0
    refused = taxi_assets("load", "green", AFTER, "--force")
    assert refused.exit_code == 1
    for table, ask in (
        ("green_tripdata", project.in_duckdb),
        ("public.green_tripdata", project.in_postgres),
    ):
        drops = [f'ALTER TABLE {table} DROP COLUMN "{column.name}"' for column in LATER]
        assert f"if no row has a value in night_fee, dispatcher, drop it ({'; '.join(drops)})" in (
            refused.text
        )
        for statement in drops:
            ask(statement)
        refused = taxi_assets("load", "green", AFTER, "--force")
    assert refused.exit_code == 0, refused.text
