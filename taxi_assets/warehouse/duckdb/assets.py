"""Assets of the DuckDB warehouse."""

from functools import partial

import dagster as dg

from taxi_assets.column_schema import merged_schema
from taxi_assets.errors import InvalidFileError
from taxi_assets.failures import dagster_failures
from taxi_assets.lake.assets import OWNERS
from taxi_assets.lake.lake import Lake
from taxi_assets.lake.reading import OpenMonth
from taxi_assets.lake.typed_rows import TYPES
from taxi_assets.partitions import monthly_partitions
from taxi_assets.settings import Settings
from taxi_assets.source.catalog import Catalog
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.check_assets import month_checks
from taxi_assets.warehouse.checks import MonthFigures
from taxi_assets.warehouse.duckdb.external_view import refresh_external_view
from taxi_assets.warehouse.duckdb.figures import measure_month, month_state
from taxi_assets.warehouse.duckdb.replace_month import replace_month
from taxi_assets.warehouse.duckdb.resource import DuckDBWarehouse
from taxi_assets.warehouse.duckdb.zones import replace_zones
from taxi_assets.warehouse.loading import Loaded
from taxi_assets.warehouse.month_assets import LoadConfig, landed_file, landed_zones, load_metadata
from taxi_assets.warehouse.reconcile import MonthState
from taxi_assets.warehouse.reconcile_assets import Side

RESOURCE = "duckdb"
"""Key of the warehouse's resource, and name of its pool and its group."""


def duckdb_asset(dataset: Dataset, catalog: Catalog) -> dg.AssetsDefinition:
    """The merged table of a dataset, a month at a time."""

    @dg.asset(
        key=[RESOURCE, dataset.table],
        deps=[dg.AssetKey(["lake", dataset.table])],
        partitions_def=monthly_partitions(dataset),
        group_name=RESOURCE,
        kinds={"duckdb", "table"},
        owners=OWNERS,
        description=(
            f"{dataset.title} trips, every month in one table.\n\nA month's rows "
            "are exactly those of its file and are replaced in one transaction; "
            f"`{dataset.table}_ext` reads the raw files themselves."
        ),
        metadata={
            "dagster/column_schema": merged_schema(dataset, TYPES),
            "dagster/table_name": f"main.{dataset.table}",
        },
        pool=RESOURCE,
    )
    def merged(
        context: dg.AssetExecutionContext,
        config: LoadConfig,
        lake: dg.ResourceParam[Lake],
        duckdb: DuckDBWarehouse,
    ) -> dg.MaterializeResult[None]:
        with dagster_failures():
            file = catalog.file(dataset, Month.parse(context.partition_key))
            loaded = load_month(file, lake, duckdb, context.run.run_id, config.force)
        if not loaded.changed:
            context.log.info(f"the table holds this very {file.filename}: nothing to do")
        return dg.MaterializeResult(metadata=load_metadata(file, loaded))

    return merged


def load_month(
    file: TripFile, lake: Lake, duckdb: DuckDBWarehouse, run_id: str, force: bool
) -> Loaded:
    """Load a landed month into the merged table and let the external view read it.

    Raises:
        InvalidFileError: the file has not landed, or has values that do not fit.
    """
    landed = landed_file(lake, file)
    with duckdb.get_connection() as connection, lake.local_path(landed) as path:
        refresh = partial(refresh_external_view, connection, lake, file.dataset)
        month = OpenMonth(file, landed, path)
        try:
            loaded = replace_month(connection, month, run_id, force, before_commit=refresh)
        except InvalidFileError:
            # The lake has this file in place of the one that was loaded.
            refresh()
            raise
        if not loaded.changed:
            # The lake may have got back the file that was loaded.
            refresh()
    return loaded


def duckdb_checks(
    dataset: Dataset, asset: dg.AssetsDefinition, settings: Settings
) -> dg.AssetChecksDefinition:
    """The checks of the merged table."""

    def measure(warehouse: object, file: TripFile) -> MonthFigures:
        assert isinstance(warehouse, DuckDBWarehouse)
        with warehouse.get_connection() as connection:
            return measure_month(connection, file)

    return month_checks(dataset, asset, settings, RESOURCE, measure)


def duckdb_side(asset: dg.AssetsDefinition) -> Side:
    """The merged table as another warehouse is compared with it."""

    def state(warehouse: object, file: TripFile) -> MonthState:
        assert isinstance(warehouse, DuckDBWarehouse)
        with warehouse.get_connection() as connection:
            return month_state(connection, file)

    return Side(RESOURCE, asset, state)


def duckdb_zones() -> dg.AssetsDefinition:
    """The taxi zones, to join the trips with."""

    @dg.asset(
        key=[RESOURCE, "zones"],
        deps=[dg.AssetKey(["lake", "zones"])],
        group_name=RESOURCE,
        kinds={"duckdb", "table"},
        owners=OWNERS,
        description="Taxi zones, to join the trips with.\n\nBy PULocationID and DOLocationID.",
        metadata={"dagster/table_name": "main.zones"},
        pool=RESOURCE,
    )
    def zones(lake: dg.ResourceParam[Lake], duckdb: DuckDBWarehouse) -> dg.MaterializeResult[None]:
        with dagster_failures():
            landed = landed_zones(lake)
            with duckdb.get_connection() as connection, lake.local_path(landed) as path:
                rows = replace_zones(connection, path)
        return dg.MaterializeResult(metadata={"dagster/row_count": rows})

    return zones
