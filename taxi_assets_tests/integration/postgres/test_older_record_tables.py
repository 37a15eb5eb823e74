"""Record tables as earlier editions made them stay in use: they get what was declared since."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from unittest import mock

import psycopg
import pytest

from taxi_assets_tests.command_line import DataFolder, taxi_assets
from taxi_assets_tests.integration.postgres.database import Database

ROWS = 80
BOTH = ("duckdb", "postgres")
OLDER = (
    "ALTER TABLE tripdata_files DROP COLUMN left_out",
    "ALTER TABLE tripdata_summaries ALTER COLUMN passengers SET NOT NULL",
    "ALTER TABLE tripdata_summaries ALTER COLUMN miles SET NOT NULL",
    "ALTER TABLE tripdata_summaries ALTER COLUMN fares SET NOT NULL",
    "ALTER TABLE tripdata_summaries ALTER COLUMN tips SET NOT NULL",
)
"""What turns the tables of now into those of the first edition."""

LEDGERS = "SELECT filename, left_out FROM tripdata_files ORDER BY 1"
NULLS_ALLOWED = (
    "SELECT column_name FROM information_schema.columns "
    "WHERE table_name = 'tripdata_summaries' AND is_nullable = 'YES' ORDER BY 1"
)


@pytest.fixture
def databases(
    database: Database, settings_env: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[DataFolder, Database]:
    """A project with a month and its report in DuckDB and Postgres, whose tables are older ones."""
    monkeypatch.setitem(os.environ, "TAXI_WAREHOUSES", ",".join(BOTH))
    monkeypatch.setenv("TAXI_POSTGRES_DSN", database.dsn)
    monkeypatch.setenv("TAXI_SOURCE", "sample")
    monkeypatch.setenv("TAXI_SAMPLE_ROWS", str(ROWS))
    assert taxi_assets("load", "green", "2022-01").exit_code == 0
    report_from_both()
    folder = DataFolder(settings_env)
    with psycopg.connect(database.dsn, autocommit=True) as connection:
        for statement in OLDER:
            folder.change(statement)
            connection.execute(statement.encode())
    return folder, database


def in_both(databases: tuple[DataFolder, Database], query: str) -> list[Sequence[object]]:
    folder, database = databases
    with psycopg.connect(database.dsn) as connection:
        found = connection.execute(query.encode()).fetchall()
    assert folder.query(query) == found
    return list(found)


def report_from_both() -> None:
    """A report's figures are of the first warehouse, and kept there."""
    for name in BOTH:
        others = [other for other in BOTH if other != name]
        with mock.patch.dict(os.environ, TAXI_WAREHOUSES=",".join([name, *others])):
            said = taxi_assets("report", f"{name}.html")
        assert said.exit_code == 0, said.text


def rows_by_warehouse() -> list[dict[str, int]]:
    months = json.loads(taxi_assets("status", "--json").stdout)
    assert {month["state"] for month in months} == {"agrees"}
    return [month["warehouse_rows"] for month in months]


def test_months_in_older_tables_stay_and_later_ones_join_them(
    databases: tuple[DataFolder, Database],
) -> None:
    assert rows_by_warehouse() == [dict.fromkeys(BOTH, ROWS)]
    checked = taxi_assets("check", "green", "2022-01")
    assert checked.exit_code == 0, checked.text
    assert "unchanged" in taxi_assets("load", "green", "2022-01").text

    loaded = taxi_assets("load", "green", "2022-02")
    assert loaded.exit_code == 0, loaded.text
    report_from_both()
    assert in_both(databases, LEDGERS) == [
        (f"green_tripdata_{month}.synthetic.csv", None) for month in ("2022-01", "2022-02")
    ]
    allowed = [name for (name,) in in_both(databases, NULLS_ALLOWED)]
    assert allowed == ["fares", "median_seconds", "miles", "passengers", "tips"]
    assert rows_by_warehouse() == [dict.fromkeys(BOTH, ROWS)] * 2
