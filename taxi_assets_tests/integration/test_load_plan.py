"""What loading months would do, said beforehand: nothing is made, fetched or changed."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from taxi_assets.trips.datasets import DATASETS
from taxi_assets_tests.command_line import taxi_assets
from taxi_assets_tests.published import Mirror, csv_month

GREEN = DATASETS["green"]
LOAD = ("load", "green", "2020-04", "2020-06")


@pytest.fixture
def published(settings_env: Path, mirror: Mirror) -> Mirror:
    """Where April and May come from; June is not there."""
    os.environ["TAXI_CSV_BASE_URL"] = mirror.csv_url
    os.environ["TAXI_PUBLISHED_COUNTS"] = "warn"
    # Made trips are of April 2020, whatever the month of their file.
    os.environ["TAXI_REFUSE_OUT_OF_MONTH_SHARE"] = "1"
    for month in ("04", "05"):
        mirror.publish(f"green_tripdata_2020-{month}.csv.gz", csv_month(GREEN))
    return mirror


def plans(*options: str) -> list[tuple[str, str]]:
    """What is said of lake and DuckDB for each month."""
    said = taxi_assets(*LOAD, "--dry-run", "--json", *options)
    assert said.exit_code == 0, said.text
    return [(plan["lake"], plan["warehouses"]["duckdb"]) for plan in json.loads(said.stdout)]


def files_below(folder: Path) -> dict[Path, tuple[int, int]]:
    """Size and time of every file."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    return {path: (path.stat().st_size, path.stat().st_mtime_ns) for path in found}


def test_what_would_be_done_is_said_and_nothing_is_made(
    published: Mirror, settings_env: Path
) -> None:
    assert plans() == [("fetch", "load"), ("fetch", "load"), ("not published", "nothing")]
    assert files_below(settings_env) == {}


def test_what_is_there_is_told_from_what_was_published_anew(
    published: Mirror, settings_env: Path
) -> None:
    assert taxi_assets("load", "green", "2020-04", "2020-05").exit_code == 0
    published.publish("green_tripdata_2020-05.csv.gz", csv_month(GREEN, 5))
    before = files_below(settings_env)
    unchanged = ("unchanged", "unchanged")
    changed = ("fetch anew", "replace 3 rows")
    assert plans() == [unchanged, changed, ("not published", "nothing")]
    assert plans("--force")[0] == ("unchanged", "replace 3 rows")
    assert files_below(settings_env) == before
    said = taxi_assets(*LOAD, "--dry-run")
    assert "Nothing is done" in said.text
    assert "replace 3 rows" in said.text


def test_zones_have_no_dry_run(published: Mirror) -> None:
    assert taxi_assets("load", "zones", "--dry-run").exit_code == 2
