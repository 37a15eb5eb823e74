"""The dbt models in the longer run: real months, another schema, for-hire trips."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month
from taxi_assets_tests.integration.equality.real_months import CSV_FILES, PARQUET_FILES, path_of
from taxi_assets_tests.integration.postgres.database import APRIL, GREEN, MAY
from taxi_assets_tests.integration.postgres.modelled.conftest import FHV, OCTOBER_2020, month_of
from taxi_assets_tests.integration.postgres.models import ModelledWarehouse
from taxi_assets_tests.published import csv_month, line, lines

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of dbt's own packages


@pytest.mark.long
def test_models_of_another_schema_are_in_one_beside_it(in_postgres: ModelledWarehouse) -> None:
    in_postgres.clean()
    own = replace(in_postgres, database=replace(in_postgres.database, schema="taxi"))
    own.load(OCTOBER_2020, month_of("2020-10-05 10:00:12", 50))

    results = own.build()

    assert all(result.status in ("success", "pass") for result in results.values())
    assert own.query("SELECT count(*) FROM taxi_analytics.fct_trips") == [(50,)]
    made = "SELECT rows_out FROM taxi.tripdata_models WHERE model = 'fct_trips' AND month <> ''"
    assert own.query(made) == [(50,)]
    assert own.query("SELECT to_regnamespace('analytics')::text") == [(None,)]
    assert own.database.relations("public") == set()


@pytest.mark.long
def test_what_is_up_to_date_is_left_alone(modelled: ModelledWarehouse) -> None:
    modelled.load(APRIL, csv_month(GREEN, lines(GREEN, 10)))
    modelled.load(MAY, month_of("2020-05-05 10:00:12", 5))
    modelled.build("2020-04")
    assert modelled.trips() == {APRIL.filename: 10}

    results = modelled.build("2020-04")

    models = [r for r in results.values() if r.unique_id.startswith("model.")]
    assert {result.message for result in models} == {"UNCHANGED"}
    assert modelled.trips() == {APRIL.filename: 10}


@pytest.mark.long
def test_for_hire_trips_without_a_base_are_a_rule(modelled: ModelledWarehouse) -> None:
    base = FHV.columns[0].name
    trips = [line(FHV, dispatching_base_num=text) for text in ("B00254", "B00254", "")]
    modelled.load(TripFile(FHV, Month(2020, 4), FileFormat.CSV), csv_month(FHV, trips))

    assert modelled.build()["stg_fhv_tripdata_reconciles"].status == "pass"
    assert sum(modelled.trips("stg_fhv_tripdata").values()) == 3  # type: ignore[arg-type]

    course = modelled.with_rules("no_dispatching_base").build("2020-04")
    assert course["stg_fhv_tripdata_reconciles"].status == "pass"
    assert sum(modelled.trips("stg_fhv_tripdata").values()) == 2  # type: ignore[arg-type]
    modelled.query(f"UPDATE fhv_tripdata SET {base} = 'B1' WHERE {base} IS NULL")
    modelled.query(
        "DELETE FROM fhv_tripdata "
        "WHERE unique_row_id = (SELECT min(unique_row_id) FROM fhv_tripdata)"
    )
    assert modelled.build("2020-04")["stg_fhv_tripdata_reconciles"].status == "fail"


@pytest.mark.long
def test_real_months_reconcile_and_give_the_courses_answers_with_its_rules(
    in_duckdb: ModelledWarehouse, real_data: Path
) -> None:
    in_duckdb.clean()
    files = (*CSV_FILES, *PARQUET_FILES)
    for file in files:
        in_duckdb.load(file, path_of(file, real_data).read_bytes())

    for modelled in (in_duckdb, in_duckdb.with_rules("no_vendor", "duplicate")):
        results = modelled.build()
        assert {r.status for r in results.values()} == {"success", "pass"}

    kept: dict[object, object] = dict(
        in_duckdb.query(  # type: ignore[arg-type]
            "SELECT filename, count(*) FROM (SELECT DISTINCT filename, vendorid, "
            "lpep_pickup_datetime, pulocationid FROM green_tripdata "
            "WHERE vendorid IS NOT NULL) AS course GROUP BY filename"
        )
    )
    found = in_duckdb.trips()
    assert {name: found[name] for name in kept} == kept
    assert kept["green_tripdata_2020-04.csv"] == 24_364
    left_out = "SELECT rule, trips FROM tripdata_models_left_out WHERE model = 'fct_trips' "
    april = "AND filename = 'green_tripdata_2020-04.csv' ORDER BY rule"
    assert in_duckdb.query(left_out + april) == [("duplicate", 138), ("no_vendor", 11_110)]
