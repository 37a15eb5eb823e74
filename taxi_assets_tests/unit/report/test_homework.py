"""The homework's answers, as far as its months are loaded."""

from __future__ import annotations

import pytest

from taxi_assets.lake.landed_file import FileFacts, LandedFile
from taxi_assets.report.homework import answers
from taxi_assets.status.coverage import Coverage, MonthState
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets.trips.yellow import YELLOW

MARCH_2021, YEAR_2020 = 1_925_152, 24_648_499


def line(month: str, rows: int, format_: str = "csv") -> Coverage:
    name = f"yellow_tripdata_{month}.{format_}"
    found = {"duckdb": rows}
    return Coverage("yellow", month, format_, name, rows, None, found, {}, MonthState.OK, "ok")


def test_nothing_is_answered_where_nothing_is_loaded() -> None:
    for answer in answers([], [], "duckdb"):
        assert (answer.found, answer.agrees) == (None, None)


@pytest.mark.parametrize(("rows", "agrees"), [(MARCH_2021, True), (MARCH_2021 - 1, False)])
def test_a_month_agrees_with_the_published_answer_or_not(rows: int, agrees: bool) -> None:
    answer = answers([line("2021-03", rows)], [], "duckdb")[2]

    assert (answer.found, answer.months, answer.agrees) == (rows, (1, 1), agrees)


def test_a_year_is_judged_once_all_of_its_months_are_loaded() -> None:
    months = [line(f"2020-{number:02d}", 2_000_000) for number in range(1, 12)]

    part = answers(months, [], "duckdb")[0]
    whole = answers([*months, line("2020-12", YEAR_2020 - 22_000_000)], [], "duckdb")[0]

    assert (part.found, part.months, part.agrees) == (22_000_000, (11, 12), None)
    assert (whole.found, whole.months, whole.agrees) == (YEAR_2020, (12, 12), True)


def test_a_month_from_another_source_is_no_answer() -> None:
    assert answers([line("2021-03", MARCH_2021, "parquet")], [], "duckdb")[2].found is None


def test_what_is_asked_of_a_dataset_that_is_not_there_is_left_out(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("taxi_assets.report.homework.DATASETS", {"green": GREEN})

    assert [answer.question.taxi for answer in answers([], [], "duckdb")] == ["green"]


@pytest.mark.parametrize(("size", "agrees"), [(134_481_400, True), (141_000_000, False)])
def test_the_size_is_that_of_the_file_unzipped(size: int, agrees: bool) -> None:
    file = TripFile(YELLOW, Month(2020, 12), FileFormat.CSV)
    landed = LandedFile(
        name="yellow/yellow_tripdata_2020-12.csv.gz",
        url="https://host/file",
        etag=None,
        last_modified=None,
        sha256="0" * 64,
        size_bytes=26_000_000,
        facts=FileFacts(rows=1_461_897, uncompressed_bytes=size),
        landed_at=file.month.start,
    )

    answer = answers([], [(file, landed)], "duckdb")[3]

    assert answer.agrees is agrees
    assert answer.found == pytest.approx(size / 2**20)
