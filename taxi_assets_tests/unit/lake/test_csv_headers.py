"""The CSVs that TLC once published: those with the columns of the releases are accepted."""

from __future__ import annotations

import csv
import gzip
from collections.abc import Iterator
from pathlib import Path

import pytest

from taxi_assets.errors import InvalidFileError
from taxi_assets.lake.csv_inspection import CsvInspection
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.month import Month

_RELEASED = set(Month(2019, 1).through(Month(2020, 6)))


def refusal(taxi: str, header: str) -> str:
    """Why a CSV of that header and one row is refused; empty if it is accepted."""
    row = "," * (len(next(csv.reader([header]))) - 1)
    inspection = CsvInspection("file", DATASETS[taxi].csv_header, max_jagged_rows=0)
    try:
        inspection.feed(gzip.compress(f"{header}\r\n{row}\r\n".encode()))
    except InvalidFileError as error:
        return error.what
    inspection.finish()
    return ""


def headers(real_data: Path) -> Iterator[tuple[str, Month, str]]:
    """Taxi, month and header of every CSV that was published until 2020."""
    path = real_data / "headers" / "csv_headers_by_month.tsv"
    if not path.exists():
        pytest.skip(f"no {path}")
    for line in path.read_text("utf-8").splitlines():
        name, _, header = line.partition("\t")
        taxi, _, month = name.partition("_tripdata_")
        if taxi in DATASETS:
            yield taxi, Month.parse(month), header


def test_headers_of_the_releases_years_are_accepted_and_others_say_what_is_missing(
    real_data: Path,
) -> None:
    accepted, missing = set(), set()
    for taxi, month, header in headers(real_data):
        words = refusal(taxi, header)
        if words:
            missing.add((taxi, words.partition("missing: ")[2].partition(";")[0].split(")")[0]))
        else:
            accepted.add((taxi, month))
    assert accepted == {(taxi, month) for taxi in ("yellow", "green") for month in _RELEASED}
    assert ("fhv", "Affiliated_base_number") in missing
    assert ("yellow", "congestion_surcharge") in missing
    assert all(names for _, names in missing)


@pytest.mark.parametrize("taxi", DATASETS)
def test_the_declared_header_is_accepted_in_any_capitals_and_without_a_column_refused(
    taxi: str,
) -> None:
    header = DATASETS[taxi].csv_header
    for written in (header, header.upper(), header.lower()):
        assert refusal(taxi, written) == ""
    last = header.rpartition(",")[2]
    assert f"missing: {last}" in refusal(taxi, header.rpartition(",")[0])
