"""Twins of TLC's Parquet files of every era: their columns and types with synthetic values.

The types of 2009 are those of the published files of that year, and from 2019 on those of the
footers of all months. Between them they are those that the files of 2011 to 2018 have in common:
whole numbers for codes and counts, and columns of later years without a value.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa

from taxi_assets.source.synthetic.month import write_month
from taxi_assets.trips.column import Column, ColumnType
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month

_TYPES = {
    "text": pa.string(),
    "large": pa.large_string(),
    "i64": pa.int64(),
    "i32": pa.int32(),
    "f64": pa.float64(),
    "us": pa.timestamp("us"),
    "null": pa.null(),
}

_AMOUNTS = "fare_amount:f64 extra:f64 mta_tax:f64 tip_amount:f64 tolls_amount:f64 "
_YELLOW_2010 = (
    "vendor_id:text pickup_datetime:text dropoff_datetime:text passenger_count:i64 "
    "trip_distance:f64 pickup_longitude:f64 pickup_latitude:f64 rate_code:text "
    "store_and_fwd_flag:text dropoff_longitude:f64 dropoff_latitude:f64 payment_type:text "
    "fare_amount:f64 surcharge:f64 mta_tax:f64 tip_amount:f64 tolls_amount:f64 total_amount:f64"
)


def _yellow(ids: str, counts: str, flag: str, last: str) -> str:
    return (
        f"VendorID:{ids} tpep_pickup_datetime:us tpep_dropoff_datetime:us passenger_count:{counts} "
        f"trip_distance:f64 RatecodeID:{counts} store_and_fwd_flag:{flag} PULocationID:{ids} "
        f"DOLocationID:{ids} payment_type:i64 {_AMOUNTS}improvement_surcharge:f64 "
        f"total_amount:f64 {last}"
    )


def _green(ids: str, counts: str, flag: str, ehail: str, last: str) -> str:
    return (
        f"VendorID:{ids} lpep_pickup_datetime:us lpep_dropoff_datetime:us "
        f"store_and_fwd_flag:{flag} RatecodeID:{counts} PULocationID:{ids} DOLocationID:{ids} "
        f"passenger_count:{counts} trip_distance:f64 {_AMOUNTS}ehail_fee:{ehail} "
        f"improvement_surcharge:f64 total_amount:f64 payment_type:{counts} trip_type:{counts} "
        f"{last}"
    )


def _fhv(zones: str, flag: str, text: str = "text", dropoff_zone: str = "") -> str:
    return (
        f"dispatching_base_num:{text} pickup_datetime:us dropOff_datetime:us PUlocationID:{zones} "
        f"DOlocationID:{dropoff_zone or zones} SR_Flag:{flag} Affiliated_base_number:{text}"
    )


def _fhvhv(zones: str, text: str, airport: str, match: str, last: str = "") -> str:
    return (
        f"hvfhs_license_num:{text} dispatching_base_num:{text} originating_base_num:{text} "
        "request_datetime:us on_scene_datetime:us pickup_datetime:us dropoff_datetime:us "
        f"PULocationID:{zones} DOLocationID:{zones} trip_miles:f64 trip_time:i64 "
        "base_passenger_fare:f64 tolls:f64 bcf:f64 sales_tax:f64 congestion_surcharge:f64 "
        f"airport_fee:{airport} tips:f64 driver_pay:f64 shared_request_flag:{text} "
        f"shared_match_flag:{text} access_a_ride_flag:{text} wav_request_flag:{text} "
        f"wav_match_flag:{match} {last}"
    )


SCHEMAS: Mapping[tuple[str, str], str] = {
    ("yellow", "2009-01"): (
        "vendor_name:text Trip_Pickup_DateTime:text Trip_Dropoff_DateTime:text "
        "Passenger_Count:i64 Trip_Distance:f64 Start_Lon:f64 Start_Lat:f64 Rate_Code:f64 "
        "store_and_forward:f64 End_Lon:f64 End_Lat:f64 Payment_Type:text Fare_Amt:f64 "
        "surcharge:f64 mta_tax:f64 Tip_Amt:f64 Tolls_Amt:f64 Total_Amt:f64"
    ),
    ("yellow", "2010-01"): _YELLOW_2010,
    ("yellow", "2010-02"): f"{_YELLOW_2010} __index_level_0__:i64",
    ("yellow", "2011-01"): _yellow(
        "i64", "i64", "text", "congestion_surcharge:null airport_fee:null"
    ),
    ("yellow", "2019-01"): _yellow(
        "i64", "f64", "text", "congestion_surcharge:f64 airport_fee:null"
    ),
    ("yellow", "2020-11"): _yellow(
        "i64", "f64", "text", "congestion_surcharge:f64 airport_fee:f64"
    ),
    ("yellow", "2023-02"): _yellow(
        "i32", "i64", "large", "congestion_surcharge:f64 Airport_fee:f64"
    ),
    ("yellow", "2025-01"): _yellow(
        "i32", "i64", "large", "congestion_surcharge:f64 Airport_fee:f64 cbd_congestion_fee:f64"
    ),
    ("green", "2013-08"): _green("i64", "i64", "text", "null", "congestion_surcharge:null"),
    ("green", "2019-01"): _green("i64", "f64", "text", "f64", "congestion_surcharge:f64"),
    ("green", "2019-09"): _green("i64", "f64", "text", "null", "congestion_surcharge:f64"),
    ("green", "2023-02"): _green("i32", "i64", "large", "f64", "congestion_surcharge:f64"),
    ("green", "2025-01"): _green(
        "i32", "i64", "large", "f64", "congestion_surcharge:f64 cbd_congestion_fee:f64"
    ),
    ("fhv", "2015-01"): _fhv("f64", "null"),
    ("fhv", "2019-01"): _fhv("f64", "f64"),
    ("fhv", "2019-05"): _fhv("i64", "null"),
    ("fhv", "2020-07"): _fhv("f64", "null", dropoff_zone="i64"),
    ("fhv", "2023-02"): _fhv("i64", "i64", "large"),
    ("fhvhv", "2019-02"): _fhvhv("i64", "text", "null", "null"),
    ("fhvhv", "2019-07"): _fhvhv("i64", "text", "f64", "text"),
    ("fhvhv", "2023-02"): _fhvhv("i32", "large", "f64", "large"),
    ("fhvhv", "2025-01"): _fhvhv("i32", "large", "f64", "large", "cbd_congestion_fee:f64"),
}
"""By taxi and the first month of an era: its columns, each with its type."""

_VENDOR_WORDS = {"1": "CMT", "2": "VTS"}
_PAYMENT_WORDS = {"1": "Credit", "2": "CASH", "3": "No Charge", "4": "Dispute"}


@dataclass(frozen=True)
class Twin:
    """A file of an era, and its rows as the table must have them.

    Attributes:
        file: the month.
        table: what the file holds.
        rows: the values of each declared column, by its name.
    """

    file: TripFile
    table: pa.Table
    rows: Mapping[str, Sequence[object]]


def twin(taxi: str, month: str, rows: int = 60) -> Twin:
    """A file of the era that begins in that month, with so many synthetic trips."""
    dataset = DATASETS[taxi]
    file = TripFile(dataset, Month.parse(month), FileFormat.PARQUET)
    text = b"".join(write_month(dataset, file.month, rows, seed=1)).decode().split("\r\n")[:-1]
    trips = list(csv.DictReader(text))
    arrays: dict[str, pa.Array] = {}
    expected: dict[str, Sequence[object]] = {c.name: [None] * rows for c in dataset.columns}
    for name, type_ in (each.split(":") for each in SCHEMAS[taxi, month].split()):
        column = dataset.parquet_columns.get(name.lower())
        if column is None:
            arrays[name] = pa.array(range(rows), _TYPES[type_])
            continue
        in_csv = column.name in trips[0] and type_ != "null"
        texts = [trip[column.name] if in_csv else "" for trip in trips]
        values = [_value(column, text, place) for place, text in enumerate(texts)]
        if type_ == "null" or name == "store_and_forward":
            values = [None] * rows
        arrays[name], expected[column.name] = _stored(dataset, column, values, type_)
    return Twin(file, pa.table(arrays), expected)


def _value(column: Column, text: str, place: int) -> object:
    """The value of the table; of columns that no synthetic month has, by the row's place."""
    if column.name.endswith(("longitude", "latitude")):
        return (-73.98 if "lon" in column.name else 40.75) + place / 10_000
    if not text:
        return None
    return _READ[column.type](text)


_READ: Mapping[ColumnType, Callable[[str], object]] = {
    ColumnType.CODE: str,
    ColumnType.TEXT: str,
    ColumnType.TIMESTAMP: datetime.fromisoformat,
    ColumnType.INTEGER: int,
    ColumnType.DOUBLE: float,
}


def _stored(
    dataset: Dataset, column: Column, values: list[object], type_: str
) -> tuple[pa.Array, list[object]]:
    """A column as the file stores it, and as the table must have it."""
    if type_ == "text" and column.name == dataset.vendor:
        values = [_VENDOR_WORDS.get(str(value)) for value in values]
        return pa.array(values, pa.string()), values
    if type_ == "text" and column.type is ColumnType.INTEGER:
        words = [_PAYMENT_WORDS.get(str(value)) for value in values]
        return pa.array(words, pa.string()), values
    if type_ == "text" and column.type is ColumnType.TIMESTAMP:
        return pa.array([str(value) for value in values], pa.string()), values
    if column.type is ColumnType.CODE and type_ in ("i32", "i64", "f64"):
        numbers = [None if value is None else int(str(value)) for value in values]
        return pa.array(numbers, _TYPES[type_]), values
    return pa.array(values, _TYPES[type_]), values
