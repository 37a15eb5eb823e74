"""One command loads months through a bucket into BigQuery and DuckDB, the same rows in both."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import duckdb
import pytest

from taxi_assets.automation.loaded_months import loaded_months
from taxi_assets.settings import read_settings
from taxi_assets.source.synthetic.zone_shapes import zone_shapes
from taxi_assets.source.synthetic.zones import zone_lookup
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month
from taxi_assets.trips.zones import ZONE_SHAPES, ZONES_FILE
from taxi_assets_tests.command_line import taxi_assets
from taxi_assets_tests.googlesql import analyzer, statements
from taxi_assets_tests.integration.bigquery.dataset import GREEN, OwnDataset
from taxi_assets_tests.integration.bigquery.test_statements import TABLES
from taxi_assets_tests.integration.equality.generated_months import publish_csv
from taxi_assets_tests.published import Mirror
from taxi_assets_tests.storage_server import StorageServer

BUCKET = "taxi-lake"
MONTHS = ("2020-04", "2020-05")
CHANGED = "2020-05"
WAREHOUSES = ("bigquery", "duckdb")


@pytest.fixture
def project(
    own: OwnDataset, storage: StorageServer, mirror: Mirror, settings_env: Path
) -> Iterator[OwnDataset]:
    """A project with a bucket as its lake, and BigQuery and DuckDB as its warehouses."""
    with mock.patch.dict(os.environ, own.environment):
        os.environ["STORAGE_EMULATOR_HOST"] = storage.url
        os.environ["TAXI_LAKE"] = f"gs://{BUCKET}/raw"
        os.environ["TAXI_WAREHOUSES"] = ",".join(WAREHOUSES)
        os.environ["TAXI_CSV_BASE_URL"] = mirror.csv_url
        os.environ["TAXI_PARQUET_BASE_URL"] = mirror.parquet_url
        os.environ["TAXI_PUBLISHED_COUNTS"] = "warn"
        # Made trips are of April 2020, whatever the month of their file.
        os.environ["TAXI_REFUSE_OUT_OF_MONTH_SHARE"] = "1"
        yield own


def in_duckdb(folder: Path, table: str = GREEN.table) -> Counter[tuple[object, ...]]:
    with duckdb.connect(folder / "taxi.duckdb", read_only=True) as connection:
        return Counter(connection.execute(f"FROM {table}").fetchall())


def publish(mirror: Mirror, month: str, rows: int) -> None:
    publish_csv(mirror, TripFile(GREEN, Month.parse(month), FileFormat.CSV), rows)


def states(*command: str) -> list[str]:
    answer = taxi_assets(*command, "--json")
    assert answer.exit_code == 0, answer.text
    return [outcome["state"] for outcome in json.loads(answer.stdout)]


def assert_checks_see_a_changed_value(project: OwnDataset) -> None:
    checked = taxi_assets("check", "green", MONTHS[0])
    assert checked.exit_code == 0, checked.text
    project.query(
        f"UPDATE {project.place.qualified(GREEN.table)} SET tip_amount = tip_amount + 1 "
        f"WHERE filename = 'green_tripdata_{MONTHS[0]}.csv'"
    )
    refused = taxi_assets("check", "green", MONTHS[0])
    assert refused.exit_code == 1, refused.text
    assert "bigquery/green_tripdata: values_as_loaded" in refused.text
    assert "bigquery/green_tripdata: same_as_duckdb" in refused.text
    assert "rows or values were changed" in refused.text


def assert_one_month_would_be_replaced() -> None:
    planned = taxi_assets("load", "green", MONTHS[0], MONTHS[-1], "--dry-run", "--json")
    plans = json.loads(planned.stdout)
    steps = ["unchanged", "replace 300 rows"]
    assert [plan["warehouses"] for plan in plans] == [dict.fromkeys(WAREHOUSES, s) for s in steps]
    assert [plan["bigquery_bytes"] is not None for plan in plans] == [False, True]


def assert_doctor_compares_locations(project: OwnDataset) -> None:
    doctor = taxi_assets("doctor")
    assert "months may be loaded" in doctor.text
    assert f"gs://{BUCKET}: may be used, in us-east1 beside the dataset" in doctor.text
    with mock.patch.dict(os.environ, GCP_LOCATION="europe-west4"):
        elsewhere = taxi_assets("doctor")
    assert f"gs://{BUCKET} is in us-east1, and GCP_LOCATION says europe-west4" in elsewhere.text
    assert f"{project.name} is in us-east1, and GCP_LOCATION says europe-west4" in elsewhere.text


def test_months_are_the_same_in_bigquery_and_in_duckdb(
    project: OwnDataset, mirror: Mirror, settings_env: Path
) -> None:
    made = taxi_assets("setup", "gcp")
    assert f"gs://{BUCKET} in us-east1: made" in made.text
    assert f"dataset some-project.{project.name} in us-east1: is there and fits" in made.text
    for month in MONTHS:
        publish(mirror, month, 300)
    assert states("load", "green", MONTHS[0], MONTHS[-1]) == ["loaded"] * 2
    first = project.rows()
    assert first == in_duckdb(settings_env)
    assert sum(first.values()) == 600
    ledger = project.ledger()

    publish(mirror, CHANGED, 200)
    assert_one_month_would_be_replaced()
    assert project.ledger() == ledger
    assert states("load", "green", MONTHS[0], MONTHS[-1]) == ["unchanged", "loaded"]
    changed = f"green_tripdata_{CHANGED}.csv"
    kept = {row: n for row, n in project.rows().items() if row[1] != changed}
    assert kept == {row: n for row, n in first.items() if row[1] != changed}
    assert {name for name, entry in project.ledger().items() if entry != ledger[name]} == {changed}
    assert project.rows() == in_duckdb(settings_env)

    mirror.publish(ZONES_FILE, zone_lookup())
    shapes = mirror.folder / "misc" / ZONE_SHAPES.file
    shapes.parent.mkdir()
    shapes.write_bytes(zone_shapes())
    assert states("load", "zones") == ["loaded"]
    for table in ("zones", "zone_shapes"):
        rows = Counter(project.query(f"SELECT * FROM {project.place.qualified(table)}"))
        assert rows == in_duckdb(settings_env, table)

    assert_checks_see_a_changed_value(project)
    status = json.loads(taxi_assets("status", "--json").stdout)
    assert [line["warehouse_rows"]["bigquery"] for line in status] == [300, 200]
    assert all(line["warehouse_rows"] == line["ledger_rows"] for line in status)
    months = loaded_months(read_settings(), GREEN)
    assert sorted(map(str, months)) == list(MONTHS), "schedules know what is loaded"
    assert_doctor_compares_locations(project)

    external = {f"green_tripdata_{month.replace('-', '_')}_ext" for month in MONTHS}
    assert external <= project.tables()
    jobs = project.queries()
    labelled = [job for job in jobs if job.labels.get("month") == CHANGED]
    assert labelled
    assert all(job.labels["managed-by"] == "taxi-assets" for job in labelled)
    assert {job.labels["taxi"] for job in labelled} == {"green"}
    assert any("dagster-run" in job.labels for job in labelled)
    known = {project.place.qualified(name).strip("`"): c for name, c in TABLES.items()}
    google = analyzer(known)
    sent = {part for job in jobs if job.labels for part in statements(job.query)}
    assert len(sent) > 15
    for statement in sorted(sent):
        if "_incoming_" not in statement:
            google.analyze_statement(statement)
