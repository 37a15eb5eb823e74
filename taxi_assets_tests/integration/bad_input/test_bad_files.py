"""What somebody sees who loads a month whose file is not what it should be, from end to end.

A good version of the month is loaded first: its rows must stay. After the bad version, the next
good one must load.
"""

from __future__ import annotations

import gzip
from pathlib import Path

import dagster as dg
import pytest

from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets_tests.integration.bad_input.bad_files import (
    BAD_CSVS,
    BAD_PARQUETS,
    PARQUET_NAME,
    REAL_BAD,
    Bad,
    RealBad,
)
from taxi_assets_tests.integration.bad_input.conftest import APRIL, CSV_NAME, Project


@pytest.fixture(scope="module")
def csv_project(tmp_path_factory: pytest.TempPathFactory, in_memory: dg.DagsterInstance) -> Project:
    """A project that all tests of bad CSVs go on with: each leaves it good, or as it was."""
    return Project(tmp_path_factory.mktemp("csv"), in_memory)


@pytest.fixture(scope="module")
def parquet_project(
    tmp_path_factory: pytest.TempPathFactory, in_memory: dg.DagsterInstance
) -> Project:
    """The same for Parquet files."""
    return Project(tmp_path_factory.mktemp("parquet"), in_memory, {"TAXI_SOURCE": "parquet"})


def assert_refused(
    project: Project,
    dataset: Dataset,
    month: Month,
    name: str,
    data: bytes,
    says: tuple[str, ...],
    by_steps: bool = False,
    **settings: str,
) -> None:
    """Load good, bad and good again, and look at all that somebody can see of it.

    The last load may go without a run: what was refused before is in the lake and the tables,
    which are the same to a run.
    """
    month_rows = f"{dataset.table} WHERE filename = '{name.removesuffix('.gz')}'"
    rows = project.count(month_rows) if (project.data / "taxi.duckdb").exists() else 0
    if rows == 0:
        rows = 3
        project.publish_good(dataset, month, name, rows)
        assert project.run("load", dataset.taxi, str(month)).exit_code == 0
    before = project.contents(dataset.table)
    project.mirror.publish(name, data)
    result = project.run("load", dataset.taxi, str(month), **settings)
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    for words in (name, *says, "What to do: ", f"1 of 1 not done: {dataset.taxi} {month}"):
        assert words in result.output
    assert project.contents(dataset.table) == before
    assert project.debris == []
    project.publish_good(dataset, month, name, rows + 1)
    if by_steps:
        project.load_by_steps(dataset, month)
    else:
        again = project.run("load", dataset.taxi, str(month))
        assert again.exit_code == 0, again.output
    assert project.count(month_rows) == rows + 1


@pytest.mark.parametrize("bad", BAD_CSVS, ids=str)
def test_a_bad_csv_is_refused_and_the_months_rows_stay(csv_project: Project, bad: Bad) -> None:
    assert_refused(
        csv_project, GREEN, APRIL, CSV_NAME, bad.data, bad.says, by_steps=True, **bad.settings
    )


@pytest.mark.parametrize("bad", BAD_PARQUETS, ids=str)
def test_a_bad_parquet_file_is_refused_and_the_months_rows_stay(
    parquet_project: Project, bad: Bad
) -> None:
    assert_refused(parquet_project, GREEN, APRIL, PARQUET_NAME, bad.data, bad.says, by_steps=True)


@pytest.mark.parametrize("bad", REAL_BAD, ids=str)
def test_a_real_malformed_file_is_refused_and_the_months_rows_stay(
    project: Project, real_data: Path, bad: RealBad
) -> None:
    path = real_data / "malformed" / bad.file
    if not path.exists():
        pytest.skip(f"no {path}")
    data = path.read_bytes()
    if path.suffix == ".csv":
        data = gzip.compress(data, 1)
    taxi, _, rest = bad.name.partition("_tripdata_")
    month = Month.parse(rest[:7])
    assert_refused(project, DATASETS[taxi], month, bad.name, data, bad.says)


def test_an_error_page_is_refused_unzipped_as_it_came(project: Project, real_data: Path) -> None:
    name = "s3_accessdenied_xml_saved_as_yellow_tripdata_2021-01.csv"
    path = real_data / "malformed" / name
    if not path.exists():
        pytest.skip(f"no {path}")
    project.mirror.publish("yellow_tripdata_2021-01.csv.gz", path.read_bytes())
    result = project.run("load", "yellow", "2021-01")
    assert result.exit_code == 1
    assert "byte 0: found an XML document" in result.output
