"""The rows in BigQuery are those in DuckDB, ids and all, whatever the year and form of a file."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest

from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.duckdb.replace_month import replace_month
from taxi_assets.warehouse.duckdb.session import DuckDBSession
from taxi_assets.warehouse.measuring import held_month
from taxi_assets_tests.integration.bigquery.dataset import APRIL, GREEN, OwnDataset
from taxi_assets_tests.integration.equality.generated_months import csv_bytes, publish_parquet
from taxi_assets_tests.integration.equality.real_months import path_of
from taxi_assets_tests.published import Mirror, csv_month, line

MONTHS = [
    ("green", "2020-06", FileFormat.CSV),
    ("green", "2022-01", FileFormat.PARQUET),
    ("green", "2025-01", FileFormat.PARQUET),
    ("yellow", "2019-01", FileFormat.CSV),
    ("yellow", "2023-02", FileFormat.PARQUET),
    ("yellow", "2025-01", FileFormat.PARQUET),
    ("fhv", "2019-01", FileFormat.CSV),
    ("fhvhv", "2025-01", FileFormat.PARQUET),
]
ODD_ROWS = [
    line(GREEN, fare_amount="5.00", trip_distance="0.1234567890123456"),
    line(GREEN, fare_amount="-0.0", trip_distance="1e-05"),
    line(GREEN, fare_amount="0.30000000000000004", trip_distance="999999999999999"),
    line(GREEN, VendorID="", PULocationID="132.0", passenger_count="1.0"),
    line(GREEN, lpep_pickup_datetime="2041-08-15 12:17:25", store_and_fwd_flag=""),
    line(GREEN, lpep_pickup_datetime="0001-01-01 00:00:00", DOLocationID="007"),
    line(GREEN, lpep_dropoff_datetime="9999-12-31 23:59:59.999999", tip_amount="1e300"),
    ",".join(line(GREEN).split(",")[:18]),
]


def assert_equal(own: OwnDataset, files: Mapping[TripFile, bytes]) -> None:
    with duckdb.connect() as connection:
        for file, data in files.items():
            own.load(file, data)
            replace_month(DuckDBSession(connection), own.open(file, data))
            there = held_month(own.session(), file)
            assert there.entry is not None
            if file is APRIL:
                continue  # the stand-in writes the year 1 as `1`, BigQuery as `0001`
            assert there.digest == there.entry.digest
            assert there.digest == held_month(DuckDBSession(connection), file).digest
        for table in {file.dataset.table for file in files}:
            expected = Counter(connection.execute(f"FROM {table}").fetchall())
            assert own.rows(table) == expected


def test_generated_months_and_odd_values_are_the_same_in_both(
    own: OwnDataset, mirror: Mirror
) -> None:
    files = {APRIL: csv_month(GREEN, ODD_ROWS)}
    for taxi, month, format_ in MONTHS:
        file = TripFile(DATASETS[taxi], Month.parse(month), format_)
        if format_ is FileFormat.CSV:
            files[file] = csv_bytes(file, 200)
        else:
            files[file] = publish_parquet(mirror, file, 200).read_bytes()
    assert_equal(own, files)


@pytest.mark.long
def test_a_real_month_is_the_same_in_both(own: OwnDataset, real_data: Path) -> None:
    parquet = TripFile(GREEN, Month(2023, 12), FileFormat.PARQUET)
    yellow = TripFile(DATASETS["yellow"], Month(2021, 3), FileFormat.CSV)
    assert_equal(own, {f: path_of(f, real_data).read_bytes() for f in (parquet, yellow)})
