"""BigQuery as a warehouse, as assets, checks, status and reports use it.

This module imports dagster-gcp, which takes seconds, so it is imported only where BigQuery is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import ClassVar
from uuid import uuid4

import pyarrow as pa
from dagster_gcp import BigQueryResource
from google.cloud.bigquery import Client
from pydantic import Field

from taxi_assets.lake.gcs.bucket_lake import BucketLake
from taxi_assets.lake.lake import Lake
from taxi_assets.rows.reading import OpenMonth
from taxi_assets.source.catalog import Catalog
from taxi_assets.sql.dialect import Dialect
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.trips.zones import ZoneTable
from taxi_assets.warehouse.bigquery.adopt import adopt_table
from taxi_assets.warehouse.bigquery.attempts import jobs_of_attempt, labels_of, token_of
from taxi_assets.warehouse.bigquery.count_ids import count_ids
from taxi_assets.warehouse.bigquery.dialect import BIGQUERY
from taxi_assets.warehouse.bigquery.doctor import diagnose
from taxi_assets.warehouse.bigquery.estimate import estimate_load
from taxi_assets.warehouse.bigquery.jobs import Cost, Jobs
from taxi_assets.warehouse.bigquery.pipeline_tables import read_rows, write_tables
from taxi_assets.warehouse.bigquery.place import BigQueryPlace
from taxi_assets.warehouse.bigquery.replace_month import replace_month
from taxi_assets.warehouse.bigquery.session import BigQuerySession
from taxi_assets.warehouse.bigquery.zones import replace_zones
from taxi_assets.warehouse.checks import MonthFigures
from taxi_assets.warehouse.interface import AdoptedTable, Attempt, Estimate, OwnAsset
from taxi_assets.warehouse.loading import Loaded
from taxi_assets.warehouse.measuring import held_month, measure_month
from taxi_assets.warehouse.pipeline_tables import REPLACE, NewRows, Select, Write
from taxi_assets.warehouse.reconcile import HeldMonth
from taxi_assets.warehouse.session import Session

_DOCTOR_SECONDS = 10


class BigQueryWarehouse(BigQueryResource):
    """The merged tables in a dataset of BigQuery: dagster-gcp's resource, with our client.

    Dagster shows and stores its fields, so none of them is a key: credentials are in the place.
    Dagster also makes such resources anew from their fields, so the place is in the class, which
    `warehouse_at` makes.
    """

    place: ClassVar[BigQueryPlace]

    dataset: str = Field(description="The dataset of the tables.")

    @property
    def name(self) -> str:
        """Key of the resource."""
        return BIGQUERY.name

    @property
    def dialect(self) -> Dialect:
        """The dialect of its SQL."""
        return BIGQUERY

    @contextmanager
    def get_client(self) -> Iterator[Client]:
        """The project's client of BigQuery; its jobs run in the dataset's location."""
        yield self.place.client

    def get_object_to_set_on_execution_context(self) -> BigQueryWarehouse:
        """Make ``context.resources.bigquery`` this resource."""
        return self

    def full_name(self, table: str) -> str:
        """A table's name with its dataset."""
        return f"{self.place.dataset}.{table}"

    def description(self, dataset: Dataset) -> str:
        """What the merged table holds, and how a month gets there."""
        return (
            f"{dataset.title} trips, every month in one table.\n\nA month's rows are exactly those "
            "of its file; they arrive in a table of their own and are merged in one transaction. "
            "From a bucket, BigQuery reads them through the month's external table."
        )

    def exists(self) -> bool:
        """Always True: BigQuery is a service, and no query creates a database."""
        return True

    @contextmanager
    def session(self, _wait_seconds: float | None = None) -> Iterator[BigQuerySession]:
        """A session with jobs of its own. It holds no lock."""
        yield BigQuerySession(Jobs(self.place, {}, uuid4().hex))

    def load(self, lake: Lake, month: OpenMonth, attempt: Attempt, force: bool) -> Loaded:
        """Load a landed month into the merged table, and say what it costs."""
        jobs = jobs_of_attempt(self.place, month.file, attempt)
        # Without its bad rows a file is here and not in the bucket.
        whole = month.accepted is None
        bucket = (
            lake if isinstance(lake, BucketLake) and whole and self.place.reads_bucket else None
        )
        session = BigQuerySession(jobs, "replace")
        loaded = replace_month(session, month, attempt.run_id, force, bucket)
        return replace(loaded, cost=_cost_metadata(jobs.cost))

    def replace_zones(
        self, table: ZoneTable, rows: Sequence[Sequence[str]], attempt: Attempt
    ) -> None:
        """Replace a table about the zones."""
        labels = {"dagster-run": attempt.run_id}
        replace_zones(Jobs(self.place, labels, token_of(attempt, table.name)), table, rows)

    def measure(self, file: TripFile) -> MonthFigures:
        """Measure the file's month for the checks."""
        session = BigQuerySession(Jobs(self.place, labels_of(file)))
        return measure_month(session, file, partial(count_ids, session, file))

    def held_month(self, file: TripFile) -> HeldMonth:
        """The ledger's entry and the digest of the file's month, for comparing warehouses."""
        return held_month(BigQuerySession(Jobs(self.place, labels_of(file))), file)

    def is_complete(self, _session: Session, lake: Lake, _dataset: Dataset) -> bool:
        """Whether there are no external tables, which only the load of a month looks at."""
        return not isinstance(lake, BucketLake)

    def write_tables(self, tables: Mapping[str, NewRows], how: Write = REPLACE) -> dict[str, int]:
        """Write the rows of a pipeline's tables, in one transaction."""
        with self.session() as session:
            return write_tables(session, tables, how)

    def read_rows(self, select: Select) -> pa.Table:
        """The rows of a query, whole in memory."""
        with self.session() as session:
            return read_rows(session, select)

    def diagnose(self) -> str:
        """Check that months can be loaded, and describe what was found."""
        hasty = replace(self.place.cloud, retry_seconds=_DOCTOR_SECONDS)
        return diagnose(replace(self.place, cloud=hasty))

    def adopt(self, dataset: Dataset) -> AdoptedTable | None:
        """Replace a table of the Kestra flows with one that has a partition per month."""
        return adopt_table(Jobs(self.place, {"taxi": dataset.taxi}, uuid4().hex), dataset)

    def estimate(self, file: TripFile) -> Estimate:
        """Estimate the cost of loading the month, by BigQuery's dry runs."""
        return estimate_load(BigQuerySession(Jobs(self.place, labels_of(file))), file)

    def own_assets(self, datasets: Sequence[Dataset], catalog: Catalog) -> list[OwnAsset]:
        """The BigQuery dataset and, if the lake is a bucket, the external tables on its files."""
        from taxi_assets.warehouse.bigquery.assets import bigquery_external_asset, dataset_asset

        own = [OwnAsset(dataset_asset(self.place))]
        if catalog.settings.lake_bucket is not None:
            own += [
                OwnAsset(bigquery_external_asset(each, catalog), each, self.place.reads_bucket)
                for each in datasets
            ]
        return own


def warehouse_at(where: BigQueryPlace) -> BigQueryWarehouse:
    """The warehouse at a place. No request is sent."""

    class PlacedWarehouse(BigQueryWarehouse):
        place: ClassVar[BigQueryPlace] = where

    return PlacedWarehouse(
        project=where.cloud.project, location=where.cloud.location, dataset=where.dataset
    )


def _cost_metadata(cost: Cost) -> dict[str, int | float]:
    return {
        "bytes_billed": cost.bytes_billed,
        "slot_seconds": cost.slot_milliseconds / 1000,
        "estimated_price_usd": round(cost.price_usd, 6),
    }
