"""Assets of the BigQuery warehouse."""

import dagster as dg

from taxi_assets.column_schema import merged_schema, raw_schema
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
from taxi_assets.warehouse.bigquery.dataset import ensure_dataset
from taxi_assets.warehouse.bigquery.external_table import ensure_external_table, external_name
from taxi_assets.warehouse.bigquery.figures import measure_month, month_state
from taxi_assets.warehouse.bigquery.jobs import Cost, Jobs
from taxi_assets.warehouse.bigquery.replace_month import replace_month
from taxi_assets.warehouse.bigquery.tables import TYPES
from taxi_assets.warehouse.bigquery.warehouse import BigQueryWarehouse
from taxi_assets.warehouse.bigquery.zones import replace_zones
from taxi_assets.warehouse.check_assets import month_checks
from taxi_assets.warehouse.checks import MonthFigures
from taxi_assets.warehouse.month_assets import LoadConfig, landed_file, landed_zones, load_metadata
from taxi_assets.warehouse.reconcile import MonthState
from taxi_assets.warehouse.reconcile_assets import Side

RESOURCE = "bigquery"
"""Key of the warehouse's resource, and name of its pool and its group.

The resource is the warehouse itself, not a configurable one: Dagster shows and stores what those
are configured with, which here may be a key."""


def dataset_asset(warehouse: BigQueryWarehouse) -> dg.AssetsDefinition:
    """The dataset of the tables."""

    @dg.asset(
        key=["gcp", "dataset"],
        group_name="gcp",
        kinds={"googlecloud", "bigquery"},
        owners=OWNERS,
        description=(
            "The dataset of the tables in BigQuery.\n\nMade where there is none; one that is there "
            "is checked and never changed."
        ),
    )
    def dataset() -> dg.MaterializeResult[None]:
        with dagster_failures():
            state = ensure_dataset(warehouse)
        return dg.MaterializeResult(
            metadata={"dataset": state.name, "location": state.location, "created": state.created}
        )

    return dataset


def bigquery_external_asset(dataset: Dataset, catalog: Catalog) -> dg.AssetsDefinition:
    """The external tables of a dataset, one for each month's file in the bucket."""

    @dg.asset(
        key=[RESOURCE, f"{dataset.table}_ext"],
        deps=[dg.AssetKey(["lake", dataset.table])],
        partitions_def=monthly_partitions(dataset),
        group_name=RESOURCE,
        kinds={"bigquery", "table"},
        owners=OWNERS,
        description=(
            f"{dataset.title} files as they stand in the bucket, read in place.\n\n"
            f"A table for each month, such as `{dataset.table}_2020_04_ext`; a CSV's values are "
            "text."
        ),
        metadata={"dagster/column_schema": raw_schema(dataset)},
        pool=RESOURCE,
    )
    def external(
        context: dg.AssetExecutionContext,
        lake: dg.ResourceParam[Lake],
        bigquery: dg.ResourceParam[BigQueryWarehouse],
    ) -> dg.MaterializeResult[None]:
        with dagster_failures():
            file = catalog.file(dataset, Month.parse(context.partition_key))
            landed = landed_file(lake, file)
            jobs = _jobs(bigquery, file, context)
            uri = f"{lake.url}/{landed.name}"
            replaced = ensure_external_table(jobs, file, uri)
        return dg.MaterializeResult(
            metadata={
                "dagster/table_name": f"{bigquery.address}.{external_name(file)}",
                "dagster/uri": uri,
                "replaced": replaced,
            }
        )

    return external


