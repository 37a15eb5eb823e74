"""A dataset in the stand-in for BigQuery: months are loaded into it and looked at."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from uuid import uuid4

from google.cloud.bigquery import QueryJob

from taxi_assets.gcp.cloud import GoogleCloud
from taxi_assets.lake.gcs.bucket_lake import BucketLake
from taxi_assets.lake.landing import lake_name
from taxi_assets.rows.reading import OpenMonth
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.bigquery.jobs import Jobs
from taxi_assets.warehouse.bigquery.place import BigQueryPlace
from taxi_assets.warehouse.bigquery.replace_month import replace_month
from taxi_assets.warehouse.bigquery.resource import BigQueryWarehouse, warehouse_at
from taxi_assets.warehouse.bigquery.session import BigQuerySession
from taxi_assets.warehouse.interface import Attempt
from taxi_assets.warehouse.loading import Loaded
from taxi_assets_tests.landed_months import open_month

PROJECT = "some-project"
LOCATION = "us-east1"
GREEN = DATASETS["green"]
APRIL = TripFile(GREEN, Month(2020, 4), FileFormat.CSV)
MAY = TripFile(GREEN, Month(2020, 5), FileFormat.CSV)

Row = tuple[object, ...]


@dataclass(frozen=True)
class OwnDataset:
    """A dataset.

    Attributes:
        cloud: who we are, and the stand-in.
        name: the dataset.
        folder: where published files lie.
    """

    cloud: GoogleCloud
    name: str
    folder: Path

    @cached_property
    def place(self) -> BigQueryPlace:
        """It, as the product has it."""
        return BigQueryPlace(self.cloud, self.name, max_bytes_billed=10**10, wait_seconds=60)

    @property
    def warehouse(self) -> BigQueryWarehouse:
        """The warehouse in it."""
        return warehouse_at(self.place)

    @property
    def environment(self) -> Mapping[str, str]:
        """The settings that name it."""
        return {
            "BIGQUERY_EMULATOR_HOST": str(self.cloud.bigquery_url),
            "GCP_PROJECT_ID": PROJECT,
            "GCP_DATASET": self.name,
            "GCP_LOCATION": LOCATION,
            "GCP_RETRY_SECONDS": "20",
            "TAXI_WAREHOUSES": "bigquery",
        }

    def jobs(self) -> Jobs:
        """Jobs of another piece of work."""
        return Jobs(self.place, {}, uuid4().hex)

    def session(self) -> BigQuerySession:
        """A session of another piece of work."""
        return BigQuerySession(self.jobs())

    def open(self, file: TripFile, data: bytes) -> OpenMonth:
        """A month as it lies in a lake."""
        path = self.folder / f"{hashlib.sha256(data).hexdigest()}_{file.published_name}"
        return open_month(path, file, data)

    def load(self, file: TripFile, data: bytes, force: bool = False) -> Loaded:
        """Load a month."""
        return replace_month(self.session(), self.open(file, data), "some-run", force)

    def load_through(self, lake: BucketLake, file: TripFile, data: bytes) -> Loaded:
        """Land a month in a bucket and load it from there, as a run does."""
        month = self.open(file, data)
        name = lake_name(file)
        with lake.receive(name) as arrival:
            arrival.write(data)
            landed = month.landed.model_copy(update={"name": name})
            arrival.publish(landed)
        with lake.local_copy(landed) as copy:
            from_lake = OpenMonth(file, landed, copy)
            return self.warehouse.load(lake, from_lake, Attempt(uuid4().hex), force=False)

    def query(self, sql: str) -> list[Row]:
        """What it answers; times without their zone, which is UTC."""
        rows = self.place.client.query_and_wait(sql)
        return [tuple(_naive(value) for value in row.values()) for row in rows]

    def rows(self, table: str = GREEN.table) -> Counter[Row]:
        """All rows, in the columns that they have in every warehouse."""
        qualified = self.place.qualified(table)
        return Counter(self.query(f"SELECT * EXCEPT (file_month) FROM {qualified}"))

    def counts(self) -> dict[object, object]:
        """Rows of each file."""
        table = self.place.qualified(GREEN.table)
        return dict(self.query(f"SELECT filename, COUNT(*) FROM {table} GROUP BY filename"))  # type: ignore[arg-type]

    def ledger(self) -> dict[object, Row]:
        """The ledger's lines by filename."""
        table = self.place.qualified("tripdata_files")
        return {row[0]: row for row in self.query(f"SELECT * FROM {table}")}

    def tables(self) -> set[str]:
        """The names of all tables."""
        return {table.table_id for table in self.place.client.list_tables(self.name)}

    def queries(self) -> list[QueryJob]:
        """All queries that were sent, with their jobs."""
        jobs = self.place.client.list_jobs()
        return [job for job in jobs if isinstance(job, QueryJob) and self.name in job.query]


def _naive(value: object) -> object:
    return value.replace(tzinfo=None) if isinstance(value, datetime) else value
