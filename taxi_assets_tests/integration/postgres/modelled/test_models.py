"""The dbt models hold what the merged tables hold: keyed by file, in DuckDB and in Postgres."""

from __future__ import annotations

import os

import dagster as dg
import pytest

from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month
from taxi_assets_tests.integration.postgres.database import APRIL, GREEN, MAY, YELLOW
from taxi_assets_tests.integration.postgres.modelled.conftest import (
    FHV,
    OCTOBER_2020,
    cleaned,
    month_of,
)
from taxi_assets_tests.integration.postgres.models import ModelledWarehouse
from taxi_assets_tests.published import csv_month, line, lines

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of dbt's own packages
NOVEMBER_2025 = TripFile(GREEN, Month(2025, 11), FileFormat.CSV)
JANUARY = TripFile(YELLOW, Month(2021, 1), FileFormat.CSV)
TABLES = ("fct_trips", "fct_airport_trips", "fct_daily_revenue", "zone_revenue_by_file")


@pytest.fixture(params=["duckdb", "postgres"])
def everywhere(request: pytest.FixtureRequest) -> ModelledWarehouse:
    """Each warehouse, without months and models."""
    return cleaned(request)


def test_an_early_month_that_comes_late_is_in_the_models(everywhere: ModelledWarehouse) -> None:
    everywhere.load(NOVEMBER_2025, month_of("2025-11-05 10:00:12", 30))
    everywhere.load(TripFile(FHV, Month(2025, 11), FileFormat.CSV), csv_month(FHV, [line(FHV)]))
    everywhere.build()
    everywhere.load(OCTOBER_2020, month_of("2020-10-05 10:00:12", 50))

    results = everywhere.build()

    assert all(result.status in ("success", "pass") for result in results.values())
    assert everywhere.trips() == {NOVEMBER_2025.filename: 30, OCTOBER_2020.filename: 50}
    assert everywhere.trips("fct_airport_trips") == {
        NOVEMBER_2025.filename: 6,
        OCTOBER_2020.filename: 10,
    }
    months = "SELECT revenue_month, total_monthly_trips, revenue_monthly_total_amount "
    found = everywhere.query(months + "FROM analytics.fct_monthly_zone_revenue ORDER BY 1")
    assert [(str(m), n, total) for m, n, total in found] == [
        ("2020-10-01", 50, 1000),
        ("2025-11-01", 30, 600),
    ]


def test_a_month_is_replaced_as_its_table_is(modelled: ModelledWarehouse) -> None:
    modelled.load(APRIL, month_of("2020-04-05 10:00:12", 60))
    modelled.load(MAY, month_of("2020-05-05 10:00:12", 40))
    modelled.build()
    built = "SELECT filename, built_at FROM tripdata_models WHERE model = 'fct_trips' ORDER BY 1"
    (_, april), (_, may) = modelled.query(built)

    modelled.load(APRIL, month_of("2020-04-05 10:00:12", 80))
    modelled.build()

    assert modelled.trips() == {APRIL.filename: 80, MAY.filename: 40}
    (_, april_again), (_, may_again) = modelled.query(built)
    assert april_again > april  # type: ignore[operator]
    assert may_again == may

    # Another format of the month takes the place of this one.
    parquet = TripFile(GREEN, Month(2020, 4), FileFormat.SYNTHETIC)
    modelled.load(parquet, month_of("2020-04-05 10:00:12", 70))
    modelled.build()
    assert modelled.trips() == {parquet.filename: 70, MAY.filename: 40}

    for table in ("green_tripdata", "tripdata_files"):
        modelled.query(f"DELETE FROM {table} WHERE filename = '{parquet.filename}'")
    modelled.build("2020-04")
    for table in TABLES:
        assert {*modelled.trips(table)} == {MAY.filename}
    assert {name for (name,) in modelled.query("SELECT filename FROM tripdata_models")} == {
        "",  # the views
        MAY.filename,
    }


