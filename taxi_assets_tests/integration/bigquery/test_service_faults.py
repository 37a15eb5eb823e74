"""What the service may do to a load: fall silent, answer twice, break it off, drop its rows."""

from __future__ import annotations

import json
import re
import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO

import pyarrow.parquet as pq
import pytest
from google.cloud.bigquery import LoadJobConfig, SourceFormat

from taxi_assets.errors import TransientError, WarehouseError
from taxi_assets.sql.statements import Statement
from taxi_assets.warehouse.bigquery import incoming
from taxi_assets.warehouse.bigquery import jobs as jobs_module
from taxi_assets.warehouse.bigquery.count_ids import MOST_SEARCHED_BYTES
from taxi_assets.warehouse.bigquery.dataset import ensure_dataset
from taxi_assets.warehouse.bigquery.dialect import BIGQUERY
from taxi_assets.warehouse.bigquery.jobs import Jobs
from taxi_assets.warehouse.holdings import holdings
from taxi_assets_tests.integration.bigquery.dataset import APRIL, GREEN, MAY, PROJECT, OwnDataset
from taxi_assets_tests.loopback import serving
from taxi_assets_tests.published import csv_month, line

NOTHING = Statement("SELECT 1", BIGQUERY)
DAY_MS = 24 * 60 * 60 * 1000


@pytest.fixture
def silent_url() -> Iterator[str]:
    """A server that takes every connection and never answers."""
    with socket.create_server(("127.0.0.1", 0), backlog=50) as listener:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def send_file(jobs: Jobs) -> None:
    """Load a file."""
    config = LoadJobConfig(source_format=SourceFormat.CSV)
    jobs.load("nothing", BytesIO(b"1"), "numbers", config)


@pytest.mark.parametrize(
    "send",
    [lambda jobs: jobs.write("nothing", NOTHING), lambda jobs: jobs.read(NOTHING), send_file],
    ids=["change", "query", "file"],
)
def test_a_server_that_never_answers_is_given_up(
    own: OwnDataset,
    silent_url: str,
    send: Callable[[Jobs], object],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jobs_module, "REQUEST_SECONDS", 0.2)
    cloud = replace(own.cloud, bigquery_url=silent_url, retry_seconds=1)
    jobs = Jobs(replace(own.place, cloud=cloud), {}, "some_token")
    started = time.monotonic()
    with pytest.raises(TransientError, match="did not answer"):
        send(jobs)
    assert time.monotonic() - started < 30


def test_a_job_that_is_there_but_not_yet_found_is_found(own: OwnDataset) -> None:
    """BigQuery has been seen to answer 409 to a submission, and then 404 to a question for it."""
    answers: list[str] = []
    done = {
        "jobReference": {"projectId": PROJECT, "jobId": "x", "location": "us-east1"},
        "configuration": {"jobType": "QUERY", "query": {"query": "SELECT 1"}},
        "status": {"state": "DONE"},
        "statistics": {"query": {"totalBytesBilled": "0"}},
    }

    class Handler(BaseHTTPRequestHandler):
        def _answer(self, status: int, body: object) -> None:
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(409, {"error": {"code": 409, "message": "Already Exists: Job"}})

        def do_GET(self) -> None:
            answers.append(self.path)
            if len(answers) <= 2:
                self._answer(404, {"error": {"code": 404, "message": "Not found: Job"}})
            elif "/queries/" in self.path:
                self._answer(200, {"jobComplete": True, "totalRows": "0", **done})
            else:
                self._answer(200, done)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    with serving(server):
        url = f"http://127.0.0.1:{server.server_address[1]}"
        cloud = replace(own.cloud, bigquery_url=url, retry_seconds=20)
        Jobs(replace(own.place, cloud=cloud), {}, "some_token").write("nothing", NOTHING)
    assert len(answers) > 2


def test_rows_are_sent_in_large_groups_and_well_packed(own: OwnDataset) -> None:
    month = own.open(APRIL, csv_month(GREEN, 40_000))
    with tempfile.TemporaryFile() as stream:
        rows, _ = incoming._write(month, stream)
        sent = pq.ParquetFile(stream)
        assert (rows, sent.num_row_groups) == (40_000, 1)
        assert sent.metadata.row_group(0).column(0).compression == "ZSTD"