def bigquery_asset(dataset: Dataset, catalog: Catalog) -> dg.AssetsDefinition:
    """The merged table of a dataset, a month at a time."""

    @dg.asset(
        key=[RESOURCE, dataset.table],
        deps=[dg.AssetKey(["lake", dataset.table])],
        partitions_def=monthly_partitions(dataset),
        group_name=RESOURCE,
        kinds={"bigquery", "table"},
        owners=OWNERS,
        description=(
            f"{dataset.title} trips, every month in one table.\n\nA month's rows are exactly those "
            "of its file; they arrive in a table of their own and are merged in one transaction."
        ),
        metadata={
            "dagster/column_schema": merged_schema(dataset, TYPES),
            "dagster/table_name": f"{catalog.settings.gcp_dataset}.{dataset.table}",
        },
        pool=RESOURCE,
    )
    def merged(
        context: dg.AssetExecutionContext,
        config: LoadConfig,
        lake: dg.ResourceParam[Lake],
        bigquery: dg.ResourceParam[BigQueryWarehouse],
    ) -> dg.MaterializeResult[None]:
        with dagster_failures():
            file = catalog.file(dataset, Month.parse(context.partition_key))
            landed = landed_file(lake, file)
            jobs = _jobs(bigquery, file, context)
            with lake.local_path(landed) as path:
                month = OpenMonth(file, landed, path)
                loaded = replace_month(jobs, month, context.run.run_id, config.force)
        if not loaded.changed:
            context.log.info(f"the table holds this very {file.filename}: nothing to do")
        metadata = {**load_metadata(file, loaded), **_cost_metadata(jobs.cost)}
        return dg.MaterializeResult(metadata=metadata)

    return merged


def bigquery_checks(
    dataset: Dataset, asset: dg.AssetsDefinition, settings: Settings
) -> dg.AssetChecksDefinition:
    """The checks of the merged table."""

    def measure(warehouse: object, file: TripFile) -> MonthFigures:
        assert isinstance(warehouse, BigQueryWarehouse)
        labels = {"taxi": dataset.taxi, "month": str(file.month)}
        return measure_month(Jobs(warehouse, labels), file)

    return month_checks(dataset, asset, settings, RESOURCE, measure)


def bigquery_side(asset: dg.AssetsDefinition) -> Side:
    """The merged table as another warehouse is compared with it."""

    def state(warehouse: object, file: TripFile) -> MonthState:
        assert isinstance(warehouse, BigQueryWarehouse)
        labels = {"taxi": file.dataset.taxi, "month": str(file.month)}
        return month_state(Jobs(warehouse, labels), file)

    return Side(RESOURCE, asset, state)


def bigquery_zones(settings: Settings) -> dg.AssetsDefinition:
    """The taxi zones, to join the trips with."""

    @dg.asset(
        key=[RESOURCE, "zones"],
        deps=[dg.AssetKey(["lake", "zones"])],
        group_name=RESOURCE,
        kinds={"bigquery", "table"},
        owners=OWNERS,
        description="Taxi zones, to join the trips with.\n\nBy PULocationID and DOLocationID.",
        metadata={"dagster/table_name": f"{settings.gcp_dataset}.zones"},
        pool=RESOURCE,
    )
    def zones(
        context: dg.AssetExecutionContext,
        lake: dg.ResourceParam[Lake],
        bigquery: dg.ResourceParam[BigQueryWarehouse],
    ) -> dg.MaterializeResult[None]:
        with dagster_failures():
            landed = landed_zones(lake)
            jobs = Jobs(bigquery, {"dagster-run": context.run.run_id}, _token(context))
            with lake.local_path(landed) as path:
                rows = replace_zones(jobs, path)
        return dg.MaterializeResult(metadata={"dagster/row_count": rows})

    return zones


def _jobs(warehouse: BigQueryWarehouse, file: TripFile, context: dg.AssetExecutionContext) -> Jobs:
    labels = {
        "taxi": file.dataset.taxi,
        "month": str(file.month),
        "dagster-run": context.run.run_id,
    }
    return Jobs(warehouse, labels, _token(context, str(file.month)))


def _token(context: dg.AssetExecutionContext, month: str = "all") -> str:
    """Names this attempt: another one of the same step runs its jobs anew."""
    run = context.run.run_id.replace("-", "")
    return f"{month.replace('-', '_')}_{run}_{context.retry_number}"


def _cost_metadata(cost: Cost) -> dict[str, int | float]:
    return {
        "bytes_billed": cost.bytes_billed,
        "slot_seconds": cost.slot_milliseconds / 1000,
        "estimated_price_usd": round(cost.price_usd, 6),
    }
