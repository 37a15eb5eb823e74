"""What is deployed: the parts put together for the settings that hold here."""

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
from taxi_assets.warehouse.bigquery.assets import (
    bigquery_asset,
    bigquery_checks,
    bigquery_external_asset,
    bigquery_side,
    bigquery_zones,
    dataset_asset,
)
from taxi_assets.warehouse.bigquery.warehouse import bigquery_of
from taxi_assets.warehouse.duckdb.assets import (
    duckdb_asset,
    duckdb_checks,
    duckdb_side,
    duckdb_zones,
)
from taxi_assets.warehouse.duckdb.resource import DuckDBWarehouse
from taxi_assets.warehouse.postgres.assets import (
    postgres_asset,
    postgres_checks,
    postgres_side,
    postgres_zones,
)
from taxi_assets.warehouse.postgres.server import server_of
from taxi_assets.warehouse.reconcile_assets import Side, reconcile_checks


def build_definitions(settings: Settings) -> dg.Definitions:
    """Everything that Dagster runs, for these settings."""
    catalog = Catalog(settings)
    zones = [zones_asset(catalog)]
    resources: dict[str, object] = {
        "lake": lake_of(settings),
        "duckdb": DuckDBWarehouse(
            database=str(settings.duckdb_file),
            memory_gb=settings.duckdb_memory_gb,
            wait_seconds=settings.duckdb_wait_seconds,
        ),
    }
    if Warehouse.DUCKDB in settings.warehouses:
        zones.append(duckdb_zones())
    if Warehouse.POSTGRES in settings.warehouses:
        zones.append(postgres_zones())
        resources["postgres"] = server_of(settings)
    if Warehouse.BIGQUERY in settings.warehouses:
        zones.append(bigquery_zones(settings))
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


def _of_dataset(dataset: Dataset, catalog: Catalog) -> dg.Definitions:
    assets = [lake_asset(dataset, catalog)]
    checks: list[dg.AssetChecksDefinition] = []
    sides: list[Side] = []
    if Warehouse.DUCKDB in catalog.settings.warehouses:
        assets.append(duckdb_asset(dataset, catalog))
        checks.append(duckdb_checks(dataset, assets[-1], catalog.settings))
        sides.append(duckdb_side(assets[-1]))
    if Warehouse.POSTGRES in catalog.settings.warehouses:
        assets.append(postgres_asset(dataset, catalog))
        checks.append(postgres_checks(dataset, assets[-1], catalog.settings))
        sides.append(postgres_side(assets[-1]))
    if Warehouse.BIGQUERY in catalog.settings.warehouses:
        assets.append(bigquery_asset(dataset, catalog))
        checks.append(bigquery_checks(dataset, assets[-1], catalog.settings))
        sides.append(bigquery_side(assets[-1]))
        if catalog.settings.lake_bucket is not None:
            assets.append(bigquery_external_asset(dataset, catalog))
    checks += reconcile_checks(dataset, sides)
    return dg.Definitions.merge(
        dg.Definitions(assets=[source_spec(dataset), *assets], asset_checks=checks),
        load_job(dataset, assets, checks, catalog),
    )


@dg.definitions
def defs() -> dg.Definitions:
    """The code location."""
    return build_definitions(read_settings())
