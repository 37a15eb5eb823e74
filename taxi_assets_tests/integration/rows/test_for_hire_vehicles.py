"""Real rows of for-hire vehicles, put into the layout in which they are published, are loaded."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pytest

from taxi_assets.errors import InvalidFileError
from taxi_assets.trips.column import Column, ColumnType
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.fhv import FHV
from taxi_assets.trips.fhvhv import FHVHV
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month
from taxi_assets_tests.integration.rows.tables import Row, Tables
from taxi_assets_tests.published import csv_month, csv_text, parquet_bytes

FHV_CSV = TripFile(FHV, Month(2020, 4), FileFormat.CSV)
_TYPES = {
    ColumnType.CODE: pa.float64(),
    ColumnType.TEXT: pa.string(),
    ColumnType.TIMESTAMP: pa.timestamp("us"),
    ColumnType.INTEGER: pa.int64(),
    ColumnType.DOUBLE: pa.float64(),
}
_BASES_OF_2018 = {"Dispatching_base_number": "dispatching_base_num", "Dispatching_base_num": ""}
"""In the CSVs of 2018 the base stands in a column of another name, and the usual one is empty."""


def sample(real_data: Path, name: str) -> list[dict[str, str]]:
    """The rows of a real CSV; a last line that was cut is left out."""
    path = real_data / "fhv" / name
    if not path.exists():
        pytest.skip(f"no real file {path}")
    text = path.read_text("utf-8")
    return list(csv.DictReader(text[: text.rindex("\n")].splitlines()))


def as_parquet(dataset: Dataset, rows: Sequence[Mapping[str, str]]) -> bytes:
    """These rows as TLC's Parquet file: what a row lacks are columns without a type."""
    columns = {}
    for column in dataset.columns:
        values = [_value(column, row.get(column.name, "")) for row in rows]
        filled = any(value is not None for value in values)
        stored = [int(str(v)) if v and column.type is ColumnType.CODE else v for v in values]
        type_ = _TYPES[column.type] if filled else pa.null()
        columns[column.parquet_names[0]] = pa.array(stored, type_)
    return parquet_bytes(pa.table(columns))


def expected(dataset: Dataset, rows: Sequence[Mapping[str, str]]) -> list[Row]:
    """These rows as the table must have them."""
    return [{c.name: _value(c, row.get(c.name, "")) for c in dataset.columns} for row in rows]


def published(dataset: Dataset, rows: Sequence[Row]) -> list[Row]:
    """The published columns of a table's rows."""
    return [{column.name: row[column.name] for column in dataset.columns} for row in rows]


def _value(column: Column, text: str) -> object:
    if not text:
        return None
    match column.type:
        case ColumnType.TIMESTAMP:
            return datetime.fromisoformat(text)
        case ColumnType.INTEGER:
            return int(text)
        case ColumnType.DOUBLE:
            return float(text)
    return text


def test_real_rows_of_a_csv_are_loaded_value_for_value(tables: Tables, real_data: Path) -> None:
    rows = sample(real_data, "fhv_tripdatasample_2020-04.csv")
    data = (real_data / "fhv" / "fhv_tripdatasample_2020-04.csv").read_bytes()
    assert published(FHV, tables.rows(gzip.compress(data), FHV_CSV)) == expected(FHV, rows)
    parquet = TripFile(FHV, Month(2022, 4), FileFormat.PARQUET)
    assert published(FHV, tables.rows(as_parquet(FHV, rows), parquet)) == expected(FHV, rows)
    assert len(rows) == 1_000


def test_real_rows_of_high_volume_trips_are_loaded_value_for_value(
    tables: Tables, real_data: Path
) -> None:
    rows = sample(real_data, "fhvhv_tripdatasample_2020-04.csv")
    file = TripFile(FHVHV, Month(2020, 4), FileFormat.PARQUET)
    found = published(FHVHV, tables.rows(as_parquet(FHVHV, rows), file))
    assert found == expected(FHVHV, rows)
    assert {row["access_a_ride_flag"] for row in found} == {" ", "N"}
    assert {row["hvfhs_license_num"] for row in found} == {"HV0003", "HV0004", "HV0005"}


@pytest.mark.parametrize(
    "month", ["2015-01", "2016-01", "2017-01", "2017-07", "2018-01", "2019-01"]
)
def test_first_real_rows_of_every_layout_are_loaded(
    tables: Tables, real_data: Path, month: str
) -> None:
    renamed = _BASES_OF_2018 if month.startswith("2018") else {}
    rows = []
    for row in sample(real_data, f"fhv_tripdata_{month}.csv"):
        known = {renamed.get(name, name).lower(): text for name, text in row.items()}
        columns = {FHV.parquet_columns[name].name: text for name, text in known.items() if name}
        rows.append(columns)
    file = TripFile(FHV, Month.parse(month), FileFormat.PARQUET)
    found = published(FHV, tables.rows(as_parquet(FHV, rows), file))
    assert found == expected(FHV, rows)
    assert all(row["dispatching_base_num"] for row in found)


def test_first_real_rows_of_high_volume_trips_are_loaded(tables: Tables, real_data: Path) -> None:
    rows = sample(real_data, "fhvhv_tripdata_2019-02.csv")
    file = TripFile(FHVHV, Month(2019, 2), FileFormat.PARQUET)
    found = published(FHVHV, tables.rows(as_parquet(FHVHV, rows), file))
    assert found == expected(FHVHV, rows)
    assert {row["trip_miles"] for row in found} == {None}


def test_base_numbers_keep_the_blanks_that_the_file_has(tables: Tables) -> None:
    lines = [
        "B00254         ,2020-04-01 00:10:00,2020-04-01 00:20:00,264,61,,B00254",
        "B00254,2020-04-01 00:10:00,2020-04-01 00:20:00,264,61,1,",
        '"B02510",2020-04-01 00:10:00,2020-04-01 00:20:00,,,N,"B02510 "',
    ]
    rows = tables.rows(csv_month(FHV, lines), FHV_CSV)
    bases = [(row["dispatching_base_num"], row["Affiliated_base_number"]) for row in rows]
    assert bases == [("B00254         ", "B00254"), ("B00254", None), ("B02510", "B02510 ")]
    assert [row["SR_Flag"] for row in rows] == [None, "1", "N"]
    assert len({row["unique_row_id"] for row in rows}) == 3


def test_a_csv_may_write_its_columns_in_other_capitals(tables: Tables) -> None:
    header = (
        "Dispatching_base_num,Pickup_datetime,dropoff_datetime,PULocationID,DOLocationID,sr_flag,"
        "Affiliated_base_number"
    )
    line = "B00254,2020-04-01 00:10:00,2020-04-01 00:20:00,264,61,,B00254"
    rows = tables.rows(gzip.compress(csv_text(FHV, [line], header=header)), FHV_CSV)
    assert [(row["PUlocationID"], row["DOlocationID"]) for row in rows] == [("264", "61")]
    twice = header.replace("sr_flag", "PUlocationID")
    with pytest.raises(InvalidFileError, match="missing: SR_Flag"):
        tables.rows(gzip.compress(csv_text(FHV, [line], header=twice)), FHV_CSV)
