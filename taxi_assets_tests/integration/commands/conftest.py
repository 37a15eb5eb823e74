"""A mirror that has green 2020-04, and data folders with and without it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from unittest import mock

import pytest

from taxi_assets.trips.green import GREEN
from taxi_assets_tests.command_line import DataFolder, taxi_assets
from taxi_assets_tests.published import Mirror, csv_month

CSV = "green_tripdata_2020-04.csv"
PARQUET = "green_tripdata_2020-04.parquet"
SYNTHETIC = "green_tripdata_2020-04.synthetic.csv"
FILE = csv_month(GREEN, 5)
SECRET = "s3cret"  # a password in a URL


def _settings(mirror: Mirror) -> dict[str, str]:
    return {
        "TAXI_CSV_BASE_URL": mirror.csv_url,
        "TAXI_PARQUET_BASE_URL": mirror.parquet_url,
        "TAXI_PUBLISHED_COUNTS": "warn",
        # Made trips are of April 2020, whatever the month of their file.
        "TAXI_REFUSE_OUT_OF_MONTH_SHARE": "1",
    }


@pytest.fixture
def data(settings_env: Path, mirror: Mirror) -> DataFolder:
    """An empty data folder whose source is the mirror; it has green 2020-04."""
    os.environ.update(_settings(mirror))
    mirror.publish(f"{CSV}.gz", FILE)
    return DataFolder(settings_env)


def _places(folder: Path) -> dict[str, str]:
    return {"TAXI_DATA_DIR": str(folder), "DAGSTER_HOME": str(folder / "dagster")}


@pytest.fixture(scope="session")
def one_month(tmp_path_factory: pytest.TempPathFactory) -> tuple[DataFolder, Mirror]:
    """A data folder with green 2020-04, loaded once for all tests that change nothing."""
    folder = tmp_path_factory.mktemp("one_month")
    mirror = Mirror(folder / "mirror")
    mirror.publish(f"{CSV}.gz", FILE)
    with mock.patch.dict(os.environ, {**_settings(mirror), **_places(folder / "data")}):
        answer = taxi_assets("load", "green", "2020-04")
    assert answer.exit_code == 0, answer.text
    return DataFolder(folder / "data"), mirror


@pytest.fixture
def loaded(one_month: tuple[DataFolder, Mirror], settings_env: Path) -> DataFolder:
    """The data folder with green 2020-04, for a test that changes nothing in it."""
    data, mirror = one_month
    os.environ.update({**_settings(mirror), **_places(data.folder)})
    return data


@pytest.fixture
def tampered(loaded: DataFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    """A copy of the database, for a test that changes it by hand."""
    copy = DataFolder(tmp_path)
    shutil.copy(loaded.duckdb_file, copy.duckdb_file)
    monkeypatch.setenv("TAXI_DUCKDB_PATH", str(copy.duckdb_file))
    return copy