def test_a_build_that_breaks_before_its_commit_leaves_the_month(
    everywhere: ModelledWarehouse,
) -> None:
    columns = (
        "model TEXT, filename TEXT, version TEXT, built_at TIMESTAMP, taxi TEXT, month TEXT, "
        "sha256 TEXT, rows_in BIGINT, rows_out BIGINT, invocation TEXT"
    )
    # The line of the ledger is the last statement of the transaction.
    everywhere.query(f"CREATE TABLE tripdata_models ({columns}, CHECK (rows_in <> 80))")
    everywhere.load(APRIL, month_of("2020-04-05 10:00:12", 60))
    everywhere.build()
    everywhere.load(APRIL, month_of("2020-04-05 10:00:12", 80))

    results = everywhere.build()

    assert results["fct_trips"].status == "error"
    assert results["fct_daily_revenue"].status == "skipped"
    assert everywhere.trips() == {APRIL.filename: 60}

    everywhere.load(APRIL, month_of("2020-04-05 10:00:12", 81))
    everywhere.build()
    assert everywhere.trips() == {APRIL.filename: 81}


def test_rows_are_those_of_the_tables_with_names(modelled: ModelledWarehouse) -> None:
    modelled.run(
        (
            "CREATE TABLE zones (locationid TEXT, borough TEXT, zone TEXT, service_zone TEXT)",
            "INSERT INTO zones VALUES ('1', 'EWR', 'Newark Airport', 'EWR')",
        )
    )
    modelled.load(APRIL, csv_month(GREEN, lines(GREEN, 20)))
    modelled.load(JANUARY, csv_month(YELLOW, lines(YELLOW, 10)))

    modelled.build()

    shared = "unique_row_id, filename, passenger_count, trip_distance, fare_amount, total_amount"
    held = modelled.query(
        f"SELECT {shared} FROM green_tripdata UNION ALL SELECT {shared} FROM yellow_tripdata"
    )
    assert sorted(modelled.query(f"SELECT {shared} FROM analytics.fct_trips")) == sorted(held)
    assert set(
        modelled.query(
            "SELECT service_type, pickup_borough, dropoff_zone, trip_duration_minutes, "
            "payment_type_description FROM analytics.fct_trips"
        )
    ) == {
        ("Green", "EWR", "Newark Airport", 20, "Cash"),
        ("Yellow", "EWR", "Newark Airport", 20, "Cash"),
    }

    modelled.query("UPDATE zones SET borough = 'Newark'")
    modelled.build()
    boroughs = modelled.query("SELECT DISTINCT pickup_borough FROM analytics.fct_trips")
    assert boroughs == [("Newark",)]


@pytest.mark.parametrize("kind", ["TABLE", pytest.param("VIEW", marks=pytest.mark.long)])
def test_what_somebody_else_made_under_a_model_s_name_stays(
    modelled: ModelledWarehouse, kind: str
) -> None:
    names = ("stg_green_tripdata", "dim_zones", "fct_trips")
    modelled.query("CREATE SCHEMA analytics")
    modelled.run([f"CREATE {kind} analytics.{name} AS SELECT 'mine' AS whose" for name in names])
    modelled.load(APRIL, month_of("2020-04-05 10:00:12", 20))

    for full_refresh in (False, True):
        results = modelled.build(full_refresh=full_refresh)

        for name in ("stg_green_tripdata", "dim_zones"):
            assert f"analytics.{name} was made by somebody else" in results[name].message
            assert f"ALTER {kind} analytics.{name} RENAME TO" in results[name].message
        assert results["fct_trips"].status == "skipped"
        for name in names:
            assert modelled.query(f"SELECT * FROM analytics.{name}") == [("mine",)]

    modelled.run([f"DROP {kind} analytics.{name}" for name in names[:2]])
    assert "made by somebody else" in modelled.build()["fct_trips"].message
    modelled.query(f"DROP {kind} analytics.fct_trips")
    modelled.build()
    assert modelled.trips() == {APRIL.filename: 20}


def test_a_model_that_was_dropped_or_replaced_by_hand_is_not_taken_for_ours(
    modelled: ModelledWarehouse,
) -> None:
    modelled.load(APRIL, month_of("2020-04-05 10:00:12", 20))
    modelled.build()
    modelled.query("DROP TABLE analytics.fct_trips")

    modelled.build()

    assert modelled.trips() == {APRIL.filename: 20}
    modelled.query("DROP TABLE analytics.fct_trips")
    modelled.query("CREATE TABLE analytics.fct_trips AS SELECT 'mine' AS whose")
    failed = modelled.build(full_refresh=True)["fct_trips"]
    assert "made by somebody else" in failed.message
    assert modelled.query("SELECT * FROM analytics.fct_trips") == [("mine",)]


