"""Rows whose values do not fit, where a few may be rejected: kept where a user can query them."""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest

from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.month import Month
from taxi_assets_tests.command_line import taxi_assets
from taxi_assets_tests.integration.postgres.database import Database
from taxi_assets_tests.published import (
    Mirror,
    csv_month,
    csv_text,
    line,
    parquet_bytes,
    parquet_table,
    with_column,
)

GREEN = DATASETS["green"]
CSV_NAME = "green_tripdata_2020-04.csv.gz"
GOOD = line(GREEN)
BAD_TIME = line(GREEN, lpep_pickup_datetime="noon")
BAD_AMOUNTS = line(GREEN, fare_amount="1e400", trip_distance="far")
LOAD = ("load", "green", "2020-04")
REJECTS = (
    'SELECT line, "column", value, reason, text, rows_in_file FROM tripdata_rejects ORDER BY 1'
)

Ask = Callable[[str], list[tuple[object, ...]]]


@pytest.fixture
def published(settings_env: Path, database: Database, mirror: Mirror) -> Mirror:
    """Where months come from that are loaded into both databases, up to 2 rejects each."""
    os.environ.update(
        {
            "TAXI_WAREHOUSES": "duckdb,postgres",
            "TAXI_POSTGRES_DSN": database.dsn,
            "TAXI_CSV_BASE_URL": mirror.csv_url,
            "TAXI_PARQUET_BASE_URL": mirror.parquet_url,
            "TAXI_PUBLISHED_COUNTS": "warn",
            # Made trips are of April 2020, whatever the month of their file.
            "TAXI_REFUSE_OUT_OF_MONTH_SHARE": "1",
            "TAXI_MAX_REJECTED_ROWS": "2",
        }
    )
    return mirror


@pytest.fixture
def in_duckdb(settings_env: Path) -> Ask:
    """What the DuckDB file answers."""

    def ask(query: str) -> list[tuple[object, ...]]:
        with duckdb.connect(settings_env / "taxi.duckdb") as connection:
            return connection.execute(query).fetchall()

    return ask


@pytest.fixture
def ask_both(in_duckdb: Ask, database: Database) -> Ask:
    """What both databases answer alike."""

    def ask(query: str) -> list[tuple[object, ...]]:
        answer = in_duckdb(query)
        assert answer == database.query(query)
        return answer

    return ask


def test_rejects_are_kept_with_line_and_reason_and_counts_add_up(
    published: Mirror, ask_both: Ask, in_duckdb: Ask
) -> None:
    published.publish(CSV_NAME, csv_month(GREEN, [GOOD, BAD_TIME, "", GOOD, BAD_AMOUNTS, GOOD]))
    said = taxi_assets(*LOAD)
    assert said.exit_code == 0, said.text
    assert "green 2020-04 loaded 3 rows and 2 rejected, 5 in the file" in said.text
    assert "2 rows of the file were rejected: see the table tripdata_rejects" in said.text
    assert ask_both("SELECT count(*) FROM green_tripdata") == [(3,)]
    assert ask_both("SELECT rows FROM tripdata_files") == [(3,)]
    time = "'noon' is no time such as 2020-04-01 00:44:02"
    distance = "'far' is no amount below 1e15"
    assert ask_both(REJECTS) == [
        (3, "lpep_pickup_datetime", "noon", time, BAD_TIME, 5),
        (6, "trip_distance", "far", distance, BAD_AMOUNTS, 5),
    ]
    # One file that a strict reader refuses would make the whole view fail.
    assert in_duckdb("SELECT view_name FROM duckdb_views() WHERE NOT internal") == []

    again = taxi_assets(*LOAD)
    assert again.exit_code == 0, again.text
    assert "unchanged" in again.text
    assert ask_both("SELECT count(*) FROM tripdata_rejects") == [(2,)]
    assert taxi_assets("check", "green", "2020-04").exit_code == 0
    (status,) = json.loads(taxi_assets("status", "--json").stdout)
    assert (status["lake_rows"], status["warehouse_rows"]["postgres"]) == (5, 3)


def test_a_reject_that_somebody_deletes_is_missed(
    published: Mirror, in_duckdb: Ask, database: Database
) -> None:
    published.publish(CSV_NAME, csv_month(GREEN, [GOOD, BAD_TIME, BAD_AMOUNTS]))
    assert taxi_assets(*LOAD).exit_code == 0
    in_duckdb("DELETE FROM tripdata_rejects WHERE line = 3")
    said = taxi_assets("check", "green", "2020-04")
    assert said.exit_code == 1
    assert "1 rows in the table and 1 rejected, 3 in green_tripdata_2020-04.csv" in said.text


def test_more_bad_rows_than_allowed_refuse_the_month_and_nothing_changes(
    published: Mirror, ask_both: Ask
) -> None:
    published.publish(CSV_NAME, csv_month(GREEN, [GOOD, BAD_TIME]))
    assert taxi_assets(*LOAD).exit_code == 0
    rejects = ask_both(REJECTS)
    published.publish(CSV_NAME, csv_month(GREEN, [BAD_TIME, GOOD, BAD_TIME, BAD_AMOUNTS]))
    said = taxi_assets(*LOAD)
    assert said.exit_code == 1
    assert "line 2, column lpep_pickup_datetime: 'noon' is no time" in said.text
    assert "TAXI_MAX_REJECTED_ROWS=2 allows: the first are 2, 4, 5" in said.text
    assert ask_both(REJECTS) == rejects
    assert ask_both("SELECT count(*) FROM green_tripdata") == [(1,)]


