"""Rows whose values do not fit are kept in BigQuery, too, few of them or many."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from taxi_assets_tests.command_line import taxi_assets
from taxi_assets_tests.integration.bigquery.dataset import APRIL, GREEN, OwnDataset
from taxi_assets_tests.published import Mirror, csv_month, line

BAD = line(GREEN, fare_amount="far")
MANY = 800
"""More than one INSERT can bind."""


@pytest.mark.parametrize("rejected", [pytest.param(1, marks=pytest.mark.long), MANY])
def test_rejects_are_kept_with_their_month(
    own: OwnDataset,
    mirror: Mirror,
    settings_env: Path,
    monkeypatch: pytest.MonkeyPatch,
    rejected: int,
) -> None:
    for name, value in own.environment.items():
        monkeypatch.setitem(os.environ, name, value)
    monkeypatch.setenv("TAXI_CSV_BASE_URL", mirror.csv_url)
    monkeypatch.setenv("TAXI_PUBLISHED_COUNTS", "warn")
    # Made trips are of April 2020, whatever the month of their file.
    monkeypatch.setenv("TAXI_REFUSE_OUT_OF_MONTH_SHARE", "1")
    monkeypatch.setenv("TAXI_MAX_REJECTED_ROWS", "1000")
    lines = [line(GREEN), *[BAD] * rejected, line(GREEN)]
    mirror.publish(APRIL.published_name, csv_month(GREEN, lines))

    said = taxi_assets("load", "green", "2020-04")
    assert said.exit_code == 0, said.text
    assert f"{rejected:,} rows of the file were rejected" in said.text
    assert own.counts() == {APRIL.filename: 2}
    table = own.place.qualified("tripdata_rejects")
    found = own.query(f"SELECT * FROM {table} ORDER BY line")
    assert len(found) == rejected
    first = (APRIL.filename, 3, "fare_amount", "far", "'far' is no amount below 1e15", BAD)
    assert found[0] == (*first, rejected + 2)
    assert not {name for name in own.tables() if "_incoming_" in name}, "nothing is left behind"

    mirror.publish(APRIL.published_name, csv_month(GREEN, [line(GREEN)]))
    assert taxi_assets("load", "green", "2020-04").exit_code == 0
    assert own.query(f"SELECT COUNT(*) FROM {table}") == [(0,)], "they go with their month"
