"""The models among Dagster's assets, and the commands that build them."""

from __future__ import annotations

import json
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from taxi_assets.automation.instance import open_instance
from taxi_assets.definitions import build_definitions
from taxi_assets.settings import read_settings
from taxi_assets_tests.command_line import taxi_assets

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of dbt's own packages

ROWS = 300
FCT_TRIPS = dg.AssetKey(["duckdb", "fct_trips"])


@pytest.mark.long
def test_load_brings_the_models_along(settings_env: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAXI_SOURCE", "sample")
    monkeypatch.setenv("TAXI_SAMPLE_ROWS", str(ROWS))
    monkeypatch.setenv("TAXI_ANALYTICS", "with_load")

    loaded = taxi_assets("load", "green", "2020-04", "--json")

    assert loaded.exit_code == 0
    *_, models = json.loads(loaded.stdout)
    assert (models["name"], models["state"], models["rows"]) == ("models", "loaded", ROWS)
    assert {check["name"] for check in models["checks"]} >= {
        "fct_trips_reconciles",
        "fct_airport_trips_reconciles",
        "fct_daily_revenue_reconciles",
        "zone_revenue_by_file_reconciles",
        "fct_monthly_zone_revenue_reconciles",
    }
    assert all(check["passed"] for check in models["checks"])
    assert _trips_and_named(settings_env) == (ROWS, 0)
    settings = read_settings()
    graph = build_definitions(settings).resolve_asset_graph()
    upstream = {key.to_user_string() for key in graph.get(FCT_TRIPS).parent_keys}
    assert upstream == {
        "duckdb/dim_zones",
        "duckdb/stg_green_tripdata",
        "duckdb/stg_yellow_tripdata",
    }
    staged = graph.get(dg.AssetKey(["duckdb", "stg_green_tripdata"]))
    assert staged.parent_keys == {dg.AssetKey(["duckdb", "green_tripdata"])}
    schema = staged.metadata["dagster/column_schema"]
    described = {column.name: column.description for column in schema.columns}
    assert described["trip_distance"] == "Distance that the meter measured, in miles."
    with open_instance(settings) as instance:
        assert instance.get_materialized_partitions(FCT_TRIPS) == {"2020-04"}


def test_zones_that_come_later_are_in_all_months(
    settings_env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_SOURCE", "sample")
    monkeypatch.setenv("TAXI_SAMPLE_ROWS", str(ROWS))
    monkeypatch.setenv("TAXI_ANALYTICS", "with_load")
    assert taxi_assets("load", "all", "2020-04").exit_code == 0
    assert _trips_and_named(settings_env) == (2 * ROWS, 0)

    zones = taxi_assets("load", "zones", "--json")

    assert [outcome["name"] for outcome in json.loads(zones.stdout)] == ["zones", "models"]
    assert _trips_and_named(settings_env) == (2 * ROWS, 2 * ROWS)
    [again] = json.loads(taxi_assets("analytics", "build", "--json").stdout)
    assert (again["name"], again["state"]) == ("models", "unchanged")


def _trips_and_named(folder: Path) -> tuple[int, int]:
    with duckdb.connect(folder / "taxi.duckdb", read_only=True) as connection:
        query = "SELECT count(*), count(pickup_zone) FROM analytics.fct_trips"
        [(trips, named)] = connection.execute(query).fetchall()
        return trips, named


def test_the_docs_are_one_page(settings_env: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TAXI_SOURCE", "sample")
    monkeypatch.setenv("TAXI_SAMPLE_ROWS", "10")
    assert taxi_assets("load", "green", "2020-04").exit_code == 0

    shown = taxi_assets("analytics", "docs")

    assert shown.exit_code == 0, shown.stderr
    page = Path(shown.stdout.split(": ")[1].strip()).read_text(encoding="utf-8")
    assert "Each trip of green and yellow taxis" in page


TABLE = dg.AssetKey(["duckdb", "green_tripdata"])


def _asked_after(
    key: dg.AssetKey, job: str | None = None, **tags: str
) -> dg.RunRequest | dg.SkipReason:
    """What is asked for after a run that made an asset's month: of a job, or of the asset alone."""
    from taxi_assets.analytics.assets import request_after

    @dg.asset(key=key, partitions_def=dg.MonthlyPartitionsDefinition("2020-01", fmt="%Y-%m"))
    def made() -> None:
        pass

    jobs = [dg.define_asset_job(job, [made])] if job else []
    definitions = dg.Definitions(assets=[made], jobs=jobs)
    with dg.DagsterInstance.ephemeral() as instance:
        found = definitions.resolve_job_def(job or "__ASSET_JOB")
        done = found.execute_in_process(instance=instance, partition_key="2020-04", tags=tags)
        return request_after(done.dagster_run, instance, {TABLE})


@pytest.mark.parametrize("job", ["load_green", "pipeline_green_2020", None])
def test_whatever_loads_a_month_asks_for_its_models(job: str | None) -> None:
    asked = _asked_after(TABLE, job)
    assert isinstance(asked, dg.RunRequest)
    assert asked.partition_key == "2020-04"


def test_nothing_else_asks_for_models() -> None:
    from taxi_assets.failures import ATTENDED_TAG

    for key in (["lake", "green_tripdata"], ["duckdb", "fct_trips"]):
        assert isinstance(_asked_after(dg.AssetKey(key)), dg.SkipReason)
    by_hand = _asked_after(TABLE, "load_green", **{ATTENDED_TAG: "a session"})
    assert isinstance(by_hand, dg.SkipReason)
