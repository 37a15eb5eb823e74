"""What only Google itself can show. Runs where TAXI_TEST_GCP_PROJECT names a project.

Credentials are the usual ones (docs/gcp.md). A bucket and a dataset are made, and deleted again.
"""

from __future__ import annotations

import logging
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import duckdb
import pytest
from google.cloud.bigquery import LoadJob, QueryJob

from taxi_assets.gcp.bucket import ensure_bucket, missing_rights
from taxi_assets.gcp.cloud import GoogleCloud, google_cloud_of
from taxi_assets.lake.gcs.bucket_lake import BucketLake
from taxi_assets.settings import Settings
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.bigquery.dataset import ensure_dataset
from taxi_assets.warehouse.bigquery.incoming import incoming_rows
from taxi_assets.warehouse.duckdb.replace_month import replace_month
from taxi_assets.warehouse.duckdb.session import DuckDBSession
from taxi_assets.warehouse.holdings import holdings
from taxi_assets.warehouse.loading import Loaded
from taxi_assets_tests.bigquery_costs import Bill
from taxi_assets_tests.integration.bigquery.dataset import APRIL, GREEN, OwnDataset
from taxi_assets_tests.integration.equality.generated_months import csv_bytes, publish_parquet
from taxi_assets_tests.published import Mirror

VARIABLE = "TAXI_TEST_GCP_PROJECT"
YELLOW = DATASETS["yellow"]
PARQUET = TripFile(GREEN, Month(2025, 1), FileFormat.PARQUET)
OLDER_PARQUET = TripFile(YELLOW, Month(2022, 1), FileFormat.PARQUET)
ROWS = 500

pytestmark = [
    pytest.mark.gcp,
    pytest.mark.skipif(
        not os.environ.get(VARIABLE), reason=f"{VARIABLE} names no project of Google Cloud"
    ),
]


@dataclass(frozen=True)
class RealProject:
    """A dataset and a bucket of this test alone."""

    own: OwnDataset
    lake: BucketLake

    def jobs(self) -> list[QueryJob | LoadJob]:
        """All jobs of the dataset's loads, by the name in their tables' addresses."""
        labelled = self.own.place.client.list_jobs(max_results=2000)
        return [job for job in labelled if self.own.name in str(job.to_api_repr())]


@pytest.fixture(scope="module")
def cloud() -> GoogleCloud:
    """The project, as the environment has it."""
    settings = Settings.model_validate({"GCP_PROJECT_ID": os.environ[VARIABLE]})
    return google_cloud_of(settings)


@pytest.fixture
def real(cloud: GoogleCloud, tmp_path: Path) -> Iterator[RealProject]:
    """A dataset and a bucket, which are deleted with all that is in them."""
    name = f"taxi_assets_tests_{uuid4().hex[:12]}"
    bucket = name.replace("_", "-")
    own = OwnDataset(cloud, name, tmp_path)
    try:
        assert ensure_bucket(cloud, bucket).created
        assert ensure_dataset(own.place).created
        yield RealProject(own, BucketLake(cloud, bucket, "raw", tmp_path / "copies"))
    finally:
        own.place.client.delete_dataset(name, delete_contents=True, not_found_ok=True)
        found = cloud.storage.lookup_bucket(bucket)
        if found is not None:
            found.delete(force=True)


def test_months_are_read_in_place_and_equal_duckdbs(
    real: RealProject, mirror: Mirror, caplog: pytest.LogCaptureFixture
) -> None:
    """CSV, Parquet of two eras, and a republished CSV; then the same rows, sent."""
    own = real.own
    files = [
        (APRIL, csv_bytes(APRIL, ROWS)),
        (PARQUET, publish_parquet(mirror, PARQUET, ROWS).read_bytes()),
        (OLDER_PARQUET, publish_parquet(mirror, OLDER_PARQUET, ROWS).read_bytes()),
        (APRIL, csv_bytes(APRIL, ROWS + 100)),
    ]
    with duckdb.connect() as connection, caplog.at_level(logging.WARNING):
        for file, data in files:
            loaded = own.load_through(real.lake, file, data)
            assert loaded.changed
            assert not own.load_through(real.lake, file, data).changed
            replace_month(DuckDBSession(connection), own.open(file, data))
        assert caplog.messages == [], "BigQuery has read every file itself"
        for dataset in (GREEN, YELLOW):
            expected = connection.execute(f"FROM {dataset.table}").fetchall()
            assert sorted(own.rows(dataset.table).elements(), key=repr) == sorted(
                expected, key=repr
            )
    in_place = own.rows()
    own.load(APRIL, files[-1][1], force=True)
    assert own.rows() == in_place, "rows that are sent are the same"
    for file in (APRIL, PARQUET, OLDER_PARQUET):
        measured = own.warehouse.measure(file)
        assert measured.entry is not None
        assert measured.digests.conflict(measured.entry.digests) is False
        assert (measured.wrong_row_ids, measured.foreign_rows) == (0, 0)
    assert holdings(own.warehouse, GREEN).rows == {APRIL.filename: 600, PARQUET.filename: 500}
    assert "months may be loaded" in own.warehouse.diagnose()
    assert missing_rights(real.lake.cloud, real.lake.bucket_name) == []


def test_a_load_that_ends_half_way_leaves_the_month_as_it_was(real: RealProject) -> None:
    own = real.own
    own.load_through(real.lake, APRIL, csv_bytes(APRIL, ROWS))
    before = own.rows()
    # As far as a process gets that is killed before its transaction.
    with incoming_rows(own.jobs(), own.open(APRIL, csv_bytes(APRIL, 2 * ROWS))):
        assert own.rows() == before
        [left] = [name for name in own.tables() if "_incoming_" in name]
        expires = own.place.client.get_table(own.place.reference(left)).expires
        assert expires is not None, "BigQuery drops it by itself"
        own.load_through(real.lake, APRIL, csv_bytes(APRIL, 2 * ROWS))
    assert own.counts() == {APRIL.filename: 2 * ROWS}


def test_two_taxis_are_loaded_at_once_and_never_meet(real: RealProject) -> None:
    own = real.own
    january = TripFile(YELLOW, Month(2019, 1), FileFormat.CSV)
    done: list[Loaded] = []

    def load(file: TripFile) -> None:
        done.append(own.load_through(real.lake, file, csv_bytes(file, ROWS)))

    threads = [threading.Thread(target=load, args=(file,)) for file in (APRIL, january)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(600)
    assert [loaded.rows for loaded in done] == [ROWS, ROWS]
    failed = [job.error_result for job in real.jobs() if job.error_result]
    assert failed == [], "no transaction was broken off"


def test_no_statement_costs_more_than_is_told(real: RealProject) -> None:
    own = real.own
    own.load_through(real.lake, APRIL, csv_bytes(APRIL, ROWS))
    own.warehouse.measure(APRIL)
    holdings(own.warehouse, GREEN)
    bill = Bill(GREEN, ROWS)
    for job in own.queries():
        if not job.labels or job.dry_run:
            continue
        assert (job.total_bytes_billed or 0) <= bill.of_all([job.query]), job.query
    assert own.warehouse.estimate(APRIL).bytes_billed > 0
