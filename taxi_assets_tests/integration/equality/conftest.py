"""Fixtures of the equality tests: a real Postgres, Dagster's instance, a project of one's own."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import dagster as dg
import psycopg
import pytest
import sqlalchemy as sa

from taxi_assets.automation.instance import open_instance
from taxi_assets_tests.integration.equality.project import Project, settings_for
from taxi_assets_tests.postgres_server import postgres_server
from taxi_assets_tests.published import Mirror


@pytest.fixture(scope="session")
def postgres() -> Iterator[psycopg.Connection]:
    """A connection to a real Postgres, as its superuser."""
    with postgres_server() as dsn, psycopg.connect(dsn, autocommit=True) as connection:
        yield connection


@pytest.fixture(scope="session")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dg.DagsterInstance]:
    """Dagster's instance with its SQLite files, which here need not wait for the disk."""
    sa.event.listen(sa.Engine, "connect", _do_not_wait_for_the_disk)
    folder = tmp_path_factory.mktemp("dagster")
    with mock.patch.dict(os.environ):
        os.environ.pop("DAGSTER_HOME", None)
        with open_instance(settings_for({"TAXI_DATA_DIR": str(folder)}, folder)) as opened:
            os.environ.pop("DAGSTER_HOME", None)
            yield opened
    sa.event.remove(sa.Engine, "connect", _do_not_wait_for_the_disk)


@pytest.fixture(scope="session")
def passing_instance() -> Iterator[dg.DagsterInstance]:
    """Dagster's instance in memory, at half the price: for months that are loaded by the dozen."""
    with dg.DagsterInstance.ephemeral() as opened:
        yield opened


@pytest.fixture
def project(tmp_path: Path, mirror: Mirror, passing_instance: dg.DagsterInstance) -> Project:
    """An empty project that loads from the mirror, whatever the published counts."""
    # Made trips are of April 2020, whatever the month of their file.
    settings = {"TAXI_PUBLISHED_COUNTS": "warn", "TAXI_REFUSE_OUT_OF_MONTH_SHARE": "1"}
    return Project(tmp_path / "data", mirror, passing_instance, settings)


def _do_not_wait_for_the_disk(connection: object, _: object) -> None:
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous = OFF")
