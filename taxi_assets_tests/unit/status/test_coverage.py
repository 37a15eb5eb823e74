"""Whether a month agrees, where it is another thing in each warehouse."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from taxi_assets.settings import read_settings
from taxi_assets.status import coverage
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.warehouse.holdings import Holdings
from taxi_assets.warehouse.interface import Warehouse
from taxi_assets.warehouse.ledger import LedgerEntry

NAME = "green_tripdata_2020-04.csv"
ENTRY = LedgerEntry(NAME, "green", "2020-04", "", "a hash", 35_612, 0, datetime.now(UTC), "")
FEWER = Holdings({NAME: 35_000}, {NAME: ENTRY})
NOTHING = Holdings()


@pytest.mark.parametrize(
    ("in_duckdb", "in_postgres", "state", "text"),
    [
        (NOTHING, FEWER, "differs", "postgres: 35,000 of 35,612 rows; not loaded into duckdb"),
        (FEWER, NOTHING, "differs", "duckdb: 35,000 of 35,612 rows; not loaded into postgres"),
        (
            Holdings({NAME: 9}),
            FEWER,
            "differs",
            "duckdb: rows without a ledger; postgres: 35,000 of 35,612 rows",
        ),
        (NOTHING, Holdings({NAME: 35_612}, {NAME: ENTRY}), "in part", "not loaded into duckdb"),
    ],
)
def test_a_month_that_differs_in_one_warehouse_is_not_in_part(
    settings_env: Path,
    monkeypatch: pytest.MonkeyPatch,
    in_duckdb: Holdings,
    in_postgres: Holdings,
    state: str,
    text: str,
) -> None:
    os.environ["TAXI_WAREHOUSES"] = "duckdb,postgres"
    os.environ["TAXI_POSTGRES_DSN"] = "postgresql://nobody@127.0.0.1/nothing"
    held = {"duckdb": in_duckdb, "postgres": in_postgres}

    def holdings(warehouse: Warehouse, _: object) -> Holdings:
        return held[warehouse.name]

    monkeypatch.setattr(coverage, "holdings", holdings)
    (line,) = coverage.coverage(read_settings(), [DATASETS["green"]])
    assert (line.state, line.agreement) == (state, text)
