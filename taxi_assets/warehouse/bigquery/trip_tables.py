"""BigQuery's merged tables, as their assets and checks use them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from taxi_assets.lake.lake import Lake
from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.rows.reading import OpenMonth
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.bigquery.figures import measure_month, month_state
from taxi_assets.warehouse.bigquery.jobs import Cost, Jobs
from taxi_assets.warehouse.bigquery.replace_month import replace_month
from taxi_assets.warehouse.bigquery.tables import TYPES
from taxi_assets.warehouse.bigquery.warehouse import BigQueryWarehouse
from taxi_assets.warehouse.bigquery.zones import replace_zones
from taxi_assets.warehouse.checks import MonthFigures
from taxi_assets.warehouse.loading import Loaded
from taxi_assets.warehouse.reconcile import MonthState
from taxi_assets.warehouse.trip_tables import Attempt


@dataclass(frozen=True)
class BigQueryTables:
    """The merged tables of a dataset in BigQuery.

    The resource is the warehouse itself, not a configurable one: Dagster shows and stores what
    those are configured with, which here may be a key.

    Attributes:
        gcp_dataset: name of the dataset in BigQuery.
    """

    gcp_dataset: str

    name = "bigquery"
    types = TYPES

    def full_name(self, table: str) -> str:
        """A table's name with that of its dataset."""
        return f"{self.gcp_dataset}.{table}"

    def description(self, dataset: Dataset) -> str:
        """What the merged table holds, and how a month gets there."""
        return (
            f"{dataset.title} trips, every month in one table.\n\nA month's rows are exactly those "
            "of its file; they arrive in a table of their own and are merged in one transaction."
        )

    def load(
        self,
        resource: BigQueryWarehouse,
        _lake: Lake,
        month: OpenMonth,
        attempt: Attempt,
        force: bool,
    ) -> Loaded:
        """Load a landed month into the merged table, and say what it costs."""
        jobs = jobs_of_attempt(resource, month.file, attempt)
        loaded = replace_month(jobs, month, attempt.run_id, force)
        return replace(loaded, cost=_cost_metadata(jobs.cost))

    def replace_zones(
        self, resource: BigQueryWarehouse, lake: Lake, landed: LandedFile, attempt: Attempt
    ) -> int:
        """Make the table ``zones`` equal to the landed file; how many zones there are."""
        jobs = Jobs(resource, {"dagster-run": attempt.run_id}, _token(attempt))
        with lake.local_path(landed) as path:
            return replace_zones(jobs, path)

    def measure(self, resource: BigQueryWarehouse, file: TripFile) -> MonthFigures:
        """The figures that the checks of a file's month judge."""
        return measure_month(Jobs(resource, _labels(file)), file)

    def state(self, resource: BigQueryWarehouse, file: TripFile) -> MonthState:
        """A file's month as warehouses are compared by it."""
        return month_state(Jobs(resource, _labels(file)), file)


def jobs_of_attempt(warehouse: BigQueryWarehouse, file: TripFile, attempt: Attempt) -> Jobs:
    """The jobs of a month in one try: another try runs its jobs anew."""
    labels = {**_labels(file), "dagster-run": attempt.run_id}
    return Jobs(warehouse, labels, _token(attempt, str(file.month)))


def _labels(file: TripFile) -> dict[str, str]:
    return {"taxi": file.dataset.taxi, "month": str(file.month)}


def _token(attempt: Attempt, month: str = "all") -> str:
    run = attempt.run_id.replace("-", "")
    return f"{month.replace('-', '_')}_{run}_{attempt.retry}"


def _cost_metadata(cost: Cost) -> dict[str, int | float]:
    return {
        "bytes_billed": cost.bytes_billed,
        "slot_seconds": cost.slot_milliseconds / 1000,
        "estimated_price_usd": round(cost.price_usd, 6),
    }
