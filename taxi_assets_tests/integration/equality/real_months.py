"""The real files that issue and design name; they lie outside the project, or are missing."""

from pathlib import Path

import pytest

from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month

PUBLISHED_ROWS = {"2020-04": 35_612, "2020-05": 57_360, "2020-06": 63_109}
"""Rows of the first green CSVs, as published."""

_CSV = {
    "green": ("2020-04", "2020-05", "2020-06", "2020-10", "2021-01", "2021-03"),
    "yellow": ("2019-01", "2020-01", "2021-03"),
}
_PARQUET = {
    "green": ("2022-01", "2023-02", "2023-12", "2025-01"),
    "yellow": ("2025-01",),
}


def _files(months: dict[str, tuple[str, ...]], format_: FileFormat) -> tuple[TripFile, ...]:
    return tuple(
        TripFile(DATASETS[taxi], Month.parse(month), format_)
        for taxi, names in months.items()
        for month in names
    )


CSV_FILES = _files(_CSV, FileFormat.CSV)
"""Whole green months, and extracts of yellow ones."""

PARQUET_FILES = _files(_PARQUET, FileFormat.PARQUET)
"""Whole green months, and an extract of a yellow one."""

A_FEW_OF_ALL = tuple(
    file if place in (0, len(CSV_FILES)) else pytest.param(file, marks=pytest.mark.long)
    for place, file in enumerate((*CSV_FILES, *PARQUET_FILES))
)
"""All of them, for what generated months show as well: most are left to the longer run."""

PARQUET_TWIN = _files({"green": ("2020-04",)}, FileFormat.PARQUET)[0]
"""A month that is among the CSVs, too, with fewer rows there."""


def path_of(file: TripFile, folder: Path) -> Path:
    """Where the file lies in the folder of real files; skips the test where it does not."""
    host = "trip-data" if file.format is FileFormat.PARQUET else f"nyc-tlc-data/{file.dataset.taxi}"
    path = folder / host / file.published_name
    if not path.exists():
        pytest.skip(f"no real file {path}")
    return path