def test_the_variables_of_another_project_of_dbt_steer_nothing(
    in_duckdb: ModelledWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_duckdb.clean()
    in_duckdb.load(APRIL, month_of("2020-04-05 10:00:12", 20))
    in_duckdb.build()
    in_duckdb.load(MAY, month_of("2020-05-05 10:00:12", 10))
    theirs = {
        "DBT_FULL_REFRESH": "true",
        "DBT_RESOURCE_TYPES": "model",
        "DBT_ENGINE_EXCLUDE_RESOURCE_TYPES": "test",
        "DBT_PROFILES_DIR": "/nowhere",
        "DBT_TARGET": "theirs",
        "DBT_EMPTY": "true",
    }
    for name, value in theirs.items():
        monkeypatch.setenv(name, value)

    results = in_duckdb.build("2020-05")

    assert in_duckdb.trips() == {APRIL.filename: 20, MAY.filename: 10}
    assert results["fct_trips_reconciles"].status == "pass"
    assert {name: os.environ[name] for name in theirs} == theirs


def test_rules_leave_trips_out_and_count_them(modelled: ModelledWarehouse) -> None:
    trips = [
        line(GREEN, VendorID=vendor, lpep_pickup_datetime=f"2020-04-05 10:11:{second}")
        for vendor, second in (("1", "12"), ("1", "12"), ("1", "13"), ("2", "12"), ("", "12"))
    ]
    modelled.load(APRIL, csv_month(GREEN, [*trips, trips[-1]]))
    modelled.build()
    assert modelled.trips() == {APRIL.filename: 6}

    course = modelled.with_rules("no_vendor", "duplicate")
    results = course.build()

    assert results["fct_trips_reconciles"].status == "pass"
    assert course.trips() == {APRIL.filename: 3}
    left_out = "SELECT rule, trips FROM tripdata_models_left_out WHERE model = 'fct_trips'"
    assert sorted(course.query(left_out)) == [("duplicate", 1), ("no_vendor", 2)]

    course.query("DELETE FROM tripdata_models_left_out WHERE rule = 'duplicate'")
    results = modelled.build("2020-04")  # without rules: the count that is missing is not missed
    assert results["fct_trips_reconciles"].status == "pass"
    assert modelled.trips() == {APRIL.filename: 6}
    assert modelled.query(left_out) == []

    refused = modelled.with_rules("unknown_zone").build()["fct_trips"]
    assert "taxi-assets load zones" in refused.message
    assert modelled.trips() == {APRIL.filename: 6}


def test_a_trip_that_is_lost_without_a_rule_fails_the_check_of_its_model(
    in_duckdb: ModelledWarehouse,
) -> None:
    from taxi_assets.analytics.assets import models_asset  # dagster-dbt takes seconds to import

    in_duckdb.clean()
    in_duckdb.load(APRIL, month_of("2020-04-05 10:00:12", 20))
    in_duckdb.build()
    first = "SELECT min(rowid) FROM analytics.fct_trips"
    in_duckdb.query(f"DELETE FROM analytics.fct_trips WHERE rowid = ({first})")

    with dg.DagsterInstance.ephemeral() as instance:
        result = dg.materialize(
            [models_asset(in_duckdb.target)],
            partition_key="2020-04",
            instance=instance,
            raise_on_error=False,
        )

    assert not result.success
    checks = {check.check_name: check.passed for check in result.get_asset_check_evaluations()}
    assert checks.pop("fct_trips_reconciles") is False
    assert checks.pop("stg_green_tripdata_reconciles") is True
    assert all(checks.values())
    events = result.get_asset_materialization_events()
    made = {event.materialization.asset_key.path[-1]: event for event in events}
    assert "fct_trips" in made
    assert "fct_daily_revenue" not in made  # what follows waits
    lineage = made["stg_green_tripdata"].materialization.metadata["dagster/column_lineage"].value
    assert isinstance(lineage, dg.TableColumnLineage)
    table = dg.AssetKey(["duckdb", "green_tripdata"])
    assert lineage.deps_by_column["vendor_id"] == [dg.TableColumnDep(table, "VendorID")]