def test_a_file_of_bad_rows_alone_is_refused(published: Mirror) -> None:
    published.publish(CSV_NAME, csv_month(GREEN, [BAD_TIME]))
    said = taxi_assets(*LOAD)
    assert said.exit_code == 1
    assert "'noon' is no time" in said.text
    assert "every row would be rejected" in said.text


def test_a_file_that_was_corrected_leaves_no_rejects(published: Mirror, ask_both: Ask) -> None:
    published.publish(CSV_NAME, csv_month(GREEN, [GOOD, BAD_TIME]))
    assert taxi_assets(*LOAD).exit_code == 0
    published.publish(CSV_NAME, csv_month(GREEN, [GOOD, GOOD]))
    assert taxi_assets(*LOAD).exit_code == 0
    assert ask_both(REJECTS) == []
    assert ask_both("SELECT count(*) FROM green_tripdata") == [(2,)]


def test_short_lines_and_line_ends_stay_as_they_were(published: Mirror, ask_both: Ask) -> None:
    short = GOOD.rpartition(",")[0]
    text = csv_text(GREEN, [GOOD, short, BAD_TIME], line_end="\n")
    published.publish(CSV_NAME, gzip.compress(text))
    said = taxi_assets(*LOAD)
    assert said.exit_code == 0, said.text
    assert "1 rows of the file were short of trailing columns" in said.text
    assert ask_both("SELECT rows, jagged_rows FROM tripdata_files") == [(2, 1)]
    assert ask_both("SELECT count(*) FROM green_tripdata WHERE congestion_surcharge IS NULL") == [
        (1,)
    ]


def test_rows_of_a_parquet_file_are_rejected_with_their_number(
    published: Mirror, ask_both: Ask
) -> None:
    os.environ["TAXI_SOURCE"] = "parquet"
    amounts = [1.0, float("inf"), 3.0]
    table = with_column(parquet_table(GREEN, Month(2021, 8), 3), "fare_amount", amounts)
    published.publish("green_tripdata_2021-08.parquet", parquet_bytes(table))
    said = taxi_assets("load", "green", "2021-08")
    assert said.exit_code == 0, said.text
    assert ask_both("SELECT fare_amount FROM green_tripdata ORDER BY 1") == [(1.0,), (3.0,)]
    ((row, column, _, _, text, in_file),) = ask_both(REJECTS)
    assert (row, column, in_file) == (2, "fare_amount", 3)
    assert json.loads(str(text))["fare_amount"] == float("inf")
    (status,) = json.loads(taxi_assets("status", "--json").stdout)
    assert status["agreement"] == (
        "ok, but 1 rows rejected and the file of 2024-08-01 had other rows"
    )


def test_values_that_readers_differ_about_are_rejected_alike(
    published: Mirror, ask_both: Ask
) -> None:
    os.environ["TAXI_MAX_REJECTED_ROWS"] = "4"
    time = "2020-04-05 24:00:00"
    rejected = [
        ("tip_amount", "1_000", "'1_000' is no amount below 1e15"),
        ("tip_amount", "NaN", "'NaN' is no amount below 1e15"),
        ("passenger_count", "1_0", "'1_0' is no whole number"),
        ("lpep_dropoff_datetime", time, f"'{time}' is no time such as 2020-04-01 00:44:02"),
    ]
    bad = [line(GREEN, **{column: text}) for column, text, _ in rejected]
    published.publish(CSV_NAME, csv_month(GREEN, [GOOD, *bad, GOOD]))
    said = taxi_assets(*LOAD)
    assert said.exit_code == 0, said.text
    assert ask_both("SELECT count(*) FROM green_tripdata") == [(2,)]
    told = zip(range(3, 7), rejected, bad, strict=True)
    assert ask_both(REJECTS) == [(place, *each, text, 6) for place, each, text in told]


def test_rows_of_a_parquet_file_are_rejected_alike(published: Mirror, ask_both: Ask) -> None:
    os.environ |= {"TAXI_SOURCE": "parquet", "TAXI_MAX_REJECTED_ROWS": "5"}
    late = 1_588_291_199_999_999_999
    columns = {
        "store_and_fwd_flag": pa.array([b"N\0", b"\xd1", *[b"N"] * 5]).view(pa.string()),
        "PULocationID": pa.array(["1", "1", "13\0", *["1"] * 4]),
        "tip_amount": pa.array([*[1.0] * 3, float("nan"), *[1.0] * 3]),
        "lpep_dropoff_datetime": pa.array([*[None] * 4, late, None, None], pa.timestamp("ns")),
    }
    table = parquet_table(GREEN, Month(2020, 4), 7)
    for column, values in columns.items():
        table = table.set_column(table.column_names.index(column), column, values)
    published.publish("green_tripdata_2020-04.parquet", parquet_bytes(table))
    said = taxi_assets(*LOAD)
    assert said.exit_code == 0, said.text
    assert ask_both("SELECT count(*) FROM green_tripdata") == [(2,)]
    rejects = ask_both(REJECTS)
    assert [reject[:3] for reject in rejects] == [
        (1, "store_and_fwd_flag", r"N\x00"),
        (2, "store_and_fwd_flag", r"\xd1"),
        (3, "PULocationID", r"13\x00"),
        (4, "tip_amount", "nan"),
        (5, "lpep_dropoff_datetime", "2020-04-30 23:59:59.999999999"),
    ]
    assert all(column in json.loads(str(text)) for _, column, _, _, text, _ in rejects)
