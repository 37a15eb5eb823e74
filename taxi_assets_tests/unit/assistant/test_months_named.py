"""The months that a query names: what it would be told about if they were not loaded."""

from __future__ import annotations

import pytest

from taxi_assets.assistant.data.months import in_words, months_named
from taxi_assets.query.database import ranges
from taxi_assets.trips.month import Month


@pytest.mark.parametrize(
    ("condition", "months"),
    [
        ("filename LIKE 'green_tripdata_2021-03.%'", "2021-03"),
        ("filename LIKE '%2021-03%'", "2021-03"),
        (
            "filename IN ('green_tripdata_2021-03.csv', 'green_tripdata_2021-05.csv')",
            "2021-03, 2021-05",
        ),
        ("t >= '2021-01-01' AND t < '2021-02-01'", "2021-01"),
        ("t >= DATE '2021-01-01' AND t < DATE '2022-01-01'", "2021-01 to 2021-12"),
        ("t >= '2021-01-05' AND t < '2021-02-02 00:00:00'", "2021-01 to 2021-02"),
        ("t < TIMESTAMP '2021-02-01 00:00:00' AND t > '2021-01-31'", "2021-01"),
        ("t BETWEEN '2021-01-01' AND '2021-02-28'", "2021-01 to 2021-02"),
        ("t = '2021-13-01' OR store_and_fwd_flag = 'Y'", ""),
        ("fare_amount > 10", ""),
    ],
)
@pytest.mark.parametrize("dialect", ["duckdb", "postgres"])
def test_a_query_names_months_in_files_and_in_dates(
    condition: str, months: str, dialect: str
) -> None:
    named = months_named(f"SELECT count(*) FROM green_tripdata WHERE {condition}", dialect)
    assert ranges(list(named.get("green", ()))) == months
    assert set(named) <= {"green"}


def test_what_cannot_be_parsed_names_none() -> None:
    assert months_named("SELECT ((", "postgres") == {}


def test_months_are_told_as_ranges() -> None:
    months = {"green": [Month(2021, 3), Month(2020, 12), Month(2021, 1)], "yellow": []}
    assert in_words(months) == "green 2020-12 to 2021-01, 2021-03"
    assert in_words({}) == "none"
