"""Synthetic months of taxis look like the CSV releases, with their oddities, each time the same."""

import csv
import hashlib
import tracemalloc
from collections import Counter
from datetime import datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxi_assets.errors import InvalidMonthError
from taxi_assets.source.synthetic.clock import Timetable
from taxi_assets.source.synthetic.draw import Stream
from taxi_assets.source.synthetic.month import BLOCK_ROWS, MAX_ROWS, write_month
from taxi_assets.source.synthetic.profile import profile_of
from taxi_assets.source.synthetic.text import (
    LARGEST_CENTS,
    LARGEST_HUNDREDTHS,
    amount_text,
    distance_text,
)
from taxi_assets.source.synthetic.trips import METERED_LOTS, metered_trips
from taxi_assets.trips.column import ColumnType
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets.trips.yellow import YELLOW

Row = dict[str, str]

AMOUNTS = (
    *("fare_amount", "extra", "mta_tax", "tip_amount", "tolls_amount"),
    *("improvement_surcharge", "congestion_surcharge"),
)
WITHOUT_METER = {
    *("VendorID", "store_and_fwd_flag", "RatecodeID", "passenger_count", "payment_type"),
    *("trip_type", "congestion_surcharge", "ehail_fee"),
}

datasets = st.sampled_from([YELLOW, GREEN])
months = st.builds(Month, st.integers(2014, 2040), st.integers(1, 12))
seeds = st.integers(0, 2**64)
any_datasets = pytest.mark.parametrize("dataset", [YELLOW, GREEN], ids=["yellow", "green"])


def whole(dataset: Dataset, month: Month, rows: int, seed: int = 1) -> bytes:
    return b"".join(write_month(dataset, month, rows, seed))


def parsed(dataset: Dataset, month: Month, rows: int, seed: int = 1) -> list[Row]:
    lines = whole(dataset, month, rows, seed).decode("ascii").split("\r\n")
    return list(csv.DictReader(lines[:-1]))


def cents(row: Row, amount: str) -> int:
    return round(float(row.get(amount) or 0) * 100)


def row_id_text(dataset: Dataset, row: Row) -> str:
    """What ``unique_row_id`` hashes: the distance in its shortest form, NULL as nothing."""
    *others, _, distance = dataset.row_id_key
    fare = row["fare_amount"]
    shortest = repr(float(row[distance])).removesuffix(".0")
    return "".join(row[name] for name in others) + fare + shortest


@given(datasets, months, st.integers(1, 3000), seeds)
def test_a_month_of_any_size_is_laid_out_as_the_releases(
    dataset: Dataset, month: Month, rows: int, seed: int
) -> None:
    text = whole(dataset, month, rows, seed)
    header, *lines, after_last = text.decode("ascii").split("\r\n")
    assert header == dataset.csv_header
    assert len(lines) == rows
    assert after_last == ""
    assert "\n" not in text.decode().replace("\r\n", "")

    keys = set()
    for line in lines:
        values = line.split(",")
        assert len(values) == len(dataset.csv_columns)
        row = dict(zip(dataset.csv_header.split(","), values, strict=True))
        for column in dataset.csv_columns:
            assert_parses(column.type, row[column.name])
            assert column.nullable or row[column.name]
        assert round(float(row["total_amount"]) * 100) == sum(cents(row, a) for a in AMOUNTS)
        assert 1 <= int(row["PULocationID"]) <= 265
        assert 1 <= int(row["DOLocationID"]) <= 265
        keys.add(tuple(row[name] for name in dataset.row_id_key))
    assert len(keys) == rows


def assert_parses(type_: ColumnType, text: str) -> None:
    if not text:
        return
    match type_:
        case ColumnType.CODE | ColumnType.INTEGER:
            assert str(int(text)) == text
        case ColumnType.DOUBLE:
            assert abs(float(text)) < LARGEST_CENTS
        case ColumnType.TIMESTAMP:
            assert f"{datetime.fromisoformat(text):%Y-%m-%d %H:%M:%S}" == text
        case ColumnType.TEXT:
            assert text in ("N", "Y")


@pytest.mark.parametrize(
    ("dataset", "month"),
    [(YELLOW, Month(2009, 1)), (GREEN, Month(2013, 8)), (YELLOW, Month(9998, 11))],
)
def test_the_first_and_the_last_months_there_can_be_work(dataset: Dataset, month: Month) -> None:
    rows = parsed(dataset, month, 1000)
    strays = [row for row in rows if not row[dataset.pickup].startswith(str(month))]
    assert strays
    assert len({tuple(row.values()) for row in rows}) == len(rows)


