"""Months in two warehouses at once: loaded, checked, reconciled, changed by hand, reported."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import dagster as dg
import pytest

from taxi_assets.automation.month_outcomes import CheckOutcome, MonthOutcome, State
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.month import Month
from taxi_assets_tests.integration.equality.generated_months import publish_csv
from taxi_assets_tests.integration.equality.project import Project
from taxi_assets_tests.integration.equality.real_months import CSV_FILES, path_of
from taxi_assets_tests.integration.postgres.database import Database
from taxi_assets_tests.published import Mirror

BOTH = {
    "TAXI_WAREHOUSES": "duckdb,postgres",
    "TAXI_PUBLISHED_COUNTS": "warn",
    # Made trips are of April 2020, whatever the month of their file.
    "TAXI_REFUSE_OUT_OF_MONTH_SHARE": "1",
}
MONTHS = (Month(2020, 4), Month(2020, 5), Month(2020, 10))
GREEN = [f for f in CSV_FILES if f.dataset is DATASETS["green"] and f.month in MONTHS]


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as opened:
        yield opened


def project_in(
    tmp_path: Path, mirror: Mirror, instance: dg.DagsterInstance, database: Database
) -> Project:
    environment = {**BOTH, "TAXI_POSTGRES_DSN": database.dsn}
    return Project(tmp_path / "data", mirror, instance, environment)


def check_of(outcome: MonthOutcome, asset: str, name: str) -> CheckOutcome:
    return next(c for c in outcome.checks if (c.asset, c.name) == (asset, name))


def test_a_month_is_reconciled_when_it_is_loaded_and_whenever_it_is_checked(
    database: Database, tmp_path: Path, mirror: Mirror, instance: dg.DagsterInstance
) -> None:
    project = project_in(tmp_path, mirror, instance, database)
    for month in ("2020-04", "2020-05"):
        publish_csv(mirror, project.file("green", month))
        loaded = project.load("green", month)
        assert loaded.state is State.LOADED, loaded
        same = check_of(loaded, "postgres/green_tripdata", "same_as_duckdb")
        assert same.passed
        assert same.reason == "500 rows are the same in postgres and duckdb"

    change = "UPDATE green_tripdata SET tip_amount = tip_amount + 1 WHERE filename LIKE '%2020-04%'"
    database.query(change)
    checked = project.check("green", "2020-04")

    assert checked.state is State.FAILED
    assert {(c.asset, c.name) for c in checked.failed_checks} == {
        ("postgres/green_tripdata", "values_as_loaded"),
        ("postgres/green_tripdata", "same_as_duckdb"),
    }
    # Dagster keeps what was found by partition: May is as it was.
    assert project.check("green", "2020-05").state is State.CHECKED
    key = dg.AssetCheckKey(dg.AssetKey(["postgres", "green_tripdata"]), "values_as_loaded")
    found = instance.event_log_storage.get_asset_check_execution_history(key, limit=10)
    states = {record.partition: record.status.value for record in reversed(found)}
    assert states == {"2020-04": "FAILED", "2020-05": "SUCCEEDED"}


def test_real_months_pass_every_blocking_check_and_warn_of_what_is_known(
    database: Database,
    tmp_path: Path,
    mirror: Mirror,
    instance: dg.DagsterInstance,
    real_data: Path,
) -> None:
    project = project_in(tmp_path, mirror, instance, database)
    outcomes = {}
    for file in GREEN:
        mirror.publish(file.published_name, path_of(file, real_data).read_bytes())
        outcomes[str(file.month)] = project.load("green", str(file.month))
    april = project.check("green", "2020-04")  # May has come meanwhile

    assert {outcome.state for outcome in outcomes.values()} == {State.LOADED}
    assert april.state is State.CHECKED
    warned = {
        (month, check.asset.partition("/")[0], check.name)
        for month, outcome in {**outcomes, "again": april}.items()
        for check in outcome.warnings
    }
    assert warned == set()
    vendors = check_of(april, "duckdb/green_tripdata", "empty_vendors_steady")
    assert vendors.figures["empty_vendors"] == 11_110
    assert vendors.reason.startswith(
        "11,110 rows without a vendor (31.197%); 45.457% in other months (2020-05: 45.457%)"
    )
    season = check_of(april, "postgres/green_tripdata", "rows_in_season")
    assert season.reason.startswith(
        "35,612 rows are 0.64 of the 55,510 that other months say (2020-05: 57,360)"
    )
    strays = check_of(outcomes["2020-10"], "postgres/green_tripdata", "pickups_in_month")
    assert strays.reason.startswith("9 pickups outside the month (0.009%")
