"""What is deployed: the parts put together for the settings that hold here."""

from typing import Any

import dagster as dg

from taxi_assets.assistant.assets import assistant_definitions
from taxi_assets.automation.alerts import alert_sensors
from taxi_assets.automation.freshness import freshness_checks, freshness_job
from taxi_assets.automation.jobs import load_job, zones_job
from taxi_assets.automation.maintenance import maintenance_definitions
from taxi_assets.automation.republished_sensor import republished_sensors
from taxi_assets.automation.schedules import newest_months_schedules
from taxi_assets.components.definitions import pipeline_definitions
from taxi_assets.gcp.assets import bucket_asset
from taxi_assets.gcp.cloud import google_cloud_of
from taxi_assets.lake.assets import lake_asset, source_spec, zones_asset, zones_source_spec
from taxi_assets.lake.resource import lake_of
from taxi_assets.report.assets import report_definitions
from taxi_assets.settings import Settings, Warehouse, read_settings
from taxi_assets.source.catalog import Catalog
from taxi_assets.starter.definitions import starter_definitions
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.warehouse.bigquery.assets import bigquery_external_asset, dataset_asset
from taxi_assets.warehouse.bigquery.trip_tables import BigQueryTables
from taxi_assets.warehouse.bigquery.warehouse import bigquery_of
from taxi_assets.warehouse.check_assets import month_checks
from taxi_assets.warehouse.duckdb.resource import DuckDBWarehouse
from taxi_assets.warehouse.duckdb.trip_tables import DuckDBTables
from taxi_assets.warehouse.month_assets import merged_asset, zones_table_asset
from taxi_assets.warehouse.postgres.server import server_of
from taxi_assets.warehouse.postgres.trip_tables import PostgresTables
from taxi_assets.warehouse.reconcile_assets import Side, reconcile_checks
from taxi_assets.warehouse.trip_tables import TripTables


def build_definitions(settings: Settings) -> dg.Definitions:
    """Everything that Dagster runs, for these settings."""
    catalog = Catalog(settings)
    zones = [zones_asset(catalog), *map(zones_table_asset, _tables(settings))]
    resources: dict[str, object] = {
        "lake": lake_of(settings),
        "duckdb": DuckDBWarehouse(
            database=str(settings.duckdb_file),
            memory_gb=settings.duckdb_memory_gb,
            wait_seconds=settings.duckdb_wait_seconds,
        ),
    }
    if Warehouse.POSTGRES in settings.warehouses:
        resources["postgres"] = server_of(settings)
    if Warehouse.BIGQUERY in settings.warehouses:
        resources["bigquery"] = bigquery_of(settings)
    sensors = republished_sensors(catalog)
    if settings.alert_webhook is not None:
        sensors += alert_sensors(settings.alert_webhook)
    return dg.Definitions.merge(
        dg.Definitions(
            assets=[zones_source_spec(), *zones],
            resources=resources,
            schedules=newest_months_schedules(catalog),
            sensors=sensors,
            # A month is too little work for a process per step.
            executor=dg.in_process_executor,
        ),
        zones_job(zones),
        starter_definitions(settings),
        pipeline_definitions(settings),
        report_definitions(settings),
        assistant_definitions(settings),
        _of_google_cloud(settings),
        maintenance_definitions(settings),
        freshness_job(freshness_checks(catalog), settings),
        *(_of_dataset(dataset, catalog) for dataset in DATASETS.values()),
    )


def _of_google_cloud(settings: Settings) -> dg.Definitions:
    assets = []
    if settings.lake_bucket is not None:
        bucket, _ = settings.lake_bucket
        assets.append(bucket_asset(google_cloud_of(settings), bucket))
    if Warehouse.BIGQUERY in settings.warehouses:
        assets.append(dataset_asset(bigquery_of(settings)))
    return dg.Definitions(assets=assets)


def _tables(settings: Settings) -> list[TripTables[Any]]:
    """The tables of the warehouses in use; the others are compared with the first."""
    tables: dict[Warehouse, TripTables[Any]] = {
        Warehouse.DUCKDB: DuckDBTables(),
        Warehouse.POSTGRES: PostgresTables(),
        Warehouse.BIGQUERY: BigQueryTables(settings.gcp_dataset),
    }
    return [its for warehouse, its in tables.items() if warehouse in settings.warehouses]


def _of_dataset(dataset: Dataset, catalog: Catalog) -> dg.Definitions:
    settings = catalog.settings
    sides = [Side(tables, merged_asset(tables, dataset, catalog)) for tables in _tables(settings)]
    assets = [lake_asset(dataset, catalog), *(side.asset for side in sides)]
    if Warehouse.BIGQUERY in settings.warehouses and settings.lake_bucket is not None:
        assets.append(bigquery_external_asset(dataset, catalog))
    checks = [month_checks(dataset, side.asset, settings, side.tables) for side in sides]
    checks += reconcile_checks(dataset, sides)
    return dg.Definitions.merge(
        dg.Definitions(assets=[source_spec(dataset), *assets], asset_checks=checks),
        load_job(dataset, assets, checks, catalog),
    )


@dg.definitions
def defs() -> dg.Definitions:
    """The code location."""
    return build_definitions(read_settings())
