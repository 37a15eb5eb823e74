"""Each database gives a month the digest that Python gives the rows of its file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.duckdb.replace_month import replace_month
from taxi_assets.warehouse.duckdb.session import DuckDBSession
from taxi_assets.warehouse.measuring import held_month
from taxi_assets_tests.integration.equality.generated_months import publish_csv, publish_parquet
from taxi_assets_tests.integration.equality.independent_digest import digest_of
from taxi_assets_tests.integration.equality.independent_reader import read_rows
from taxi_assets_tests.integration.equality.real_months import A_FEW_OF_ALL, path_of
from taxi_assets_tests.integration.postgres.database import APRIL, GREEN, Database
from taxi_assets_tests.published import Mirror, csv_month, line

GENERATED = [
    ("green", "2020-06", "csv"),
    ("green", "2022-01", "parquet"),
    ("yellow", "2019-01", "csv"),
    ("yellow", "2025-01", "parquet"),
]
ODD_AMOUNTS = (
    *("-0.0", "0", "0.1", "-0.05", "1e-4", "1e-05", "-1.5e-7", "5e-324", "0.30000000000000004"),
    *("123456789012345.6", "999999999999999", "1e15", "-1.5e15", "1234567890123456.5", "9e15"),
    *("9007199254740993", "1e16", "1.2345e22", "1e33", "-1.7976931348623157e308", "100", "1e2"),
)
ODD_ROWS = [
    *(line(GREEN, tip_amount=amount) for amount in ODD_AMOUNTS),
    *(line(GREEN, store_and_fwd_flag=text) for text in ("", "ü", "🚕", "a|b", "|", "1:N", "'")),
    *(line(GREEN, store_and_fwd_flag="x" * length) for length in range(2, 26)),
    line(GREEN, store_and_fwd_flag='"a,b"'),
    line(GREEN, VendorID="", PULocationID="", fare_amount="-0.0", passenger_count=""),
    line(GREEN, lpep_dropoff_datetime="2020-04-01 01:02:03.4500"),
    line(GREEN, lpep_pickup_datetime="0001-01-01 00:00:00"),
    line(GREEN, lpep_dropoff_datetime="9999-12-31 23:59:59.999999"),
    *[line(GREEN)] * 3,
]


def digests(database: Database, file: TripFile, path: Path) -> set[str | None]:
    """The digests that each database and Python now compute.

    Postgres's own is the one that was computed here, before the server had the rows.
    """
    data = path.read_bytes()
    database.load(file, data)
    month = database.open(file, data)
    with database.warehouse().session() as session, session.transaction(file.dataset):
        in_postgres = held_month(session, file)
    with duckdb.connect() as connection:
        replace_month(DuckDBSession(connection), month)
        in_duckdb = held_month(DuckDBSession(connection), file)
    assert in_postgres.entry is not None
    assert in_postgres.digests is not None
    assert in_postgres.entry.digests == replace(in_postgres.digests, digest=None)
    assert in_postgres.rows == in_duckdb.rows == month.landed.facts.rows
    expected = digest_of(read_rows(path, file.dataset), file.dataset)
    return {expected, in_postgres.digest, in_duckdb.digest}


@pytest.mark.parametrize("file", A_FEW_OF_ALL, ids=str)
def test_real_months_have_one_digest(database: Database, file: TripFile, real_data: Path) -> None:
    assert len(digests(database, file, path_of(file, real_data))) == 1


@pytest.mark.parametrize(("taxi", "month", "format_"), GENERATED)
def test_generated_months_have_one_digest(
    database: Database, mirror: Mirror, taxi: str, month: str, format_: str
) -> None:
    file = TripFile(DATASETS[taxi], Month.parse(month), FileFormat(format_))
    publish = publish_csv if file.format is FileFormat.CSV else publish_parquet
    assert len(digests(database, file, publish(mirror, file))) == 1


def test_odd_values_have_one_digest_whatever_the_settings_of_the_database(
    database: Database, mirror: Mirror
) -> None:
    path = mirror.publish(APRIL.published_name, csv_month(GREEN, ODD_ROWS))
    before = digests(database, APRIL, path)
    name = database.dsn.rpartition("/")[2]
    for setting in (
        *("datestyle = 'German'", "timezone = 'Asia/Kolkata'", "extra_float_digits = -10"),
        *("bytea_output = 'escape'", "intervalstyle = 'sql_standard'"),
    ):
        database.query(f"ALTER DATABASE {name} SET {setting}")
    assert len(before | digests(database, APRIL, path)) == 1


def test_the_order_of_rows_does_not_matter_and_their_number_does(
    database: Database, mirror: Mirror
) -> None:
    def kept(rows: list[str]) -> str | None:
        path = mirror.publish(APRIL.published_name, csv_month(GREEN, rows))
        found = digests(database, APRIL, path)
        assert len(found) == 1
        return found.pop()

    once = kept(ODD_ROWS)
    assert kept(ODD_ROWS[::-1]) == once
    assert kept([*ODD_ROWS, ODD_ROWS[0]]) != once
    assert kept(ODD_ROWS[1:]) != once
