"""Synthetic months of a dataset follow from its profile, whatever roles it lacks."""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxi_assets.source.synthetic.clock import Timetable
from taxi_assets.source.synthetic.draw import Stream
from taxi_assets.source.synthetic.month import version_of, write_month
from taxi_assets.source.synthetic.profile import profile_of
from taxi_assets.source.synthetic.trips import METERED_LOTS, metered_trips
from taxi_assets.trips.column import Column, ColumnType
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets_tests.made_up_dataset import FERRY, MADE_UP, TRAM

MONTH = Month(2024, 5)

GREEN_WITHOUT_TIPS = replace(GREEN, tip=None)
GREEN_BY_TIMES = replace(
    GREEN,
    row_id_key=(GREEN.pickup, GREEN.dropoff),
    synthetic=replace(GREEN.synthetic, unmetered=None),
)
"""Green trips whose fares are no part of their row id."""

FARES_ALONE = replace(
    TRAM,
    columns=(
        *TRAM.columns,
        Column("price", ColumnType.DOUBLE, "Fare, in US dollars.", None, ("price",)),
        Column("charged", ColumnType.DOUBLE, "Fare and tip, in US dollars.", None, ("charged",)),
        Column("gratuity", ColumnType.DOUBLE, "Tip, in US dollars.", None, ("gratuity",)),
    ),
    row_id_key=("departure", "arrival", "price"),
    fare="price",
    total="charged",
    tip="gratuity",
)
"""Fares and tips without a taxi's meter."""

made_up = pytest.mark.parametrize("dataset", MADE_UP, ids=lambda dataset: dataset.taxi)
whatever = pytest.mark.parametrize(
    "dataset", [*MADE_UP, *DATASETS.values()], ids=lambda dataset: dataset.taxi
)


def parsed(dataset: Dataset, rows: int, seed: int = 1) -> list[dict[str, str]]:
    text = b"".join(write_month(dataset, MONTH, rows, seed)).decode("ascii")
    return list(csv.DictReader(text.split("\r\n")[:-1]))


def row_id_texts(dataset: Dataset, rows: list[dict[str, str]]) -> set[str]:
    return {"".join(row[name] for name in dataset.row_id_key) for row in rows}


@whatever
def test_a_month_has_the_columns_of_the_releases_or_of_the_table(dataset: Dataset) -> None:
    rows = parsed(dataset, 500)
    assert list(rows[0]) == dataset.csv_header.split(",")
    if dataset.csv_releases is None:
        assert list(rows[0]) == [column.name for column in dataset.columns]
    assert all(row[dataset.pickup] and row[dataset.dropoff] for row in rows)


@whatever
@given(rows=st.integers(1, 3000), seed=st.integers(0, 2**64))
def test_rows_of_any_number_differ_in_their_row_id(dataset: Dataset, rows: int, seed: int) -> None:
    assert len(row_id_texts(dataset, parsed(dataset, rows, seed))) == rows


@made_up
@given(st.integers(1, 10_000), st.sampled_from([1, 7, 60]), st.integers(0, 2**64))
def test_rows_that_begin_at_one_instant_end_at_different_ones(
    dataset: Dataset, rows: int, instants: int, seed: int
) -> None:
    # Few instants in an hour do to a few rows what a busy month does to 8 million.
    profile, stream = profile_of(dataset), Stream("test", seed)
    lots = stream.lots(rows, METERED_LOTS)
    begin = Timetable(profile, MONTH, rows, instants, stream).beginnings(0, rows, lots[:, 0])
    trips = metered_trips(profile, MONTH, begin, lots, surcharged=True)
    assert len(set(zip(trips.pickup.tolist(), trips.dropoff.tolist(), strict=True))) == rows


def test_texts_come_by_their_weights() -> None:
    rows = parsed(FERRY, 6000)
    piers = Counter(row["PierID"] for row in rows)
    assert set(piers) == {"1", "11", ""}
    assert piers["1"] == pytest.approx(3000, rel=0.1)
    assert piers[""] == pytest.approx(1000, rel=0.1)
    assert {row["riders"] for row in rows} == {"1", "2", "40"}
    assert {row["deck"] for row in rows} == {"upper", "lower"}
    assert {row["line"] for row in parsed(TRAM, 500)} == {"A", "B 12"}


def test_what_no_figure_fills_stays_empty() -> None:
    assert {row["delayed"] for row in parsed(TRAM, 500)} == {""}
    assert {row["tip_amount"] for row in parsed(GREEN_WITHOUT_TIPS, 500)} == {""}


def test_without_a_role_there_are_none_of_its_oddities() -> None:
    for dataset in MADE_UP:
        rows = parsed(dataset, 20_000)
        # Clocks are wrong in every dataset; what needs fare or vendor is in none of these.
        assert any(row[dataset.dropoff] < row[dataset.pickup] for row in rows)
        assert any(not row[dataset.pickup].startswith(str(MONTH)) for row in rows)
        assert not any(value.startswith("-") for row in rows for value in row.values())
        assert not all(row[dataset.pickup].endswith(":00") for row in rows[-1000:])


def test_fares_are_reversed_only_where_they_are_part_of_the_row_id() -> None:
    reversed_ = [row for row in parsed(GREEN, 5000) if row["fare_amount"].startswith("-")]
    assert reversed_
    rows = parsed(GREEN_BY_TIMES, 5000)
    assert not any(row["fare_amount"].startswith("-") for row in rows)
    assert len(row_id_texts(GREEN_BY_TIMES, rows)) == len(rows)


def test_a_dataset_without_a_meter_has_fares_tips_and_their_total() -> None:
    rows = parsed(FARES_ALONE, 5000)
    assert len(row_id_texts(FARES_ALONE, rows)) == len(rows)
    for row in rows:
        cents = {name: round(float(row[name]) * 100) for name in ("price", "gratuity", "charged")}
        assert cents["price"] + cents["gratuity"] == cents["charged"]
    assert any(row["price"].startswith("-") for row in rows)
    assert any(float(row["gratuity"]) > 0 for row in rows)


def test_a_column_declared_later_makes_another_version_where_it_changes_the_file() -> None:
    def with_column(dataset: Dataset) -> Dataset:
        added = Column("pets", ColumnType.INTEGER, "How many pets.", None, ("pets",))
        return replace(dataset, columns=(*dataset.columns, added))

    assert version_of(FERRY, 10, 1) != version_of(with_column(FERRY), 10, 1)
    assert version_of(GREEN, 10, 1) == version_of(with_column(GREEN), 10, 1) == "synthetic-1-1-10"
