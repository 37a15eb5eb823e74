"""Summaries of months in BigQuery: the same figures as in DuckDB, and a report made of them."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from taxi_assets.trips.datasets import DATASETS
from taxi_assets.warehouse.duckdb.connection import DuckDBFile
from taxi_assets.warehouse.duckdb.replace_month import replace_month
from taxi_assets.warehouse.duckdb.session import DuckDBSession
from taxi_assets.warehouse.records import read
from taxi_assets.warehouse.session import Session
from taxi_assets.warehouse.summaries import Summaries, fresh_summaries, read_summaries, refresh
from taxi_assets.warehouse.summary_records import MonthSummary
from taxi_assets.warehouse.trip_figures import FIGURES, PARTS
from taxi_assets_tests.command_line import taxi_assets
from taxi_assets_tests.integration.bigquery.dataset import APRIL, GREEN, OwnDataset
from taxi_assets_tests.published import csv_month, line

DATASETS_OF_ALL = list(DATASETS.values())
TIMES = [
    ("2020-04-06 00:10:00", "2020-04-06 00:20:00"),
    ("2020-04-12 23:59:59", "2020-04-13 00:10:30"),
    ("2009-01-01 23:00:00", "2009-01-01 23:20:00"),
    ("2020-05-01 00:00:00", "2020-05-01 01:00:00"),
]
OLD = csv_month(
    GREEN,
    [
        line(
            GREEN,
            lpep_pickup_datetime=pickup,
            lpep_dropoff_datetime=dropoff,
            passenger_count="" if number == 1 else str(number),
            fare_amount=str(0.1 * number),
            PULocationID=str(70 + number % 3),
        )
        for number, (pickup, dropoff) in enumerate(TIMES)
    ],
)
NEW = csv_month(GREEN, 2)


def further(session: Session) -> tuple[object, ...]:
    """All parts and figures, in order."""
    return tuple(sorted(map(str, [*read(session, PARTS), *read(session, FIGURES)])))


def figures(found: Summaries) -> list[MonthSummary]:
    """The months' figures, without when and as what their rows were loaded."""
    return [replace(month, loaded_at=None, version=None) for month in found.months]


def in_duckdb(own: OwnDataset, data: bytes) -> tuple[Summaries, tuple[object, ...]]:
    """The summary of that version of the month as DuckDB makes it, and its further figures."""
    with DuckDBFile(own.folder / "taxi.duckdb", 0.5, 10).connect() as connection:
        replace_month(DuckDBSession(connection), own.open(APRIL, data))
        refresh(DuckDBSession(connection), DATASETS_OF_ALL)
        session = DuckDBSession(connection)
        return read_summaries(session), further(session)


@pytest.mark.long
def test_figures_are_those_of_duckdb_and_taken_once(own: OwnDataset) -> None:
    assert fresh_summaries(own.warehouse, DATASETS_OF_ALL) == (0, Summaries())
    for data in (OLD, NEW):
        own.load(APRIL, data)
        summarized, found = fresh_summaries(own.warehouse, DATASETS_OF_ALL)
        assert summarized == 1
        expected, expected_further = in_duckdb(own, data)
        with own.warehouse.session() as session:
            assert further(session) == expected_further
        assert figures(found) == figures(expected)
        assert set(found.counts) == set(expected.counts)
        assert len(found.counts) == len(expected.counts)
        assert fresh_summaries(own.warehouse, DATASETS_OF_ALL) == (0, found)


def test_a_report_is_made_where_bigquery_is_the_only_warehouse(
    own: OwnDataset, settings_env: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own.load(APRIL, OLD)
    for name, value in own.environment.items():
        monkeypatch.setitem(os.environ, name, value)
    page = tmp_path / "report.html"
    said = taxi_assets("report", str(page))
    assert said.exit_code == 0, said.text
    assert "2020-04" in page.read_text("utf-8")
    summarized, found = fresh_summaries(own.warehouse, DATASETS_OF_ALL)
    assert summarized == 0, "the report did"
    assert [(month.trips, month.changed) for month in found.months] == [(len(TIMES), 0)]

    table = own.place.qualified(GREEN.table)
    own.query(f"UPDATE {table} SET fare_amount = 20 WHERE fare_amount = 0")
    by_hand, altered = fresh_summaries(own.warehouse, DATASETS_OF_ALL)
    again, _ = fresh_summaries(own.warehouse, DATASETS_OF_ALL)
    assert (by_hand, again) == (1, 0)
    assert [(month.fares, month.changed) for month in altered.months] == [(20.6, 1)]