def test_the_small_tables_that_taxis_share_come_first(own: OwnDataset) -> None:
    """A load that another one breaks off has not run its large statements."""
    own.load(APRIL, csv_month(GREEN, 5))
    own.load(MAY, csv_month(GREEN, 4))
    scripts = [job.query for job in own.queries() if "COMMIT TRANSACTION" in job.query]
    assert len(scripts) == 2
    for script in scripts:
        tables = re.findall(rf"(?:DELETE FROM|INSERT INTO) `{PROJECT}.{own.name}\.(\w+)`", script)
        assert tables[-2:] == [GREEN.table] * 2
        assert set(tables[:-2]) >= {"tripdata_files", "tripdata_tallies"}
        deletions = script.count("DELETE FROM")
        assert script.count("IF EXISTS (SELECT") == deletions - 1, (
            "a month that is new deletes nothing from the tables that the taxis share"
        )


def test_partitions_that_expire_are_refused(own: OwnDataset) -> None:
    client = own.place.client
    dataset = client.get_dataset(own.name)
    dataset.default_partition_expiration_ms = 60 * DAY_MS
    client.update_dataset(dataset, ["default_partition_expiration_ms"])
    with pytest.raises(WarehouseError, match="drops its partitions after 60 days") as refusal:
        ensure_dataset(own.place)
    assert "--default_partition_expiration 0" in refusal.value.remedy
    with pytest.raises(WarehouseError, match="drops its partitions after 60 days"):
        own.warehouse.diagnose()
    dataset = client.get_dataset(own.name)
    dataset.default_partition_expiration_ms = None
    client.update_dataset(dataset, ["default_partition_expiration_ms"])

    own.load(APRIL, csv_month(GREEN, 5))
    table = client.get_table(own.place.reference(GREEN.table))
    partitioning = table.time_partitioning
    partitioning.expiration_ms = 60 * DAY_MS
    table.time_partitioning = partitioning
    client.update_table(table, ["time_partitioning"])
    with pytest.raises(WarehouseError, match="gone on arrival") as gone:
        own.load(MAY, csv_month(GREEN, 4))
    assert "partition_expiration_days = NULL" in gone.value.remedy
    assert own.counts() == {APRIL.filename: 5}


def test_status_and_dry_runs_read_no_row(own: OwnDataset) -> None:
    own.load(APRIL, csv_month(GREEN, 5))
    own.load(MAY, csv_month(GREEN, 4))
    own.query(f"DELETE FROM {own.place.qualified(GREEN.table)} WHERE fare_amount = 1")
    before = len(own.queries())
    found = holdings(own.warehouse, GREEN)
    assert found.rows == {APRIL.filename: 4, MAY.filename: 3}, "rows that are lost are told"
    assert set(found.entries) == {APRIL.filename, MAY.filename}
    asked = [job.query for job in own.queries()[: len(own.queries()) - before]]
    assert asked
    assert not [query for query in asked if f"{own.name}.{GREEN.table}`" in query]


def test_ids_in_other_files_are_looked_for_where_they_can_be(own: OwnDataset) -> None:
    stray = line(GREEN, lpep_pickup_datetime="2020-05-01 00:00:01")
    own.load(APRIL, csv_month(GREEN, [line(GREEN), stray]))
    own.load(MAY, csv_month(GREEN, [stray, stray]))
    assert own.warehouse.measure(APRIL).ids_in_other_files == 1
    assert own.warehouse.measure(MAY).ids_in_other_files == 2
    searches = [job for job in own.queries() if "other_months" in job.query]
    assert searches
    for search in searches:
        months = {p.name: p.values for p in search.query_parameters if hasattr(p, "values")}
        assert len(months["other_months"]) <= 3


def test_a_search_that_would_read_too_much_is_not_done_and_told(
    own: OwnDataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    own.load(APRIL, csv_month(GREEN, 5))
    monkeypatch.setattr(Jobs, "estimate", lambda *_: MOST_SEARCHED_BYTES + 1)
    assert own.warehouse.measure(APRIL).ids_in_other_files is None
