"""Whatever is changed by hand in a loaded month or its ledger, a blocking check fails.

Or one says that nothing is proved, where the ledger has no digest to compare any more.
"""

from __future__ import annotations

import secrets
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from functools import partial
from random import Random

import psycopg
import pytest

from taxi_assets.lake.folder import FolderLake
from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.lake.landing import lake_name
from taxi_assets.warehouse.check_list import checks_of
from taxi_assets.warehouse.checks import Expectations
from taxi_assets.warehouse.duckdb.connection import DuckDBFile
from taxi_assets.warehouse.duckdb.replace_month import replace_month as replace_in_duckdb
from taxi_assets.warehouse.duckdb.session import DuckDBSession
from taxi_assets.warehouse.postgres.replace_month import replace_month as replace_in_postgres
from taxi_assets.warehouse.postgres.session import PostgresSession
from taxi_assets.warehouse.witness import note_digests
from taxi_assets_tests.integration.equality.generated_months import csv_bytes
from taxi_assets_tests.integration.postgres.by_hand import InDuckDB, InPostgres, Warehouse
from taxi_assets_tests.integration.postgres.database import APRIL, GREEN, MAY, Database
from taxi_assets_tests.integration.postgres.random_changes import Table

ROWS = 40
SEED = 15
IN_CI, IN_LONG = 150, 5_000

Months = tuple[Warehouse, Table, Expectations]


@pytest.fixture(scope="module", params=["duckdb", "postgres"])
def months(
    request: pytest.FixtureRequest, shared_dsn: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Months]:
    """Two months in a database, the first of them as a table to change."""
    database = Database(shared_dsn, tmp_path_factory.mktemp("random"))
    lake = FolderLake(database.folder / "lake")
    opened = [
        replace(
            database.open(file, csv_bytes(file, ROWS)), note_digests=partial(note_digests, lake)
        )
        for file in (APRIL, MAY)
    ]
    expected = partial(Expectations, "green", "2020-04", None, True, 0.01, 0.5, 0.2, 0.02)
    warehouse: Warehouse
    if request.param == "duckdb":
        with DuckDBFile(database.folder / "taxi.duckdb", 1, 0).connect() as in_duckdb:
            for month in opened:
                replace_in_duckdb(DuckDBSession(in_duckdb), month)
            warehouse = InDuckDB(in_duckdb)
            yield warehouse, table_of(warehouse, "rowid"), expected(_in_lake(lake))
        return
    with database.connect() as in_postgres:
        for month in opened:
            replace_in_postgres(PostgresSession(database.server(), in_postgres), month)
        warehouse = InPostgres(database, in_postgres)
        yield (
            warehouse,
            table_of(warehouse, "tableoid::text || ctid::text"),
            expected(_in_lake(lake)),
        )


def _in_lake(lake: FolderLake) -> LandedFile:
    found = lake.find(lake_name(APRIL))
    assert found is not None
    assert found.digests is not None
    return found


def table_of(warehouse: Warehouse, place: str) -> Table:
    """April, as changes are drawn from it."""
    names = [
        str(name)
        for (name,) in warehouse.query(
            "SELECT column_name FROM information_schema.columns "
            f"WHERE table_name = '{GREEN.table}' ORDER BY ordinal_position"
        )
    ]
    columns = ", ".join(f'"{name}"' for name in names)
    where = f"filename = '{APRIL.filename}'"
    rows = warehouse.query(f"SELECT {place}, {columns} FROM {GREEN.table} WHERE {where}")
    return Table(GREEN, place, names, rows, APRIL.filename, MAY.filename)


def contents(warehouse: Warehouse) -> Counter[str]:
    """Everything that is held of April, zeros told from minus zeros."""
    return Counter(
        repr(row)
        for table in (GREEN.table, "tripdata_files")
        for row in warehouse.query(f"SELECT * FROM {table} WHERE filename = '{APRIL.filename}'")
    )


def noticed(warehouse: Warehouse, expected: Expectations) -> bool:
    """Whether a blocking check fails, or says that nothing is proved."""
    figures = warehouse.figures(APRIL)
    return any(
        not check.judge(figures, expected).passed for check in checks_of(GREEN) if check.blocks
    )


def unnoticed(months: Months, number: int, seed: int) -> list[object]:
    """Those of so many changes that nothing notices."""
    warehouse, table, expected = months
    before = contents(warehouse)
    assert not noticed(warehouse, expected)
    random, made = Random(seed), 0
    missed: list[object] = []
    while made < number:
        change = table.change(random)
        # Postgres refuses a file name that has no partition.
        with (
            suppress(psycopg.errors.CheckViolation),
            warehouse.changed(*change.statements),
        ):
            if contents(warehouse) != before:
                made += 1
                if not noticed(warehouse, expected):
                    missed.append(change)
    assert contents(warehouse) == before
    return missed


def test_every_change_is_noticed(months: Months) -> None:
    assert unnoticed(months, IN_CI, SEED) == []


@pytest.mark.long
def test_every_one_of_thousands_of_changes_is_noticed(months: Months) -> None:
    seed = secrets.randbits(32)
    assert (seed, unnoticed(months, IN_LONG, seed)) == (seed, [])


def test_a_value_that_is_changed_together_with_the_ledgers_digest_is_noticed(
    months: Months,
) -> None:
    warehouse, table, expected = months
    change = table.update(table.rows[3], tip_amount=77.0)
    with warehouse.changed(change):
        now = warehouse.figures(APRIL).digests
    known = f"digest = '{now.digest}'" if now.digest else f"engine_digest = '{now.engine_text}'"
    where = f"WHERE filename = '{APRIL.filename}'"
    with warehouse.changed(change, f"UPDATE tripdata_files SET {known} {where}"):
        assert noticed(warehouse, expected)
