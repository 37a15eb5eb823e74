"""Record tables as earlier editions made them stay in use: they get what was declared since."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from unittest import mock

import psycopg
import pytest

from taxi_assets.warehouse.ledger import LEDGER
from taxi_assets_tests.command_line import DataFolder, taxi_assets
from taxi_assets_tests.integration.postgres.database import Database

ROWS = 80
BOTH = ("duckdb", "postgres")
OLDER = (
    "ALTER TABLE tripdata_files DROP COLUMN left_out",
    "ALTER TABLE tripdata_summaries DROP COLUMN loaded_at",
    "ALTER TABLE tripdata_summaries DROP COLUMN version",
    "ALTER TABLE tripdata_summaries DROP COLUMN changed",
    "ALTER TABLE tripdata_summaries ALTER COLUMN passengers SET NOT NULL",
    "ALTER TABLE tripdata_summaries ALTER COLUMN miles SET NOT NULL",
    "ALTER TABLE tripdata_summaries ALTER COLUMN fares SET NOT NULL",
    "ALTER TABLE tripdata_summaries ALTER COLUMN tips SET NOT NULL",
)
"""What turns the tables of now into those of the first edition."""

LAST_EDITION = Path(__file__).with_name("record_tables_of_2026_11.sql")
NO_VERSION = "COMMENT ON TABLE tripdata_files IS NULL"

LEDGERS = "SELECT filename, left_out FROM tripdata_files ORDER BY 1"
NULLS_ALLOWED = (
    "SELECT column_name FROM information_schema.columns "
    "WHERE table_name = 'tripdata_summaries' AND is_nullable = 'YES' ORDER BY 1"
)


@pytest.fixture
def loaded(
    database: Database, settings_env: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[DataFolder, Database]:
    """A project with a month and its report in DuckDB and Postgres."""
    monkeypatch.setitem(os.environ, "TAXI_WAREHOUSES", ",".join(BOTH))
    monkeypatch.setenv("TAXI_POSTGRES_DSN", database.dsn)
    monkeypatch.setenv("TAXI_SOURCE", "sample")
    monkeypatch.setenv("TAXI_SAMPLE_ROWS", str(ROWS))
    assert taxi_assets("load", "green", "2022-01").exit_code == 0
    report_from_both()
    return DataFolder(settings_env), database


@pytest.fixture
def databases(loaded: tuple[DataFolder, Database]) -> tuple[DataFolder, Database]:
    """One whose tables are those of the first edition."""
    for statement in OLDER:
        change(loaded, statement)
    return loaded


def change(databases: tuple[DataFolder, Database], statement: str) -> None:
    folder, database = databases
    folder.change(statement.replace("numeric", "HUGEINT"))
    with psycopg.connect(database.dsn, autocommit=True) as connection:
        connection.execute(statement.encode())


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
    since = ["changed", "loaded_at", "version"]
    assert allowed == sorted(["fares", "median_seconds", "miles", "passengers", "tips", *since])
    assert rows_by_warehouse() == [dict.fromkeys(BOTH, ROWS)] * 2


def comments(databases: tuple[DataFolder, Database]) -> list[str]:
    """What the ledgers say of themselves."""
    folder, database = databases
    asked = "SELECT comment FROM duckdb_tables() WHERE table_name = 'tripdata_files'"
    described = "SELECT obj_description('tripdata_files'::regclass)"
    return [str(folder.query(asked)[0][0]), str(database.query(described)[0][0])]


def test_older_tables_are_brought_up_to_date_and_later_ones_refused_with_what_to_do(
    loaded: tuple[DataFolder, Database],
) -> None:
    change(loaded, NO_VERSION)
    assert "unchanged" in taxi_assets("load", "green", "2022-01").text
    assert comments(loaded) == ["None", "None"], "without a version it is of the first one"

    with mock.patch.dict(LEDGER.__dict__, version=2):  # as a later edition has it
        later = taxi_assets("load", "green", "2022-02")
        assert later.exit_code == 0, later.text
        assert [text[-17:] for text in comments(loaded)] == ["Schema version 2."] * 2
        assert rows_by_warehouse() == [dict.fromkeys(BOTH, ROWS)] * 2

    before = in_both(loaded, LEDGERS)
    for name in BOTH:
        with mock.patch.dict(os.environ, TAXI_WAREHOUSES=name):
            for arguments in (("load", "green", "2022-03"), ("status",), ("doctor",)):
                said = taxi_assets(*arguments)
                assert said.exit_code == 1, said.text
                assert "has schema version 2, which a later edition" in said.text
                assert "run the later edition again; or restore" in said.text
    assert in_both(loaded, LEDGERS) == before


@pytest.mark.long
def test_tables_of_the_last_edition_are_read_and_nothing_is_loaded_anew(
    loaded: tuple[DataFolder, Database],
) -> None:
    for creation in LAST_EDITION.read_text("utf-8").split(";\n")[:-1]:
        table = creation.partition("CREATE TABLE ")[2].split()[0]
        for statement in (
            f"CREATE TABLE kept AS SELECT * FROM {table}",
            f"DROP TABLE {table}",
            creation,
            f"INSERT INTO {table} SELECT * FROM kept",
            "DROP TABLE kept",
        ):
            change(loaded, statement)
    entries = "SELECT filename, sha256, rows, loaded_at, run_id FROM tripdata_files"
    before = loaded[0].query(entries)

    assert rows_by_warehouse() == [dict.fromkeys(BOTH, ROWS)]
    assert "passed over" in taxi_assets("load", "green", "2022-01").text
    for command in ("check", "audit"):
        said = taxi_assets(command, "green", "2022-01")
        assert said.exit_code == 0, said.text
    assert taxi_assets("report", "new.html").exit_code == 0
    assert loaded[0].query(entries) == before
    assert taxi_assets("load", "green", "2022-02").exit_code == 0
    assert rows_by_warehouse() == [dict.fromkeys(BOTH, ROWS)] * 2
