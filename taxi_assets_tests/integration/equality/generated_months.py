"""Synthetic months in the layouts of real ones, published in a mirror."""

from __future__ import annotations

import gzip
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa

from taxi_assets.source.synthetic.month import write_month
from taxi_assets.trips.column import Column, ColumnType
from taxi_assets.trips.file import TripFile
from taxi_assets.trips.month import Month
from taxi_assets_tests.integration.equality.independent_reader import read_rows
from taxi_assets_tests.published import Mirror, parquet_bytes

_IDS = ("VendorID", "PULocationID", "DOLocationID", "PUlocationID", "DOlocationID")


@dataclass(frozen=True)
class Era:
    """The types that TLC's Parquet files had for some years."""

    until: Month
    ids: pa.DataType
    counts: pa.DataType
    flag: pa.DataType
    ehail_fee: pa.DataType
    time: pa.DataType


_ERAS = (
    Era(Month(2023, 1), pa.int64(), pa.float64(), pa.string(), pa.null(), pa.timestamp("us")),
    Era(
        Month(2024, 12),
        pa.int32(),
        pa.int64(),
        pa.large_string(),
        pa.float64(),
        pa.timestamp("us"),
    ),
    Era(
        Month(9999, 12),
        pa.int32(),
        pa.int64(),
        pa.large_string(),
        pa.float64(),
        pa.timestamp("ns"),
    ),
)


def csv_bytes(file: TripFile, rows: int) -> bytes:
    """A synthetic month as a gzipped CSV."""
    return gzip.compress(b"".join(write_month(file.dataset, file.month, rows, seed=1)), 1)


def publish_csv(mirror: Mirror, file: TripFile, rows: int = 500) -> Path:
    """Publish a synthetic month as if it were the file."""
    return mirror.publish(file.published_name, csv_bytes(file, rows))


def publish_parquet(mirror: Mirror, file: TripFile, rows: int = 500) -> Path:
    """Publish a synthetic month in the columns and types that the file's year has."""
    made = mirror.publish("made.csv.gz", csv_bytes(file, rows))
    values = zip(*read_rows(made, file.dataset), strict=True)
    era = next(era for era in _ERAS if file.month <= era.until)
    filled = file.dataset.csv_releases is None
    columns = {
        column.parquet_names[0]: _column(column, list(found), era, filled)
        for column, found in zip(file.dataset.columns, values, strict=True)
        if column.required_in_parquet(file.month) or column.parquet_from is None
    }
    if "airport_fee" in columns:
        columns["Airport_fee"] = columns.pop("airport_fee")
    return mirror.publish(file.published_name, parquet_bytes(pa.table(columns)))


def _column(column: Column, values: list[object], era: Era, filled: bool) -> pa.Array:
    if column.name == "ehail_fee":
        return pa.nulls(len(values), era.ehail_fee)
    if column.csv_position is None and not filled:
        values = [None if place % 3 else 0.75 for place in range(len(values))]
    match column.type:
        case ColumnType.CODE:
            numbers = [None if value is None else int(str(value)) for value in values]
            return pa.array(numbers, era.ids if column.name in _IDS else era.counts)
        case ColumnType.INTEGER:
            return pa.array(values, era.counts)
        case ColumnType.TEXT:
            return pa.array(values, era.flag)
        case ColumnType.TIMESTAMP:
            return pa.array(values, pa.timestamp("us")).cast(era.time)
        case ColumnType.DOUBLE:
            return pa.array(values, pa.float64())
