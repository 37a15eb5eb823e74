"""How the file of a month is named where it is published, and in the tables."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets.trips.yellow import YELLOW

files = st.builds(
    TripFile,
    st.sampled_from(list(DATASETS.values())),
    st.builds(Month, st.integers(2009, 2040), st.integers(1, 12)),
    st.sampled_from(FileFormat),
)


@pytest.mark.parametrize(
    ("format_", "published", "loaded"),
    [
        (FileFormat.CSV, "green_tripdata_2020-04.csv.gz", "green_tripdata_2020-04.csv"),
        (FileFormat.PARQUET, "green_tripdata_2020-04.parquet", "green_tripdata_2020-04.parquet"),
        (
            FileFormat.SYNTHETIC,
            "green_tripdata_2020-04.synthetic.csv.gz",
            "green_tripdata_2020-04.synthetic.csv",
        ),
    ],
)
def test_a_file_is_named_as_the_flows_name_it(
    format_: FileFormat, published: str, loaded: str
) -> None:
    file = TripFile(GREEN, Month(2020, 4), format_)
    assert (file.published_name, file.filename, str(file)) == (published, loaded, published)


@given(files)
def test_a_file_is_known_by_either_of_its_names(file: TripFile) -> None:
    assert TripFile.published_as(file.dataset, file.published_name) == file
    assert TripFile.loaded_as(file.dataset, file.filename) == file


@given(files, files)
def test_different_files_have_different_names(one: TripFile, other: TripFile) -> None:
    assert (one == other) == (one.published_name == other.published_name)
    assert (one == other) == (one.filename == other.filename)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "green_tripdata_2020-04",
        "green_tripdata_2020-04.csv.zip",
        "green_tripdata_2020-4.csv.gz",
        "green_tripdata_2020-13.csv.gz",
        "green_tripdata_.csv.gz",
        "2020-04.csv.gz",
        "GREEN_tripdata_2020-04.csv.gz",
        "yellow_tripdata_2020-04.csv.gz",
        "green_tripdata_2020-04.csv.gz.json",
        "green_tripdata_2020-04_1.csv.gz",
        "green_tripdata_２０２０-04.csv.gz",
    ],
)
def test_another_name_is_no_file_of_the_dataset(name: str) -> None:
    assert TripFile.published_as(GREEN, name) is None
    assert TripFile.loaded_as(GREEN, name) is None


def test_the_published_csv_is_not_called_so_in_the_tables() -> None:
    assert TripFile.published_as(YELLOW, "yellow_tripdata_2020-04.csv") is None


@given(files)
def test_the_siblings_of_a_file_are_its_month_in_every_format(file: TripFile) -> None:
    assert file in file.siblings
    assert {sibling.format for sibling in file.siblings} == set(FileFormat)
    assert {(sibling.dataset, sibling.month) for sibling in file.siblings} == {
        (file.dataset, file.month)
    }
