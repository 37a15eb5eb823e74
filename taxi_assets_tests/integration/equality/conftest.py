"""Fixtures of the equality tests: a real Postgres, Dagster's instance, a project of one's own."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import dagster as dg
import psycopg
import pytest

from taxi_assets.automation.instance import open_instance
from taxi_assets.automation.month_outcomes import State
from taxi_assets.trips.green import GREEN
from taxi_assets_tests.integration.equality.project import ANY_MONTH, Project, settings_for
from taxi_assets_tests.published import Mirror, csv_month, lines


@pytest.fixture(scope="session")
def postgres(superuser_dsn: str) -> Iterator[psycopg.Connection]:
    """A connection to a real Postgres, as its superuser."""
    with psycopg.connect(superuser_dsn, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.DagsterInstance]:
    """Dagster's instance with its SQLite files."""
    folder = tmp_path_factory.mktemp("dagster")
    with mock.patch.dict(os.environ):
        os.environ.pop("DAGSTER_HOME", None)
        with open_instance(settings_for({"TAXI_DATA_DIR": str(folder)}, folder)) as opened:
            os.environ.pop("DAGSTER_HOME", None)
            yield opened


@pytest.fixture(scope="session")
def passing_instance() -> Iterator[dg.DagsterInstance]:
    """Dagster's instance in memory, at half the price: for months that are loaded by the dozen."""
    with dg.DagsterInstance.ephemeral() as opened:
        yield opened


@pytest.fixture
def project(tmp_path: Path, mirror: Mirror, passing_instance: dg.DagsterInstance) -> Project:
    """An empty project that loads from the mirror, whatever the published counts."""
    return Project(tmp_path / "data", mirror, passing_instance, ANY_MONTH)


@pytest.fixture(scope="session")
def april(
    tmp_path_factory: pytest.TempPathFactory, passing_instance: dg.DagsterInstance
) -> tuple[Project, Path]:
    """A project with April 2020, and a copy of all its files."""
    folder = tmp_path_factory.mktemp("april")
    mirror = Mirror(folder / "now" / "mirror")
    mirror.publish("green_tripdata_2020-04.csv.gz", csv_month(GREEN, lines(GREEN, 30)))
    project = Project(folder / "now" / "data", mirror, passing_instance, ANY_MONTH)
    assert project.load("green", "2020-04").state is State.LOADED
    shutil.copytree(folder / "now", folder / "copy", symlinks=True)
    return project, folder / "copy"


@pytest.fixture
def loaded(april: tuple[Project, Path]) -> Project:
    """A project with April 2020, put back at the same place: the external view names it."""
    project, copy = april
    shutil.rmtree(copy.with_name("now"))
    shutil.copytree(copy, copy.with_name("now"), symlinks=True)
    return project
