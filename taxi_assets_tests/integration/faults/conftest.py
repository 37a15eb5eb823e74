"""A month that stands in the lake and in DuckDB, before something goes wrong."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from unittest import mock

import pytest

from taxi_assets_tests.command_line import DataFolder, taxi_assets
from taxi_assets_tests.integration.faults.months import MONTH, NAME, NEW, OLD
from taxi_assets_tests.integration.faults.processes import Processes
from taxi_assets_tests.published import Mirror


@pytest.fixture
def data(settings_env: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    """An empty data folder. The source is the mirror, and months of any length pass."""
    monkeypatch.setenv("TAXI_CSV_BASE_URL", mirror.csv_url)
    monkeypatch.setenv("TAXI_PUBLISHED_COUNTS", "warn")
    # Made trips are of April 2020, whatever the month of their file.
    monkeypatch.setenv("TAXI_REFUSE_OUT_OF_MONTH_SHARE", "1")
    return DataFolder(settings_env)


@pytest.fixture(scope="session")
def old_month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds a data folder with the month's old version, and a copy of it."""
    folder = tmp_path_factory.mktemp("old_month")
    mirror = Mirror(folder / "mirror")
    mirror.publish(NAME, OLD)
    settings = {
        "TAXI_DATA_DIR": str(folder / "data"),
        "DAGSTER_HOME": str(folder / "data" / "dagster"),
        "TAXI_CSV_BASE_URL": mirror.csv_url,
        "TAXI_PUBLISHED_COUNTS": "warn",
        # Made trips are of April 2020, whatever the month of their file.
        "TAXI_REFUSE_OUT_OF_MONTH_SHARE": "1",
    }
    with mock.patch.dict(os.environ, settings):
        answer = taxi_assets("load", "green", MONTH)
    assert answer.exit_code == 0, answer.text
    shutil.copytree(folder / "data", folder / "copy", symlinks=True)
    return folder


@pytest.fixture
def loaded(
    data: DataFolder, mirror: Mirror, old_month: Path, monkeypatch: pytest.MonkeyPatch
) -> DataFolder:
    """A data folder with the month's old version; the mirror serves the new one.

    It is put back from its copy, at the same place: the external view names the lake's path.
    """
    folder = old_month / "data"
    shutil.rmtree(folder)
    shutil.copytree(old_month / "copy", folder, symlinks=True)
    monkeypatch.setenv("TAXI_DATA_DIR", str(folder))
    monkeypatch.setenv("DAGSTER_HOME", str(folder / "dagster"))
    mirror.publish(NAME, NEW)
    return DataFolder(folder)


@pytest.fixture
def processes(tmp_path: Path) -> Iterator[Processes]:
    """Starts processes; whatever still runs after the test is killed."""
    with ExitStack() as stack:
        yield Processes(tmp_path, stack)