def test_no_two_rows_share_their_row_id_even_where_minutes_are_shared() -> None:
    rows = parsed(GREEN, Month(2021, 2), 200_000)
    assert max(Counter(row[GREEN.pickup] for row in rows if not row["VendorID"]).values()) > 1
    assert len({row_id_text(GREEN, row) for row in rows}) == len(rows)


@given(datasets, months, st.integers(1, 20_000), st.sampled_from([1, 7, 60, 3600]), seeds)
def test_rows_that_begin_at_one_instant_end_at_different_ones(
    dataset: Dataset, month: Month, rows: int, instants: int, seed: int
) -> None:
    # Few instants in an hour do to a few rows what a busy month does to 8 million.
    profile, stream = profile_of(dataset), Stream("test", seed)
    lots = stream.lots(rows, METERED_LOTS)
    timetable = Timetable(profile, month, rows, instants, stream)
    begin = timetable.beginnings(0, rows, lots[:, 0])
    assert begin.seconds.min() >= 0
    assert begin.seconds.max() < month.days * 86_400
    trips = metered_trips(profile, month, begin, lots, surcharged=True)
    assert len(set(zip(trips.pickup.tolist(), trips.dropoff.tolist(), strict=True))) == rows


@pytest.mark.parametrize(
    ("dataset", "month", "share"),
    [
        (GREEN, Month(2020, 3), 0.4),
        (GREEN, Month(2024, 5), 0.4),
        (GREEN, Month(2019, 12), 0),
        (YELLOW, Month(2020, 1), 0.02),
        (YELLOW, Month(2019, 12), 0),
    ],
)
def test_rows_without_a_vendor_stand_in_one_block_at_the_end(
    dataset: Dataset, month: Month, share: float
) -> None:
    rows = parsed(dataset, month, 5000)
    without = [row for row in rows if not row["VendorID"]]
    assert len(without) == 5000 * share
    assert not without or rows[-len(without) :] == without


def test_rows_without_a_vendor_lack_what_the_meter_would_tell() -> None:
    for dataset, told in ((GREEN, set()), (YELLOW, {"congestion_surcharge"})):
        columns = {column.name for column in dataset.csv_columns}
        for row in parsed(dataset, Month(2020, 4), 1000):
            empty = {name for name, value in row.items() if not value}
            if row["VendorID"]:
                assert empty <= {"ehail_fee"}
            else:
                assert empty == WITHOUT_METER & columns - told
                assert row[dataset.pickup].endswith(":00")
                assert row[dataset.dropoff].endswith(":00")


def test_months_before_the_surcharge_leave_it_empty() -> None:
    assert {row["congestion_surcharge"] for row in parsed(YELLOW, Month(2019, 1), 500)} == {""}
    levied = {row["congestion_surcharge"] for row in parsed(YELLOW, Month(2019, 2), 500)}
    assert levied == {"0", "2.5", "-2.5"}


@any_datasets
def test_one_row_in_five_hundred_is_the_reversal_of_the_one_before(dataset: Dataset) -> None:
    rows = parsed(dataset, Month(2019, 6), 20_000)
    same = ("VendorID", dataset.pickup, dataset.dropoff, "PULocationID", "DOLocationID")
    pairs = [(fare, back) for fare, back in pairwise(rows) if cents(back, "fare_amount") < 0]
    assert len(pairs) == 40
    assert sum(cents(row, "fare_amount") < 0 for row in rows) == 40
    for fare, back in pairs:
        assert [fare[name] for name in same] == [back[name] for name in same]
        assert all(cents(fare, name) == -cents(back, name) for name in (*AMOUNTS, "total_amount"))


@given(datasets, st.builds(Month, st.integers(2014, 2030), st.integers(1, 12)), seeds)
def test_a_month_of_a_thousand_rows_has_each_oddity(
    dataset: Dataset, month: Month, seed: int
) -> None:
    rows = parsed(dataset, month, 1000, seed)
    assert any(not row[dataset.pickup].startswith(str(month)) for row in rows)
    assert any(row[dataset.dropoff] < row[dataset.pickup] for row in rows)
    assert any(row["trip_distance"] == ".00" for row in rows)
    assert any(cents(row, "fare_amount") < 0 for row in rows)


