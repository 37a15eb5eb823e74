"""Pipelines of a folder write to BigQuery as they do to the others."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from taxi_assets_tests.api_server import Answer, ApiServer, api_server
from taxi_assets_tests.command_line import DataFolder, taxi_assets
from taxi_assets_tests.integration.bigquery.dataset import OwnDataset
from taxi_assets_tests.integration.components.conftest import HTTP_TABLE, RATES, SQL

TO_BIGQUERY = "  warehouse: bigquery\n"
TRIPS = """
type: taxi_assets.components.TripPipeline
attributes:
  taxi: green
  months: {first: 2020-01, last: 2020-02}
  warehouses: [bigquery]
"""
MONTHLY = """
type: taxi_assets.components.SqlTable
attributes:
  warehouse: bigquery
  table: payments
  monthly: true
  tests: [{unique: [month, payment_type]}]
  sql: SELECT payment_type, COUNT(*) AS trips, SUM(fare_amount) AS fares
    FROM green_tripdata GROUP BY payment_type
"""
COPY = """
type: taxi_assets.components.CopyTable
attributes:
  source: bigquery
  source_table: payments
  warehouse: duckdb
  table: payments_copy
"""
ROWS = 50


@pytest.fixture
def project(own: OwnDataset, settings_env: Path, monkeypatch: pytest.MonkeyPatch) -> OwnDataset:
    """A project whose only warehouse is BigQuery, with a folder of pipelines."""
    for name, value in own.environment.items():
        monkeypatch.setitem(os.environ, name, value)
    Path("pipelines").mkdir()
    return own


@pytest.fixture
def api(project: OwnDataset, monkeypatch: pytest.MonkeyPatch) -> Iterator[ApiServer]:
    """A server of this machine, which files may fetch from."""
    monkeypatch.setenv("TAXI_PIPELINE_HOSTS", "any")
    monkeypatch.setenv("TAXI_HTTP_ATTEMPTS", "1")
    with api_server() as server:
        yield server


def write(name: str, text: str) -> None:
    Path("pipelines", f"{name}.yaml").write_text(text)


def test_an_answer_becomes_a_typed_table_and_the_query_another(
    api: ApiServer, project: OwnDataset
) -> None:
    api.routes["/rates.csv"] = lambda _: Answer(RATES)
    write("rates", HTTP_TABLE.format(url=api.url, sql=SQL) + TO_BIGQUERY)
    answer = taxi_assets("pipelines", "rates")
    assert answer.exit_code == 0, answer.text
    rates, averages = map(project.place.qualified, ("rates", "rate_by_currency"))
    read = f"SELECT * FROM {rates} ORDER BY 1, 2"
    assert project.query(read)[0] == ("EUR", 1.5, date(2026, 1, 1))
    assert project.query(f"SELECT * FROM {averages} ORDER BY 1") == [("EUR", 2.0), ("GBP", None)]

    api.routes["/rates.csv"] = lambda _: Answer(b"currency,rate,day\nUSD,1,2026-01-03\n")
    assert taxi_assets("pipelines", "rates").exit_code == 0
    assert project.query(read) == [("USD", 1.0, date(2026, 1, 3))], "replaced, not added to"
    assert not {name for name in project.tables() if "incoming" in name}, "nothing is left behind"


def test_a_table_that_no_pipeline_made_is_not_replaced(api: ApiServer, project: OwnDataset) -> None:
    project.query(f"CREATE TABLE {project.place.qualified('rate_by_currency')} AS SELECT 1 AS x")
    api.routes["/rates.csv"] = lambda _: Answer(RATES)
    write("rates", HTTP_TABLE.format(url=api.url, sql=SQL) + TO_BIGQUERY)
    answer = taxi_assets("pipelines", "rates")
    assert answer.exit_code == 1
    assert "a table or view rate_by_currency that no pipeline made" in answer.text
    assert project.query(f"SELECT * FROM {project.place.qualified('rate_by_currency')}") == [(1,)]
    assert "rates" not in project.tables()


def test_a_pipeline_of_trips_loads_its_months(
    project: OwnDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_SOURCE", "sample")
    monkeypatch.setenv("TAXI_SAMPLE_ROWS", str(ROWS))
    write("trips", TRIPS)
    answer = taxi_assets("pipelines", "trips")
    assert answer.exit_code == 0, answer.text
    assert Counter(project.counts().values()) == {ROWS: 2}


@pytest.mark.long
def test_a_table_is_made_of_tables_a_month_at_a_time_and_copied(
    project: OwnDataset, settings_env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_SOURCE", "sample")
    monkeypatch.setenv("TAXI_SAMPLE_ROWS", str(ROWS))
    monkeypatch.setitem(os.environ, "TAXI_WAREHOUSES", "bigquery,duckdb")
    write("trips", TRIPS)
    write("payments", MONTHLY)
    write("payments_copy", COPY)
    assert taxi_assets("pipelines", "trips").exit_code == 0
    for _ in range(2):  # a second run replaces each month
        for name in ("payments", "payments_copy"):
            answer = taxi_assets("pipelines", name)
            assert answer.exit_code == 0, answer.text
    table = project.place.qualified("payments")
    months = project.query(f"SELECT month, SUM(trips) FROM {table} GROUP BY 1 ORDER BY 1")
    assert months == [(date(2020, 1, 1), ROWS), (date(2020, 2, 1), ROWS)]
    columns = "month, payment_type, trips, fares"
    copied = DataFolder(settings_env).query(f"SELECT {columns} FROM payments_copy")
    assert Counter(copied) == Counter(project.query(f"SELECT {columns} FROM {table}"))
    assert not {name for name in project.tables() if "incoming" in name}, "nothing is left behind"


def test_rows_are_merged_by_their_key(api: ApiServer, project: OwnDataset) -> None:
    merge = TO_BIGQUERY + "  write: merge\n  key: [currency, day]\n"
    text = HTTP_TABLE.format(url=api.url, sql="").partition("  query")[0] + merge
    write("rates", text)
    for body in (RATES, b"currency,rate,day\nEUR,9,2026-01-02\nUSD,3,2026-01-02\n"):
        api.routes["/rates.csv"] = lambda _, body=body: Answer(body)  # type: ignore[misc]
        answer = taxi_assets("pipelines", "rates")
        assert answer.exit_code == 0, answer.text
    rows = project.query(
        f"SELECT currency, rate FROM {project.place.qualified('rates')} ORDER BY currency, rate"
    )
    assert rows == [("EUR", 1.5), ("EUR", 9.0), ("GBP", None), ("USD", 3.0)]
    repeated = b"currency,rate,day\nEUR,9,2026-01-02\nEUR,8,2026-01-02\n"
    api.routes["/rates.csv"] = lambda _: Answer(repeated)
    assert "unique_currency_day: 1 values are in several rows" in (
        taxi_assets("pipelines", "rates").text
    )
