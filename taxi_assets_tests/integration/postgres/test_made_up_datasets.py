"""A dataset that is only declared goes through source, load, checks, status and report."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from taxi_assets_tests.integration.postgres.database import Database
from taxi_assets_tests.made_up_commands import MadeUpCommands, made_up_commands
from taxi_assets_tests.made_up_dataset import FERRY, MADE_UP, TRAM

MONTHS = ("2022-01", "2022-02")
ROWS = 400

Run = Callable[..., str]


@pytest.fixture
def project(settings_env: Path, database: Database) -> Path:
    """A project that loads synthetic months into DuckDB and Postgres."""
    os.environ |= {
        "TAXI_WAREHOUSES": "duckdb,postgres",
        "TAXI_POSTGRES_DSN": database.dsn,
        "TAXI_SOURCE": "sample",
        "TAXI_SAMPLE_ROWS": str(ROWS),
    }
    return settings_env


@pytest.fixture(scope="module")
def commands() -> Iterator[MadeUpCommands]:
    """`taxi-assets`, which knows the made-up datasets from its start."""
    with made_up_commands() as found:
        yield found


@pytest.fixture
def run(commands: MadeUpCommands) -> Run:
    """What a command prints that does not fail."""

    def run_command(*arguments: str) -> str:
        done = commands.run(*arguments, environment=os.environ)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run_command


def test_it_is_loaded_checked_and_reported(
    project: Path, database: Database, tmp_path: Path, run: Run
) -> None:
    for dataset in MADE_UP:
        outcomes = json.loads(run("load", dataset.taxi, *MONTHS, "--json"))
        assert [outcome["state"] for outcome in outcomes] == ["loaded"] * 2
        checks = {check["name"] for outcome in outcomes for check in outcome["checks"]}
        assert {"values_as_loaded", "same_as_duckdb", "backward_trips_steady"} <= checks
        assert not checks & {"empty_vendors_steady", "negative_fares_steady"}
        assert ("zero_distances_steady" in checks) == (dataset is FERRY)
        with duckdb.connect(project / "taxi.duckdb", read_only=True) as connection:
            expected = Counter(connection.execute(f"FROM {dataset.table}").fetchall())
        assert database.rows(dataset.table) == expected
        assert sum(expected.values()) == ROWS * len(MONTHS)

    status = json.loads(run("status", "--json"))
    assert {(line["taxi"], line["agreement"]) for line in status} == {
        ("ferry", "ok"),
        ("tram", "ok"),
    }
    page = tmp_path / "report.html"
    run("report", str(page))
    text = page.read_text("utf-8")
    assert "ferry 2022-01" in text
    assert "tram 2022-02" in text


@pytest.mark.long
def test_summaries_leave_out_what_it_has_no_column_for(
    project: Path, database: Database, run: Run
) -> None:
    for dataset in MADE_UP:
        run("load", dataset.taxi, MONTHS[0])
    run("report", str(project / "report.html"))
    # The report's figures are those of the first warehouse.
    with duckdb.connect(project / "taxi.duckdb", read_only=True) as connection:
        found = connection.execute(
            "SELECT taxi, trips, passengers > 0, miles > 0, fares, tips, median_seconds > 0 "
            "FROM tripdata_summaries ORDER BY taxi"
        ).fetchall()
        parts = connection.execute("SELECT DISTINCT part FROM tripdata_counts").fetchall()
    assert found == [
        (FERRY.taxi, ROWS, True, True, None, None, True),
        (TRAM.taxi, ROWS, None, None, None, None, True),
    ]
    assert {part for (part,) in parts} == {"day", "hour"}, "they have no zones"
