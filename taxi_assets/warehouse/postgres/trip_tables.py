"""Postgres's merged tables, as their assets and checks use them."""

from __future__ import annotations

from taxi_assets.lake.lake import Lake
from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.rows.reading import OpenMonth
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.checks import MonthFigures
from taxi_assets.warehouse.loading import Loaded
from taxi_assets.warehouse.postgres.connection import PostgresServer
from taxi_assets.warehouse.postgres.figures import measure_month, month_state
from taxi_assets.warehouse.postgres.replace_month import replace_month
from taxi_assets.warehouse.postgres.tables import SCHEMA, TYPES
from taxi_assets.warehouse.postgres.zones import replace_zones
from taxi_assets.warehouse.reconcile import MonthState
from taxi_assets.warehouse.trip_tables import Attempt


class PostgresTables:
    """The merged tables of a Postgres database.

    The resource is the server itself, not a configurable one: Dagster shows and stores what those
    are configured with, which here is a password.
    """

    name = "postgres"
    types = TYPES

    def full_name(self, table: str) -> str:
        """A table's name with that of its schema."""
        return f"{SCHEMA}.{table}"

    def description(self, dataset: Dataset) -> str:
        """What the merged table holds, and how a month gets there."""
        return (
            f"{dataset.title} trips, every month in one table: `{dataset.table}`. A month's rows "
            "are exactly those of its file; its partition is built aside and swapped in."
        )

    def load(
        self,
        resource: PostgresServer,
        _lake: Lake,
        month: OpenMonth,
        attempt: Attempt,
        force: bool,
    ) -> Loaded:
        """Load a landed month into the merged table."""
        with resource.connect() as connection:
            return replace_month(resource, connection, month, run_id=attempt.run_id, force=force)

    def replace_zones(
        self, resource: PostgresServer, lake: Lake, landed: LandedFile, _attempt: Attempt
    ) -> int:
        """Make the table ``zones`` equal to the landed file; how many zones there are."""
        with resource.connect() as connection, lake.local_path(landed) as path:
            return replace_zones(resource, connection, path)

    def measure(self, resource: PostgresServer, file: TripFile) -> MonthFigures:
        """The figures that the checks of a file's month judge."""
        with resource.connect() as connection:
            return measure_month(resource, connection, file)

    def state(self, resource: PostgresServer, file: TripFile) -> MonthState:
        """A file's month as warehouses are compared by it."""
        with resource.connect() as connection:
            return month_state(resource, connection, file)
