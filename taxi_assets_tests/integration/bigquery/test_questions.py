"""Questions about data put to BigQuery: judged, estimated, and limited in what they may cost."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import pytest

from taxi_assets.errors import QueryError, QueryLimitError
from taxi_assets.query.bigquery_database import BigQueryDatabase
from taxi_assets.query.database import database_of, loaded_months, tables_of
from taxi_assets.settings import read_settings
from taxi_assets.trips.month import Month
from taxi_assets_tests.command_line import taxi_assets
from taxi_assets_tests.integration.bigquery.dataset import OwnDataset

ROWS = 30
COUNT = "SELECT COUNT(*) AS trips FROM green_tripdata WHERE file_month = DATE '2020-01-01'"


@pytest.fixture
def database(
    own: OwnDataset, settings_env: object, monkeypatch: pytest.MonkeyPatch
) -> BigQueryDatabase:
    """A dataset with one month."""
    for name, value in own.environment.items():
        monkeypatch.setitem(os.environ, name, value)
    monkeypatch.setenv("TAXI_SOURCE", "sample")
    monkeypatch.setenv("TAXI_SAMPLE_ROWS", str(ROWS))
    assert taxi_assets("load", "green", "2020-01").exit_code == 0
    found = database_of(read_settings())
    assert isinstance(found, BigQueryDatabase)
    return found


def test_a_question_is_answered_within_its_limits(
    database: BigQueryDatabase, own: OwnDataset
) -> None:
    tables = tables_of(database)
    assert tables["green_tripdata"]["fare_amount"] == "FLOAT64"
    assert loaded_months(database, tables) == {"green": {Month(2020, 1): ROWS}}
    assert database.ask(COUNT, tables).rows == [[ROWS]]
    some = database.ask("SELECT lpep_pickup_datetime AS at FROM green_tripdata", tables, 3)
    assert (len(some.rows), some.cut) == (3, True)
    assert isinstance(some.rows[0][0], str)
    assert own.queries()[0].maximum_bytes_billed == 10**9


def test_rows_are_shown_and_queried(database: BigQueryDatabase, own: OwnDataset) -> None:
    before = len(own.queries())
    shown = taxi_assets(
        "show", "green_tripdata", "--rows", "2", "--json", "--warehouse", "bigquery"
    )
    assert shown.exit_code == 0, shown.text
    rows = json.loads(shown.stdout)
    assert [row["filename"][:22] for row in rows] == ["green_tripdata_2020-01"] * 2
    assert len(own.queries()) == before, "the rows of a table cost nothing"
    counted = taxi_assets("query", COUNT, "--format", "csv", "--warehouse", "bigquery")
    assert counted.stdout == f"trips\n{ROWS}\n"
    refused = taxi_assets("query", "DELETE FROM zones WHERE TRUE", "--warehouse", "bigquery")
    assert (refused.exit_code, list(own.counts().values())) == (2, [ROWS])


REFUSED = (
    "DELETE FROM green_tripdata WHERE TRUE",
    "SELECT 1; DROP TABLE green_tripdata",
    "SELECT * FROM `some-project.other.secrets`",
    "SELECT * FROM other.secrets",
    "SELECT * FROM INFORMATION_SCHEMA.TABLES",
    "SELECT * FROM EXTERNAL_QUERY('connection', 'SELECT 1')",
    "SELECT nothing FROM green_tripdata",
)


def test_what_does_more_than_read_the_tables_is_refused(
    database: BigQueryDatabase, own: OwnDataset
) -> None:
    tables = tables_of(database)
    for sql in REFUSED:
        with pytest.raises(QueryError, match="cannot be run"):
            database.ask(sql, tables)
    assert list(own.counts().values()) == [ROWS]


class Estimated:
    """An estimate as BigQuery would give it for a large table: the stand-in says 0 for all."""

    def __init__(self, size_bytes: int) -> None:
        self.size_bytes = size_bytes

    def __call__(self, *_: object) -> int:
        return self.size_bytes


def test_a_query_that_would_cost_more_is_not_run(
    database: BigQueryDatabase, own: OwnDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "taxi_assets.warehouse.bigquery.jobs.Jobs.estimate", Estimated(3_500_000_000)
    )
    tables = tables_of(database)
    before = len(own.queries())
    with pytest.raises(QueryLimitError, match=r"would read 3\.5 GB, and may read 1\.0") as refusal:
        database.ask(COUNT, tables)
    assert "TAXI_QUERY_BIGQUERY_MAX_GB" in refusal.value.remedy
    assert len(own.queries()) == before
    generous = BigQueryDatabase(replace(database.place, max_bytes_billed=4 * 10**9))
    assert generous.ask(COUNT, tables).rows == [[ROWS]]
