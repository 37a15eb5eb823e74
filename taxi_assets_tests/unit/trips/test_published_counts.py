"""The known row counts of published files: a few of them looked up, the list in order."""

from __future__ import annotations

import csv
from importlib import resources
from pathlib import Path

import pytest

from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month
from taxi_assets.trips.published_counts import published_rows

LINES = list(
    csv.DictReader(
        resources.files("taxi_assets.trips")
        .joinpath("published_row_counts.csv")
        .read_text("utf-8")
        .splitlines()
    )
)


def known(taxi: str, month: str, format_: FileFormat) -> int | None:
    return published_rows(TripFile(DATASETS[taxi], Month.parse(month), format_))


@pytest.mark.parametrize(
    ("taxi", "month", "format_", "rows"),
    [
        ("green", "2020-04", FileFormat.CSV, 35_612),
        ("green", "2020-05", FileFormat.CSV, 57_360),
        ("green", "2020-06", FileFormat.CSV, 63_109),
        ("yellow", "2019-01", FileFormat.CSV, 7_667_792),
        ("yellow", "2019-01", FileFormat.PARQUET, 7_696_617),
        ("green", "2019-01", FileFormat.CSV, 630_918),
        ("green", "2019-01", FileFormat.PARQUET, 672_105),
    ],
)
def test_a_known_count_is_found(taxi: str, month: str, format_: FileFormat, rows: int) -> None:
    assert known(taxi, month, format_) == rows


@pytest.mark.parametrize(
    ("taxi", "month", "format_"),
    [
        ("green", "2040-01", FileFormat.PARQUET),
        ("green", "2020-04", FileFormat.SYNTHETIC),
    ],
)
def test_a_month_that_nobody_counted_is_not_known(
    taxi: str, month: str, format_: FileFormat
) -> None:
    assert known(taxi, month, format_) is None


def test_the_list_is_sorted_and_names_no_file_twice() -> None:
    keys = [(line["taxi"], line["month"], line["format"]) for line in LINES]
    assert keys == sorted(set(keys))


def test_every_line_is_of_a_file_that_can_be_loaded() -> None:
    assert list(LINES[0]) == ["taxi", "month", "format", "rows", "basis"]
    for line in LINES:
        dataset, month = DATASETS[line["taxi"]], Month.parse(line["month"])
        assert dataset.require(month)
        assert int(line["rows"]) > 0
        assert line["basis"] in ("published", "measured")
        if FileFormat(line["format"]) is FileFormat.CSV:
            assert dataset.csv_releases is not None
            assert month in dataset.csv_releases
        else:
            assert line["format"] == "parquet"


def test_the_list_is_the_one_that_came_with_the_real_files(real_data: Path) -> None:
    path = real_data / "published_row_counts.csv"
    if not path.exists():
        pytest.skip(f"no {path}")
    with path.open(newline="", encoding="utf-8") as stream:
        assert list(csv.DictReader(stream)) == LINES
