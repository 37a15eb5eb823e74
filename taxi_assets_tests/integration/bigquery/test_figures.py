"""BigQuery computes tally and digest of a month as they are kept of it, and as DuckDB does."""

from __future__ import annotations

import duckdb
import pytest

from taxi_assets.trips.column import ColumnType
from taxi_assets.warehouse.bigquery.dialect import BIGQUERY
from taxi_assets.warehouse.duckdb.replace_month import replace_month
from taxi_assets.warehouse.duckdb.session import DuckDBSession
from taxi_assets.warehouse.measuring import held_month, measure_rows
from taxi_assets.warehouse.records import kept_tallies
from taxi_assets.warehouse.tally import SHARED_ROW_IDS
from taxi_assets_tests.googlesql import evaluate
from taxi_assets_tests.integration.bigquery.dataset import APRIL, GREEN, OwnDataset
from taxi_assets_tests.published import csv_month, line, lines

FILENAMES = [APRIL.filename]
# Both databases read this; a double has another name in each.
CHANGE_BY_HAND = """
UPDATE {table} SET
    tip_amount = CASE fare_amount
        WHEN 4 THEN -0.0000015
        WHEN 5 THEN 9e12
        WHEN 6 THEN -8999999999999.5
        WHEN 7 THEN NULL
        ELSE -123.4567895
    END,
    store_and_fwd_flag = CASE fare_amount
        WHEN 1 THEN 'naïve "flag"; 你'
        WHEN 2 THEN ''
        WHEN 3 THEN '; COMMIT'
    END,
    unique_row_id = CASE fare_amount WHEN 1 THEN 'no MD5' ELSE unique_row_id END
WHERE filename = '{filename}'
"""


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        *(("1.5", "1.5"), ("100", "100"), ("0.0", "0"), ("-1.0 * 0", "-0"), ("1e-5", "1e-05")),
        *(("0.30000000000000004", "0.30000000000000004"), ("1e15", "1e+15"), ("NULL", "")),
        *(("1234567890123456.5", "1.2345678901234565e+15"), ("-1.2345e22", "-1.2345e+22")),
        ("123456789012345.6", "123456789012345.6"),
    ],
)
def test_google_writes_amounts_as_postgres_does(amount: str, text: str) -> None:
    expression = BIGQUERY.functions.texts[ColumnType.DOUBLE].format(column="amount")
    given = f"SELECT CAST({amount} AS FLOAT64) AS amount"
    assert evaluate(f"(SELECT {expression} FROM ({given}))") == text


@pytest.mark.parametrize(
    "text",
    [
        *("2020-04-01 00:44:02", "2020-04-01 00:00:00", "2020-04-01 00:44:02.5"),
        *("2020-04-01 00:44:10.123456", "0001-01-01 00:00:00"),
    ],
)
def test_google_writes_times_as_postgres_does(text: str) -> None:
    expression = BIGQUERY.functions.texts[ColumnType.TIMESTAMP].format(column="time")
    given = f"SELECT TIMESTAMP '{text}+00' AS time"
    assert evaluate(f"(SELECT {expression} FROM ({given}))") == text


def test_odd_values_have_the_digest_that_they_have_in_duckdb(own: OwnDataset) -> None:
    rows = [
        *lines(GREEN, 7),
        line(GREEN, fare_amount="-8.005", store_and_fwd_flag="🚕", tip_amount="-0.0"),
        line(GREEN, VendorID="", PULocationID="", passenger_count="", tip_amount="1e-05"),
        line(
            GREEN, tip_amount="0.30000000000000004", lpep_dropoff_datetime="2020-04-01 00:00:00.5"
        ),
    ]
    data = csv_month(GREEN, rows)
    with duckdb.connect() as connection:
        loaded = own.load(APRIL, data)
        replace_month(DuckDBSession(connection), own.open(APRIL, data))
        kept = kept_tallies(own.session(), FILENAMES)[APRIL.filename]
        tally, _ = measure_rows(own.session(), APRIL)
        assert kept == loaded.tally == {**tally, SHARED_ROW_IDS: 0}
        assert (kept["rows"], kept["negative_fares"]) == (10, 1)
        assert own.load(APRIL, data).tally == kept, "it is told of a month that is there, too"

        def digests() -> set[str | None]:
            there = held_month(own.session(), APRIL)
            assert there.entry is not None
            here = held_month(DuckDBSession(connection), APRIL)
            return {there.entry.digest, there.digest, here.digest}

        assert len(digests()) == 1
        table = own.place.qualified(GREEN.table)
        own.query(CHANGE_BY_HAND.format(table=table, double="FLOAT64", filename=APRIL.filename))
        connection.execute(
            CHANGE_BY_HAND.format(table=GREEN.table, double="DOUBLE", filename=APRIL.filename)
        )
        assert len(digests()) == 2, "of the rows now in both, and of those that were loaded"