@any_datasets
def test_a_few_pickups_lie_in_other_months_and_in_2008_or_2009(dataset: Dataset) -> None:
    rows = parsed(dataset, Month(2020, 7), 150_000)
    by_month = Counter(row[dataset.pickup][:7] for row in rows)
    strays = by_month.total() - by_month["2020-07"]
    assert 0.5e-4 < strays / len(rows) < 2e-4
    assert by_month["2020-06"] > 0
    assert by_month["2020-08"] > 0
    assert by_month["2008-12"] + by_month["2009-01"] > 0


@any_datasets
def test_the_figures_look_like_a_city(dataset: Dataset) -> None:
    rows = [row for row in parsed(dataset, Month(2020, 10), 20_000) if row["VendorID"]]
    hours = Counter(row[dataset.pickup][11:13] for row in rows)
    assert hours["18"] > 3 * hours["04"]

    passengers = Counter(row["passenger_count"] for row in rows)
    assert set(passengers) <= set("0123456")
    assert passengers["1"] > len(rows) / 2

    busiest = Counter(row["PULocationID"] for row in rows).most_common(1)[0][0]
    assert busiest in {"yellow": ("236", "237", "161"), "green": ("74", "75", "41")}[dataset.taxi]

    assert all(cents(row, "tip_amount") == 0 for row in rows if row["payment_type"] != "1")
    assert any(cents(row, "tip_amount") > 0 for row in rows if row["payment_type"] == "1")

    rides = [row for row in rows if cents(row, "fare_amount") > 0]
    short = [cents(row, "fare_amount") for row in rides if float(row["trip_distance"]) < 1]
    long = [cents(row, "fare_amount") for row in rides if float(row["trip_distance"]) > 10]
    assert sum(long) / len(long) > 4 * sum(short) / len(short)


@pytest.mark.parametrize(
    ("dataset", "month", "sha256"),
    [
        (GREEN, Month(2020, 4), "a34bc530e1389b09841cf461587491533d29c253959d440fd37860000fee224f"),
        (
            YELLOW,
            Month(2024, 5),
            "9c0ed2918fa965b910c8f83493f48a3c5853ff56e9fa802145a9134177bded32",
        ),
    ],
)
def test_a_month_has_the_same_bytes_everywhere(dataset: Dataset, month: Month, sha256: str) -> None:
    # Other bytes need another GENERATOR_VERSION: by it, lakes know that a month has changed.
    assert hashlib.sha256(whole(dataset, month, 2000, seed=7)).hexdigest() == sha256


def test_another_seed_or_month_gives_other_trips() -> None:
    def trips(month: Month, seed: int) -> list[str]:
        return [row["trip_distance"] for row in parsed(GREEN, month, 50, seed)]

    assert len({tuple(trips(Month(2019, 1 + n % 2), n // 2)) for n in range(4)}) == 4


def test_a_large_month_comes_in_blocks_of_bounded_size_and_memory() -> None:
    def peak_bytes(rows: int) -> int:
        tracemalloc.start()
        for block in write_month(GREEN, Month(2020, 4), rows, 1):
            assert block.count(b"\n") <= BLOCK_ROWS
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    few, many = peak_bytes(5 * BLOCK_ROWS), peak_bytes(10 * BLOCK_ROWS)
    assert many < 150_000_000
    assert many < 1.1 * few


@pytest.mark.parametrize("rows", [-1, 0, MAX_ROWS + 1])
def test_a_number_of_rows_out_of_range_is_refused_at_once(rows: int) -> None:
    with pytest.raises(ValueError, match="1 to 25,000,000 rows"):
        write_month(GREEN, Month(2020, 4), rows, 1)


def test_a_negative_seed_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="from 0, not -1"):
        write_month(GREEN, Month(2020, 4), 1, -1)


def test_a_month_before_the_first_is_refused_at_once() -> None:
    with pytest.raises(InvalidMonthError, match="2013-07 lies before"):
        write_month(GREEN, Month(2013, 7), 1, 1)


@pytest.mark.parametrize(
    ("value", "text"),
    [(800, "8"), (50, "0.5"), (995, "9.95"), (-350, "-3.5"), (-5, "-0.05"), (0, "0")],
)
def test_amounts_are_written_in_their_shortest_form(value: int, text: str) -> None:
    assert amount_text(value) == text


@pytest.mark.parametrize(
    ("value", "text"), [(79, ".79"), (150, "1.50"), (0, ".00"), (LARGEST_HUNDREDTHS, "99.99")]
)
def test_distances_have_two_decimals_and_no_leading_zero(value: int, text: str) -> None:
    assert distance_text(value) == text
