"""The declared columns are those of the published files, each declared once and described."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from taxi_assets.errors import InvalidMonthError
from taxi_assets.trips.column import ColumnType
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.datasets import DATASETS, chosen_datasets
from taxi_assets.trips.fhv import FHV
from taxi_assets.trips.fhvhv import FHVHV
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets.trips.yellow import YELLOW

HEADERS = {
    "green": (
        "VendorID,lpep_pickup_datetime,lpep_dropoff_datetime,store_and_fwd_flag,RatecodeID,"
        "PULocationID,DOLocationID,passenger_count,trip_distance,fare_amount,extra,mta_tax,"
        "tip_amount,tolls_amount,ehail_fee,improvement_surcharge,total_amount,payment_type,"
        "trip_type,congestion_surcharge"
    ),
    "yellow": (
        "VendorID,tpep_pickup_datetime,tpep_dropoff_datetime,passenger_count,trip_distance,"
        "RatecodeID,store_and_fwd_flag,PULocationID,DOLocationID,payment_type,fare_amount,extra,"
        "mta_tax,tip_amount,tolls_amount,improvement_surcharge,total_amount,congestion_surcharge"
    ),
    "fhv": (
        "dispatching_base_num,pickup_datetime,dropOff_datetime,PUlocationID,DOlocationID,SR_Flag,"
        "Affiliated_base_number"
    ),
}
"""First lines of the CSV releases, copied from them."""

each_taxi = pytest.mark.parametrize("dataset", [YELLOW, GREEN], ids=["yellow", "green"])
each_released = pytest.mark.parametrize("dataset", [YELLOW, GREEN, FHV], ids=lambda d: d.taxi)
each_dataset = pytest.mark.parametrize("dataset", DATASETS.values(), ids=list(DATASETS))


def test_there_are_the_four_kinds_and_dagster_has_two_of_them_unless_told() -> None:
    assert list(DATASETS.values()) == [YELLOW, GREEN, FHV, FHVHV]
    assert chosen_datasets(None) == [YELLOW, GREEN]
    assert chosen_datasets(("fhvhv", "yellow")) == [YELLOW, FHVHV]
    assert list(DATASETS) == [dataset.taxi for dataset in DATASETS.values()]
    assert (YELLOW.table, GREEN.table) == ("yellow_tripdata", "green_tripdata")


@each_released
def test_the_header_is_that_of_the_releases(dataset: Dataset) -> None:
    assert dataset.csv_header == HEADERS[dataset.taxi]


@each_dataset
def test_columns_of_the_table_stand_as_in_the_csv_and_then_come_later_ones(
    dataset: Dataset,
) -> None:
    count = len(dataset.csv_columns)
    assert dataset.columns[:count] == dataset.csv_columns
    assert all(column.csv_position is None for column in dataset.columns[count:])


@each_dataset
def test_a_name_in_a_parquet_file_means_one_column(dataset: Dataset) -> None:
    names = [name.lower() for column in dataset.columns for name in column.parquet_names]
    assert [name for name, count in Counter(names).items() if count > 1] == []
    assert dataset.parquet_columns.keys() == set(names)


@each_dataset
def test_the_newest_name_in_parquet_files_is_that_of_the_table(dataset: Dataset) -> None:
    for column in dataset.columns:
        assert column.parquet_names[0].lower() == column.name.lower()


@each_dataset
def test_every_column_is_described_in_a_sentence(dataset: Dataset) -> None:
    for column in dataset.columns:
        assert len(column.description) > 20, column.name
        assert column.description[0].isupper(), column.name
        assert column.description.endswith("."), column.name


@each_dataset
def test_amounts_say_their_unit(dataset: Dataset) -> None:
    for column in dataset.columns:
        if column.type is ColumnType.DOUBLE:
            units = ("US dollars", "miles", "degrees")
            assert any(unit in column.description for unit in units), column.name


@each_dataset
def test_only_the_pickup_must_be_there(dataset: Dataset) -> None:
    assert [column.name for column in dataset.columns if not column.nullable] == [dataset.pickup]


@each_taxi
def test_the_row_id_is_made_of_seven_declared_columns(dataset: Dataset) -> None:
    key = dataset.row_id_key
    assert key == (
        "VendorID",
        f"{dataset.pickup[0]}pep_pickup_datetime",
        f"{dataset.pickup[0]}pep_dropoff_datetime",
        "PULocationID",
        "DOLocationID",
        "fare_amount",
        "trip_distance",
    )
    assert {dataset.column(name).name for name in key} == set(key)


def test_the_row_ids_of_for_hire_vehicles_are_made_of_what_they_have() -> None:
    assert FHV.row_id_key == (
        "dispatching_base_num",
        "pickup_datetime",
        "dropOff_datetime",
        "PUlocationID",
        "DOlocationID",
        "Affiliated_base_number",
    )
    assert FHVHV.csv_releases is None
    assert {"base_passenger_fare", "trip_miles"} < set(FHVHV.row_id_key)


@each_dataset
def test_words_stand_for_codes_in_lower_case(dataset: Dataset) -> None:
    for column in dataset.columns:
        for word, code in column.spellings.items():
            assert word == word.lower().strip()
            assert code.isdecimal()


@each_released
def test_the_csv_releases_are_those_of_the_course(dataset: Dataset) -> None:
    releases = dataset.csv_releases
    assert releases is not None
    assert (str(releases.first), str(releases.last)) == ("2019-01", "2021-07")


@pytest.mark.parametrize(
    ("dataset", "first"),
    [(GREEN, "2013-08"), (YELLOW, "2009-01"), (FHV, "2015-01"), (FHVHV, "2019-02")],
)
def test_a_month_before_the_first_is_refused_with_the_first(dataset: Dataset, first: str) -> None:
    month = Month.parse(first)
    assert dataset.require(month) == month
    with pytest.raises(InvalidMonthError) as refusal:
        dataset.require(month.plus(-1))
    assert str(month.plus(-1)) in refusal.value.what
    assert f"the first month of {dataset.taxi} trips, {first}" in refusal.value.what
    assert refusal.value.remedy == f"ask for {first} or later"


@pytest.mark.parametrize(
    ("name", "month", "required"),
    [
        ("cbd_congestion_fee", "2024-12", False),
        ("cbd_congestion_fee", "2025-01", True),
        ("congestion_surcharge", "2018-12", False),
        ("congestion_surcharge", "2019-01", True),
        ("pickup_longitude", "2010-12", True),
        ("pickup_longitude", "2011-01", False),
        ("PULocationID", "2010-12", False),
        ("PULocationID", "2011-01", True),
        ("airport_fee", "2023-01", False),
    ],
)
def test_a_parquet_file_must_have_the_columns_of_its_month(
    name: str, month: str, required: bool
) -> None:
    assert YELLOW.column(name).required_in_parquet(Month.parse(month)) is required


def test_real_csv_files_have_the_declared_header(real_data: Path) -> None:
    paths = sorted(real_data.glob("nyc-tlc-data/*/*_tripdata_*.csv.gz"))
    if not paths:
        pytest.skip(f"no CSV files in {real_data}")
    for path in paths:
        with gzip.open(path, "rt", newline="") as stream:
            header = next(csv.reader(stream))
        assert header == DATASETS[path.parent.name].csv_header.split(","), path.name


def test_real_parquet_files_have_declared_columns_only(real_data: Path) -> None:
    paths = sorted(real_data.glob("trip-data/*_tripdata_*.parquet"))
    if not paths:
        pytest.skip(f"no Parquet files in {real_data}")
    for path in paths:
        dataset = DATASETS[path.name.partition("_")[0]]
        names = {name.lower() for name in pq.read_schema(path).names}
        assert names <= dataset.parquet_columns.keys(), path.name
