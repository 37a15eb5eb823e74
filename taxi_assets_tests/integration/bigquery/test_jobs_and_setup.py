"""Jobs run once, within limits, and say what they are for; the dataset is made or checked."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from unittest import mock

import pytest
from google.cloud.bigquery import QueryJob

from taxi_assets.errors import WarehouseError
from taxi_assets.sql.statements import Statement
from taxi_assets.warehouse.bigquery.dataset import ensure_dataset
from taxi_assets.warehouse.bigquery.dialect import BIGQUERY
from taxi_assets.warehouse.bigquery.jobs import Jobs
from taxi_assets_tests.command_line import taxi_assets
from taxi_assets_tests.integration.bigquery.dataset import LOCATION, PROJECT, OwnDataset


@pytest.fixture
def settings(own: OwnDataset, settings_env: Path) -> Iterator[None]:
    """The settings of a project that loads into BigQuery from a folder."""
    with mock.patch.dict(os.environ, {**own.environment, "TAXI_SOURCE": "sample"}):
        yield


def adding(table: str, number: int) -> Statement:
    return Statement(f"INSERT INTO {table} VALUES ({number})", BIGQUERY)


def test_a_job_that_is_sent_twice_runs_once(own: OwnDataset) -> None:
    table = own.place.qualified("numbers")
    own.query(f"CREATE TABLE {table} (number INT64)")
    labels = {"taxi": "green", "month": "2020-04", "dagster-run": "some-run"}
    for _ in range(2):
        # As after an answer that was lost: the same work, submitted again.
        Jobs(own.place, labels, "some_token").write("add", adding(table, 1))
    assert own.query(f"SELECT COUNT(*) FROM {table}") == [(1,)]
    Jobs(own.place, labels, "other_token").write("add", adding(table, 2))
    assert own.query(f"SELECT COUNT(*) FROM {table}") == [(2,)]
    sent = own.place.client.get_job("taxi-assets_add_some_token_0")
    assert isinstance(sent, QueryJob)
    assert sent.labels == {"managed-by": "taxi-assets", **labels}
    assert sent.maximum_bytes_billed == own.place.max_bytes_billed


def test_a_dataset_that_is_missing_is_made(own: OwnDataset, settings: None) -> None:
    own.place.client.delete_dataset(own.name)
    answer = taxi_assets("doctor")
    assert answer.exit_code == 1
    assert "taxi-assets setup gcp" in answer.text
    answer = taxi_assets("setup", "gcp")
    assert answer.exit_code == 0, answer.text
    assert f"dataset {PROJECT}.{own.name} in {LOCATION}: made" in answer.text
    made = own.place.client.get_dataset(own.name)
    assert made.labels == {"managed-by": "taxi-assets"}
    assert "NYC taxi trips" in made.description
    with mock.patch.dict(os.environ, TAXI_ANALYTICS="on"):
        again = taxi_assets("setup", "gcp")
    assert f"dataset {PROJECT}.{own.name} in {LOCATION}: is there and fits" in again.text
    assert f"dataset {PROJECT}.{own.name}_analytics in {LOCATION}: made" in again.text
    models = own.place.client.get_dataset(f"{own.name}_analytics")
    assert "dbt models" in models.description
    assert "months may be loaded" in taxi_assets("doctor").text


def test_a_dataset_that_does_not_fit_is_told_and_not_changed(own: OwnDataset) -> None:
    elsewhere = replace(own.place, cloud=replace(own.cloud, location="eu"))
    with pytest.raises(WarehouseError, match="is in us-east1, and GCP_LOCATION says eu") as refusal:
        ensure_dataset(elsewhere)
    assert "GCP_LOCATION=us-east1" in refusal.value.remedy
    dataset = own.place.client.get_dataset(own.name)
    dataset.default_table_expiration_ms = 60 * 24 * 60 * 60 * 1000
    own.place.client.update_dataset(dataset, ["default_table_expiration_ms"])
    with pytest.raises(WarehouseError, match="drops its tables after 60 days"):
        ensure_dataset(own.place)


def test_without_google_cloud_nothing_of_it_is_imported(settings_env: Path) -> None:
    """Its libraries take seconds to import."""
    script = (
        "import sys; from taxi_assets.definitions import defs; from taxi_assets.warehouse.registry "
        "import dialects; defs(); dialects(); "
        "print([name for name in ('dagster_gcp', 'google.cloud.bigquery', 'google.auth') "
        "if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=240, check=True
    )
    assert done.stdout == "[]\n"
