"""What is declared holds in BigQuery, too: made-up datasets, and columns declared later."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from taxi_assets.automation.instance import open_instance
from taxi_assets.automation.month_outcomes import MonthOutcome, State
from taxi_assets.automation.month_runs import check_month, load_month
from taxi_assets.definitions import build_definitions
from taxi_assets.settings import read_settings
from taxi_assets.trips.column import Column, ColumnType
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.summaries import fresh_summaries
from taxi_assets_tests.command_line import taxi_assets
from taxi_assets_tests.integration.bigquery.dataset import GREEN, OwnDataset
from taxi_assets_tests.made_up_dataset import FERRY, MADE_UP, register

ROWS = 200
LATER = Column("night_fee", ColumnType.DOUBLE, "A fee.", None, ("night_fee",), parquet_from=None)
JANUARY, FEBRUARY = Month(2022, 1), Month(2022, 2)


@pytest.fixture
def project(own: OwnDataset, settings_env: Path, monkeypatch: pytest.MonkeyPatch) -> OwnDataset:
    """A project that loads synthetic months into BigQuery and DuckDB."""
    for name, value in own.environment.items():
        monkeypatch.setitem(os.environ, name, value)
    monkeypatch.setenv("TAXI_WAREHOUSES", "duckdb,bigquery")
    monkeypatch.setenv("TAXI_SOURCE", "sample")
    monkeypatch.setenv("TAXI_SAMPLE_ROWS", str(ROWS))
    return own


def loaded_and_checked(dataset: Dataset, month: Month) -> tuple[MonthOutcome, MonthOutcome]:
    settings = read_settings()
    definitions = build_definitions(settings)
    with open_instance(settings) as instance:
        return (
            load_month(definitions, instance, dataset, month),
            check_month(definitions, instance, dataset, month),
        )


@pytest.mark.long
def test_a_made_up_dataset_is_loaded_checked_and_summarized(
    project: OwnDataset, settings_env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(monkeypatch)
    for dataset in MADE_UP:
        loaded, checked = loaded_and_checked(dataset, JANUARY)
        assert loaded.state is State.LOADED, loaded
        assert checked.state is State.CHECKED, checked
        with duckdb.connect(settings_env / "taxi.duckdb", read_only=True) as connection:
            expected = Counter(connection.execute(f"FROM {dataset.table}").fetchall())
        assert project.rows(dataset.table) == expected
    _, found = fresh_summaries(project.warehouse, list(DATASETS.values()))
    assert [(m.taxi, m.trips, m.fares) for m in found.months] == [
        (dataset.taxi, ROWS, None) for dataset in MADE_UP
    ]
    assert [month.miles is not None for month in found.months] == [d is FERRY for d in MADE_UP]


@pytest.mark.long
def test_months_loaded_before_a_column_was_declared_stay_green(
    project: OwnDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert taxi_assets("load", "green", str(JANUARY)).exit_code == 0
    declared = replace(GREEN, columns=(*GREEN.columns, LATER))
    monkeypatch.setitem(DATASETS, "green", declared)
    checked = taxi_assets("check", "green", str(JANUARY))
    assert checked.exit_code == 0, checked.text
    assert taxi_assets("load", "green", str(FEBRUARY)).exit_code == 0
    checked = taxi_assets("check", "green", str(JANUARY))
    assert checked.exit_code == 0, checked.text
    table = project.place.qualified(GREEN.table)
    project.query(f"UPDATE {table} SET night_fee = 1 WHERE filename LIKE '%{JANUARY}%'")
    refused = taxi_assets("check", "green", str(JANUARY))
    assert refused.exit_code == 1
    assert "bigquery/green_tripdata: values_as_loaded: rows or values were changed" in refused.text
