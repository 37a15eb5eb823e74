"""A dataset that contradicts itself is an error as soon as it is declared, with its remedy."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from taxi_assets.errors import DatasetError
from taxi_assets.trips.column import Column, ColumnType
from taxi_assets.trips.dataset import CsvReleases, Dataset
from taxi_assets.trips.datasets import DATASETS, by_taxi
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets.trips.synthetic_profile import SyntheticProfile, ZoneTraffic
from taxi_assets.trips.yellow import YELLOW
from taxi_assets_tests.made_up_dataset import FERRY, TRAM

Change = Callable[[], object]


def with_columns(dataset: Dataset, **changes: dict[str, object]) -> Dataset:
    """The dataset with attributes of these columns changed."""
    columns = tuple(
        replace(column, **changes.get(column.name, {}))  # type: ignore[arg-type]
        for column in dataset.columns
    )
    return replace(dataset, columns=columns)


def with_profile(dataset: Dataset, **changes: object) -> Dataset:
    """The dataset with parts of its profile changed."""
    return replace(dataset, synthetic=replace(dataset.synthetic, **changes))  # type: ignore[arg-type]


def meter(**changes: object) -> object:
    assert GREEN.synthetic.meter is not None
    return replace(GREEN.synthetic.meter, **changes)  # type: ignore[arg-type]


def column(name: str, type_: ColumnType, **attributes: object) -> Column:
    return Column(name, type_, "Something.", None, (name,), **attributes)  # type: ignore[arg-type]


def and_column(*added: Column) -> Dataset:
    return replace(TRAM, columns=(*TRAM.columns, *added))


CONTRADICTIONS: dict[str, tuple[Change, tuple[str, ...]]] = {
    "a role whose column is not declared": (
        lambda: replace(GREEN, fare="fare_amnt"),
        ("'green'", "role fare", "'fare_amnt'", "not declared", "declare the column"),
    ),
    "a fare that is no number": (
        lambda: replace(GREEN, fare="store_and_fwd_flag"),
        ("role fare", "'store_and_fwd_flag'", "TEXT and not DOUBLE", "of type DOUBLE"),
    ),
    "a key without its comma": (
        lambda: replace(GREEN, row_id_key="pickup_datetime"),  # type: ignore[arg-type]
        ("row_id_key is 'pickup_datetime'", "ends in a comma"),
    ),
    "names of Parquet files without their comma": (
        lambda: with_columns(GREEN, extra={"parquet_names": "extra"}),
        ("parquet_names of column 'extra' is 'extra'", "ends in a comma"),
    ),
    "a first month that is text": (
        lambda: replace(GREEN, first_month="2015-01"),  # type: ignore[arg-type]
        ("first_month='2015-01' is no Month", "correct first_month"),
    ),
    "no pickup": (
        lambda: replace(GREEN, pickup=None),  # type: ignore[arg-type]
        ("pickup=None is no str", "correct pickup"),
    ),
    "no profile": (
        lambda: replace(GREEN, synthetic=None),  # type: ignore[arg-type]
        ("synthetic=None is no SyntheticProfile", "correct synthetic"),
    ),
    "a column that only the newest files have and that is never NULL": (
        lambda: with_columns(
            GREEN, cbd_congestion_fee={"nullable": False, "parquet_from": Month(2025, 1)}
        ),
        ("'cbd_congestion_fee'", "is never NULL, but the CSV releases", "without nullable=False"),
    ),
    "a column with a name that Postgres has": (
        lambda: with_columns(GREEN, extra={"name": "xmin"}),
        ("'xmin'", "cannot be a column of every warehouse"),
    ),
    "a column with a name that BigQuery keeps": (
        lambda: with_columns(GREEN, extra={"name": "_PARTITIONTIME"}),
        ("'_PARTITIONTIME'", "cannot be a column of every warehouse"),
    ),
    "months of a column the wrong way round": (
        lambda: with_columns(
            GREEN, extra={"parquet_from": Month(2020, 2), "parquet_until": Month(2020, 1)}
        ),
        ("'extra'", "from 2020-02 until 2020-01", "the earlier month"),
    ),
    "a spelling with capitals": (
        lambda: with_columns(GREEN, payment_type={"spellings": {"Cash": "2"}}),
        ("'payment_type'", "'Cash'", "lower case"),
    ),
    "a tip that is a whole number": (
        lambda: replace(GREEN, tip="trip_type"),
        ("role tip", "'trip_type'", "INTEGER and not DOUBLE"),
    ),
    "a total that is a time": (
        lambda: replace(GREEN, total="lpep_pickup_datetime"),
        ("role total", "TIMESTAMP and not DOUBLE"),
    ),
    "a distance that is a code": (
        lambda: replace(GREEN, distance="RatecodeID"),
        ("role distance", "'RatecodeID'", "CODE and not DOUBLE"),
    ),
    "passengers that are an amount": (
        lambda: replace(GREEN, passengers="extra"),
        ("role passengers", "'extra'", "DOUBLE and not INTEGER"),
    ),
    "a vendor that is text": (
        lambda: replace(GREEN, vendor="store_and_fwd_flag"),
        ("role vendor", "TEXT and not CODE"),
    ),
    "a zone that is a number": (
        lambda: replace(GREEN, pickup_zone="trip_type"),
        ("role pickup_zone", "'trip_type'", "INTEGER and not CODE"),
    ),
    "a pickup that is text": (
        lambda: with_columns(GREEN, lpep_pickup_datetime={"type": ColumnType.TEXT}),
        ("role pickup", "'lpep_pickup_datetime'", "TEXT and not TIMESTAMP"),
    ),
    "a pickup that may be empty": (
        lambda: with_columns(GREEN, lpep_pickup_datetime={"nullable": True}),
        ("role pickup", "'lpep_pickup_datetime'", "nullable=False"),
    ),
    "a pickup that is the dropoff": (
        lambda: replace(GREEN, dropoff=GREEN.pickup),
        ("'pickup', 'dropoff'", "'lpep_pickup_datetime'", "one role"),
    ),
    "one zone without the other": (
        lambda: replace(GREEN, dropoff_zone=None),
        ("role pickup_zone", "'PULocationID'", "no dropoff_zone", "both zones or none"),
    ),
    "the other zone without the one": (
        lambda: replace(GREEN, pickup_zone=None),
        ("role dropoff_zone", "'DOLocationID'", "no pickup_zone"),
    ),
    "a key column that is not declared": (
        lambda: replace(GREEN, row_id_key=(*GREEN.row_id_key, "medallion")),
        ("row_id_key", "'medallion'", "not declared", "leave it out of row_id_key"),
    ),
    "a key column twice": (
        lambda: replace(GREEN, row_id_key=(*GREEN.row_id_key, "fare_amount")),
        ("row_id_key", "'fare_amount'", "twice"),
    ),
    "a key without times": (
        lambda: replace(TRAM, row_id_key=("line", "departure")),
        ("row_id_key", "'arrival'", "share their id"),
    ),
    "a position in the CSVs that is doubled": (
        lambda: with_columns(GREEN, extra={"csv_position": 11}),
        ("positions", "extra 11", "mta_tax 11", "each place once"),
    ),
    "a position in the CSVs that is left out": (
        lambda: with_columns(GREEN, congestion_surcharge={"csv_position": 20}),
        ("positions", "congestion_surcharge 20"),
    ),
    "CSV releases without columns": (
        lambda: replace(TRAM, csv_releases=CsvReleases(Month(2022, 1), Month(2022, 2))),
        ("'tram'", "positions", "number the columns"),
    ),
    "columns of CSVs that are not released": (
        lambda: replace(GREEN, csv_releases=None),
        ("position in CSVs", "no csv_releases", "csv_position=None"),
    ),
    "CSV releases that end before they begin": (
        lambda: replace(GREEN, csv_releases=CsvReleases(Month(2020, 1), Month(2019, 1))),
        ("2020-01 to 2019-01", "correct csv_releases"),
    ),
    "CSV releases before the first month": (
        lambda: replace(GREEN, csv_releases=CsvReleases(Month(2013, 7), Month(2021, 7))),
        ("2013-07 to 2021-07", "2013-08"),
    ),
    "two columns that claim one name in Parquet files": (
        lambda: with_columns(GREEN, extra={"parquet_names": ("extra", "MTA_tax")}),
        ("'extra', 'mta_tax'", "'mta_tax' in Parquet files", "one of them"),
    ),
    "two columns of one name but for capitals": (
        lambda: and_column(column("Line", ColumnType.TEXT)),
        ("two columns are called 'line'", "a name of its own"),
    ),
    "a column called as one of ours": (
        lambda: and_column(column("filename", ColumnType.TEXT)),
        ("'filename'", "another name"),
    ),
    "a column whose name needs more than letters": (
        lambda: and_column(column("toll, bridge", ColumnType.TEXT)),
        ("'toll, bridge'", "letters, digits and underscores"),
    ),
    "a column of no file": (
        lambda: and_column(Column("lost", ColumnType.TEXT, "Lost.", None, ())),
        ("'lost'", "no published file"),
    ),
    "a name that commands take for something else": (
        lambda: replace(TRAM, taxi="zones"),
        ("'zones'", "name it by"),
    ),
    "a name that cannot stand in a table's": (
        lambda: replace(TRAM, taxi="cable-car"),
        ("'cable-car'", "small letters and digits"),
    ),
    "an hour that no day has": (
        lambda: replace(TRAM, schedule_hour=24),
        ("schedule_hour=24", "0 to 23"),
    ),
    "a vendor whose synthetic values nothing tells": (
        lambda: with_profile(GREEN, vendors={}),
        ("role vendor", "'VendorID'", "lacks vendors"),
    ),
    "synthetic zones without a column": (
        lambda: with_profile(TRAM, pickups=ZoneTraffic((1,), 1)),
        ("pickups", "no column has the role pickup_zone"),
    ),
    "synthetic texts of a column that a role draws": (
        lambda: with_profile(FERRY, texts={"riders": {"1": 1}}),
        ("texts", "'riders'", "passengers names, too"),
    ),
    "synthetic texts of a column that is not declared": (
        lambda: with_profile(FERRY, texts={"bow": {"1": 1}}),
        ("texts", "'bow'", "not declared"),
    ),
    "synthetic texts that are no code": (
        lambda: with_profile(FERRY, texts={"PierID": {"eleven": 1}}),
        ("texts", "'PierID'", "'eleven'"),
    ),
    "synthetic texts that would need quotes": (
        lambda: with_profile(FERRY, texts={"deck": {"a,b": 1}}),
        ("texts", "'deck'", "'a,b'"),
    ),
    "a column that must not be empty, and that nothing fills": (
        lambda: and_column(column("driver", ColumnType.TEXT, nullable=False)),
        ("'driver'", "must not be empty"),
    ),
    "a meter's column of another type": (
        lambda: with_profile(GREEN, meter=meter(extra="trip_type")),
        ("meter.extra", "'trip_type'", "DOUBLE"),
    ),
    "rows without a vendor that nothing tells apart": (
        lambda: replace(GREEN, row_id_key=("lpep_pickup_datetime", "lpep_dropoff_datetime")),
        ("unmetered rows", "row_id_key", "end with fare and distance"),
    ),
    "hours that are not those of a day": (
        lambda: with_profile(TRAM, weekday_hours=(1,) * 23),
        ("weekday_hours", "24 hours"),
    ),
    "a curve that ends early": (
        lambda: with_profile(TRAM, distances=((0, 1), (900, 2))),
        ("distances", "rank 0 to 1000"),
    ),
    "distances that cost too much to be written": (
        lambda: with_profile(TRAM, distances=((0, 1), (1000, 4000))),
        ("distances", "3900"),
    ),
    "a busy zone that is none": (
        lambda: with_profile(GREEN, pickups=ZoneTraffic((1, 266), 1)),
        ("pickups", "1 to 265"),
    ),
    "passengers without weights": (
        lambda: with_profile(GREEN, passengers={1: 0}),
        ("passengers", "weights"),
    ),
}


@pytest.mark.parametrize("name", CONTRADICTIONS)
def test_a_contradiction_is_told_with_dataset_role_column_and_remedy(name: str) -> None:
    change, told = CONTRADICTIONS[name]
    with pytest.raises(DatasetError) as refusal:
        change()
    text = str(refusal.value)
    for part in ("contradicts itself", *told, "What to do: in taxi_assets/trips, where"):
        assert part in text, text


def test_every_contradiction_is_told_at_once() -> None:
    with pytest.raises(DatasetError) as refusal:
        replace(GREEN, fare="trip_type", tip="nothing", dropoff_zone=None)
    for part in ("role fare", "role tip", "no dropoff_zone"):
        assert part in refusal.value.what


def test_two_datasets_of_one_name_are_refused() -> None:
    with pytest.raises(DatasetError, match="two datasets are called 'green': Green taxi and Twin"):
        by_taxi(YELLOW, GREEN, replace(GREEN, title="Twin"))


def test_the_datasets_there_are_do_not_contradict_themselves() -> None:
    assert by_taxi(*DATASETS.values()) == DATASETS
    assert FERRY.roles == {
        "pickup": "boarded_at",
        "dropoff": "landed_at",
        "distance": "sea_miles",
        "passengers": "riders",
    }


def test_a_profile_says_nothing_of_parts_that_it_lacks() -> None:
    profile = SyntheticProfile(
        weekday_hours=(1,) * 24, weekend_hours=(1,) * 24, distances=((0, 1), (1000, 2))
    )
    assert replace(TRAM, synthetic=profile).roles == TRAM.roles
