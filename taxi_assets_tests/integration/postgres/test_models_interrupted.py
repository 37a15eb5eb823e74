"""Builds of models that are killed, and two at once. Each is a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from taxi_assets_tests.integration.postgres.database import APRIL, MAY, Database
from taxi_assets_tests.integration.postgres.modelled.conftest import month_of
from taxi_assets_tests.integration.postgres.models import ModelledWarehouse

pytestmark = pytest.mark.long

_DEADLINE_SECONDS = 180


def start(database: Database, folder: Path, month: str) -> subprocess.Popen[bytes]:
    """The command in a process of its own, with a data folder of its own."""
    environment = {name: v for name, v in os.environ.items() if not name.startswith("TAXI_")}
    environment |= {
        "TAXI_DATA_DIR": str(folder),
        "TAXI_WAREHOUSES": "postgres",
        "TAXI_POSTGRES_DSN": database.dsn,
        "DAGSTER_HOME": str(folder / "dagster"),
    }
    (folder / "dagster").mkdir(parents=True)
    program = [str(Path(sys.executable).with_name("taxi-assets")), "analytics", "build", month]
    return subprocess.Popen(program, env=environment, cwd=folder)


def wait_for(database: Database, question: str) -> None:
    """Wait until the database answers with something."""
    deadline = time.monotonic() + _DEADLINE_SECONDS
    while not database.query(question):
        assert time.monotonic() < deadline, question
        time.sleep(0.05)


def test_a_build_that_is_killed_before_its_commit_leaves_the_month(
    database: Database, tmp_path: Path
) -> None:
    modelled = ModelledWarehouse("postgres", database)
    modelled.load(APRIL, month_of("2020-04-05 10:00:12", 60))
    assert start(database, tmp_path / "first", "2020-04").wait(_DEADLINE_SECONDS) == 0
    modelled.load(APRIL, month_of("2020-04-05 10:00:12", 80))

    with database.connect() as other, other.transaction():
        # The ledger of the models is written last: there the build waits.
        other.execute("LOCK TABLE tripdata_models IN SHARE ROW EXCLUSIVE MODE")
        build = start(database, tmp_path / "second", "2020-04")
        wait_for(
            database,
            "SELECT 1 FROM pg_locks WHERE relation = 'tripdata_models'::regclass AND NOT granted",
        )
        build.send_signal(signal.SIGKILL)
        build.wait()

    assert modelled.trips() == {APRIL.filename: 60}
    assert start(database, tmp_path / "third", "2020-04").wait(_DEADLINE_SECONDS) == 0
    assert modelled.trips() == {APRIL.filename: 80}


def test_two_months_at_once_are_both_there(database: Database, tmp_path: Path) -> None:
    modelled = ModelledWarehouse("postgres", database)
    modelled.load(APRIL, month_of("2020-04-05 10:00:12", 60))
    modelled.load(MAY, month_of("2020-05-05 10:00:12", 40))

    builds = [start(database, tmp_path / f"of_{month}", month) for month in ("2020-04", "2020-05")]

    assert [build.wait(_DEADLINE_SECONDS) for build in builds] == [0, 0]
    assert modelled.trips() == {APRIL.filename: 60, MAY.filename: 40}
    assert modelled.trips("fct_daily_revenue").keys() == {APRIL.filename, MAY.filename}
