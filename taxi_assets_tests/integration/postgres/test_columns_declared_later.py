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
from taxi_assets_tests.command_line import taxi_assets
from taxi_assets_tests.integration.postgres.database import Database

LATER = (
    Column("night_fee", ColumnType.DOUBLE, "A fee.", None, ("night_fee",), parquet_from=None),
    Column("dispatcher", ColumnType.CODE, "A code.", None, ("dispatcher",), parquet_from=None),
)
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
    assert again.text.count("unchanged") == 2


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
        assert f"{warehouse}/green_tripdata: values_as_loaded: {column}: values" in refused.text


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
