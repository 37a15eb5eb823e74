"""The known row counts of published files: a few of them looked up, the list in order."""

from __future__ import annotations

import csv
from collections import Counter
from datetime import date
from importlib import resources
from pathlib import Path

import pytest

from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.fhv import FHV
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets.trips.published_counts import PublishedCount, counts_csv, published_rows

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
        ("yellow", "2009-01", FileFormat.PARQUET, 14_092_413),
        ("fhv", "2015-01", FileFormat.PARQUET, 2_720_786),
        ("fhvhv", "2019-02", FileFormat.PARQUET, 20_159_102),
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
    assert list(LINES[0]) == ["taxi", "month", "format", "rows", "basis", "counted"]
    for line in LINES:
        dataset, month = DATASETS[line["taxi"]], Month.parse(line["month"])
        assert dataset.require(month)
        assert int(line["rows"]) > 0
        assert line["basis"] in ("published", "measured", "counted")
        assert bool(line["counted"]) == (line["basis"] == "counted")
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
        always = [{**line, "counted": ""} for line in csv.DictReader(stream)]
    assert [line for line in LINES if not line["counted"]] == always
    with (real_data / "row_counts_counted_2024-08.csv").open(encoding="utf-8") as stream:
        counted = {(r["taxi"], r["month"], r["rows"]) for r in csv.DictReader(stream)}
    of_then = [line for line in LINES if line["counted"] == "2024-08-01"]
    assert {(line["taxi"], line["month"], line["rows"]) for line in of_then} == counted


def test_all_four_kinds_have_counts_and_the_dated_ones_their_day() -> None:
    kinds = Counter((line["taxi"], line["counted"]) for line in LINES if line["counted"])
    assert kinds == {
        ("yellow", "2024-08-01"): 154,
        ("green", "2024-08-01"): 95,
        ("fhv", "2024-08-01"): 113,
        ("fhvhv", "2024-08-01"): 64,
    }


@pytest.mark.parametrize(
    ("last_modified", "binds"),
    [
        ("Thu, 30 Jun 2022 10:00:00 GMT", True),
        ("Thu, 01 Aug 2024 23:59:59 GMT", True),
        ("Fri, 02 Aug 2024 00:00:00 GMT", False),
        ("some day", False),
        (None, False),
    ],
)
def test_a_dated_count_binds_files_that_are_not_newer(
    last_modified: str | None, binds: bool
) -> None:
    assert PublishedCount(5, "counted", date(2024, 8, 1)).binds(last_modified) is binds
    assert PublishedCount(5, "published").binds(last_modified)


def test_the_list_is_written_anew_with_what_is_proved() -> None:
    fhv = [TripFile(FHV, Month(2024, number), FileFormat.PARQUET) for number in (4, 6)]
    release = TripFile(GREEN, Month(2020, 4), FileFormat.CSV)
    made = TripFile(FHV, Month(2024, 7), FileFormat.SYNTHETIC)
    day = date(2024, 9, 1)

    unchanged = counts_csv([(release, 1, day), (made, 1, day), (fhv[0], 1, date(2024, 7, 1))])
    written = counts_csv([(fhv[1], 7, day), (fhv[0], 5, day)])

    listed = resources.files("taxi_assets.trips").joinpath("published_row_counts.csv")
    assert unchanged == listed.read_text("utf-8")
    changed = [line for line in written.splitlines() if line not in unchanged.splitlines()]
    assert changed == [
        "fhv,2024-04,parquet,5,counted,2024-09-01",
        "fhv,2024-06,parquet,7,counted,2024-09-01",
    ]
    assert len(written.splitlines()) == len(unchanged.splitlines()) + 1
    lines = [line.split(",")[:3] for line in written.splitlines()[1:]]
    assert lines == sorted(lines)
