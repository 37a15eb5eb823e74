"""Assets of the Postgres warehouse."""

import dagster as dg

from taxi_assets.column_schema import merged_schema
from taxi_assets.failures import dagster_failures
from taxi_assets.lake.assets import OWNERS
from taxi_assets.lake.lake import Lake
from taxi_assets.lake.reading import OpenMonth
from taxi_assets.partitions import monthly_partitions
from taxi_assets.settings import Settings
from taxi_assets.source.catalog import Catalog
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.check_assets import month_checks
from taxi_assets.warehouse.checks import MonthFigures
from taxi_assets.warehouse.loading import Loaded
from taxi_assets.warehouse.month_assets import LoadConfig, landed_file, landed_zones, load_metadata
from taxi_assets.warehouse.postgres.connection import PostgresServer
from taxi_assets.warehouse.postgres.figures import measure_month, month_state
from taxi_assets.warehouse.postgres.replace_month import replace_month
from taxi_assets.warehouse.postgres.tables import SCHEMA, TYPES
from taxi_assets.warehouse.postgres.zones import replace_zones
from taxi_assets.warehouse.reconcile import MonthState
from taxi_assets.warehouse.reconcile_assets import Side

RESOURCE = "postgres"
"""Key of the warehouse's resource, and name of its pool and its group.

The resource is the server itself, not a configurable one: Dagster shows and stores what those are
configured with, which here is a password."""


def postgres_asset(dataset: Dataset, catalog: Catalog) -> dg.AssetsDefinition:
    """The merged table of a dataset, a month at a time."""

    @dg.asset(
        key=[RESOURCE, dataset.table],
        deps=[dg.AssetKey(["lake", dataset.table])],
        partitions_def=monthly_partitions(dataset),
        group_name=RESOURCE,
        kinds={"postgres", "table"},
        owners=OWNERS,
        description=(
            f"{dataset.title} trips, every month in one table: `{dataset.table}`. A month's rows "
            "are exactly those of its file; its partition is built aside and swapped in."
        ),
        metadata={
            "dagster/column_schema": merged_schema(dataset, TYPES),
            "dagster/table_name": f"{SCHEMA}.{dataset.table}",
        },
        pool=RESOURCE,
    )
    def merged(
        context: dg.AssetExecutionContext,
        config: LoadConfig,
        lake: dg.ResourceParam[Lake],
        postgres: dg.ResourceParam[PostgresServer],
    ) -> dg.MaterializeResult[None]:
        with dagster_failures():
            file = catalog.file(dataset, Month.parse(context.partition_key))
            loaded = load_month(file, lake, postgres, context.run.run_id, config.force)
        if not loaded.changed:
            context.log.info(f"the table holds this very {file.filename}: nothing to do")
        return dg.MaterializeResult(metadata=load_metadata(file, loaded))

    return merged


def load_month(
    file: TripFile,
    lake: Lake,
    server: PostgresServer,
    run_id: str,
    force: bool,
) -> Loaded:
    """Load a landed month into the merged table.

    Raises:
        InvalidFileError: the file has not landed, or has values that do not fit.
    """
    landed = landed_file(lake, file)
    with server.connect() as connection, lake.local_path(landed) as path:
        month = OpenMonth(file, landed, path)
        return replace_month(server, connection, month, run_id=run_id, force=force)


def postgres_checks(
    dataset: Dataset, asset: dg.AssetsDefinition, settings: Settings
) -> dg.AssetChecksDefinition:
    """The checks of the merged table."""

    def measure(server: object, file: TripFile) -> MonthFigures:
        assert isinstance(server, PostgresServer)
        with server.connect() as connection:
            return measure_month(server, connection, file)

    return month_checks(dataset, asset, settings, RESOURCE, measure)


def postgres_side(asset: dg.AssetsDefinition) -> Side:
    """The merged table as another warehouse is compared with it."""

    def state(warehouse: object, file: TripFile) -> MonthState:
        assert isinstance(warehouse, PostgresServer)
        with warehouse.connect() as connection:
            return month_state(warehouse, connection, file)

    return Side(RESOURCE, asset, state)


def postgres_zones() -> dg.AssetsDefinition:
    """The taxi zones, to join the trips with."""

    @dg.asset(
        key=[RESOURCE, "zones"],
        deps=[dg.AssetKey(["lake", "zones"])],
        group_name=RESOURCE,
        kinds={"postgres", "table"},
        owners=OWNERS,
        description="Taxi zones, to join with PULocationID and DOLocationID.",
        metadata={"dagster/table_name": f"{SCHEMA}.zones"},
        pool=RESOURCE,
    )
    def zones(
        lake: dg.ResourceParam[Lake], postgres: dg.ResourceParam[PostgresServer]
    ) -> dg.MaterializeResult[None]:
        with dagster_failures():
            landed = landed_zones(lake)
            with postgres.connect() as connection, lake.local_path(landed) as path:
                rows = replace_zones(postgres, connection, path)
        return dg.MaterializeResult(metadata={"dagster/row_count": rows})

    return zones
