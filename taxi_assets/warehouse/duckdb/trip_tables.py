"""DuckDB's merged tables, as their assets and checks use them."""

from __future__ import annotations

from functools import partial

from taxi_assets.errors import InvalidFileError
from taxi_assets.lake.lake import Lake
from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.rows.reading import OpenMonth
from taxi_assets.rows.typed_rows import TYPES
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.checks import MonthFigures
from taxi_assets.warehouse.duckdb.external_view import refresh_external_view
from taxi_assets.warehouse.duckdb.figures import measure_month, month_state
from taxi_assets.warehouse.duckdb.replace_month import replace_month
from taxi_assets.warehouse.duckdb.resource import DuckDBWarehouse
from taxi_assets.warehouse.duckdb.zones import replace_zones
from taxi_assets.warehouse.loading import Loaded
from taxi_assets.warehouse.reconcile import MonthState
from taxi_assets.warehouse.trip_tables import Attempt


class DuckDBTables:
    """The merged tables in a DuckDB file, each with a view of the raw files beside it."""

    name = "duckdb"
    types = TYPES

    def full_name(self, table: str) -> str:
        """A table's name with that of its schema."""
        return f"main.{table}"

    def description(self, dataset: Dataset) -> str:
        """What the merged table holds, and how a month gets there."""
        return (
            f"{dataset.title} trips, every month in one table.\n\nA month's rows "
            "are exactly those of its file and are replaced in one transaction; "
            f"`{dataset.table}_ext` reads the raw files themselves."
        )

    def load(
        self,
        resource: DuckDBWarehouse,
        lake: Lake,
        month: OpenMonth,
        attempt: Attempt,
        force: bool,
    ) -> Loaded:
        """Load a landed month into the merged table and let the external view read it."""
        with resource.get_connection() as connection:
            refresh = partial(refresh_external_view, connection, lake, month.file.dataset)
            try:
                loaded = replace_month(
                    connection, month, attempt.run_id, force, before_commit=refresh
                )
            except InvalidFileError:
                # The lake has this file in place of the one that was loaded.
                refresh()
                raise
            if not loaded.changed:
                # The lake may have got back the file that was loaded.
                refresh()
        return loaded

    def replace_zones(
        self, resource: DuckDBWarehouse, lake: Lake, landed: LandedFile, _attempt: Attempt
    ) -> int:
        """Make the table ``zones`` equal to the landed file; how many zones there are."""
        with resource.get_connection() as connection, lake.local_path(landed) as path:
            return replace_zones(connection, path)

    def measure(self, resource: DuckDBWarehouse, file: TripFile) -> MonthFigures:
        """The figures that the checks of a file's month judge."""
        with resource.get_connection() as connection:
            return measure_month(connection, file)

    def state(self, resource: DuckDBWarehouse, file: TripFile) -> MonthState:
        """A file's month as warehouses are compared by it."""
        with resource.get_connection() as connection:
            return month_state(connection, file)
