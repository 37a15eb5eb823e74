"""Dagster's code location: assembles all parts of the project for the given settings."""

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path

import dagster as dg

from taxi_assets.assistant.assets import assistant_definitions
from taxi_assets.automation.alerts import alert_sensor
from taxi_assets.automation.audits import audit_definitions
from taxi_assets.automation.freshness import freshness_checks, freshness_job
from taxi_assets.automation.instance import require_plain_home
from taxi_assets.automation.jobs import load_job, zones_job
from taxi_assets.automation.maintenance import maintenance_definitions
from taxi_assets.automation.republished import republished_sensors
from taxi_assets.automation.schedules import newest_months_schedules
from taxi_assets.components.definitions import pipeline_definitions
from taxi_assets.gcp.assets import bucket_asset
from taxi_assets.gcp.cloud import google_cloud_of
from taxi_assets.lake.assets import lake_asset, source_spec
from taxi_assets.lake.resource import lake_of
from taxi_assets.lake.zone_assets import zones_asset, zones_source_spec
from taxi_assets.report.assets import report_definitions
from taxi_assets.settings import Settings, read_settings
from taxi_assets.source.catalog import Catalog
from taxi_assets.starter.definitions import starter_definitions
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.zones import ZONE_TABLES
from taxi_assets.warehouse.check_assets import month_checks
from taxi_assets.warehouse.interface import OwnAsset, Warehouse
from taxi_assets.warehouse.month_assets import merged_asset
from taxi_assets.warehouse.reconcile_assets import Side, in_fixed_order, reconcile_checks
from taxi_assets.warehouse.registry import warehouse_of, warehouses_of
from taxi_assets.warehouse.zone_assets import zone_table_asset

_OWN = Path(__file__).with_name("defs")
"""Where `dg scaffold` writes. Dagster's own loader reads it, if there is anything."""

_EMPTY = ("__init__.py", "__pycache__")


def build_definitions(settings: Settings) -> dg.Definitions:
    """All of Dagster's definitions for these settings."""
    catalog = Catalog(settings)
    warehouses = warehouses_of(settings)
    zones = [
        *(zones_asset(catalog, table) for table in ZONE_TABLES),
        *(
            zone_table_asset(warehouse, catalog, table)
            for table in ZONE_TABLES
            for warehouse in warehouses
        ),
    ]
    resources: dict[str, object] = {
        "lake": lake_of(settings),
        # The starter pipelines always write their table to DuckDB.
        "duckdb": warehouse_of("duckdb", settings),
        **{warehouse.name: warehouse for warehouse in warehouses},
    }
    datasets = settings.datasets
    own_of = {each.name: each.own_assets(datasets, catalog) for each in warehouses}
    own = [each.asset for of_one in own_of.values() for each in of_one]
    sensors = [*republished_sensors(catalog), alert_sensor(settings.alert_webhook, datasets)]
    built = dg.Definitions.merge(
        dg.Definitions(
            assets=[*map(zones_source_spec, ZONE_TABLES), *zones, *own],
            resources=resources,
            schedules=newest_months_schedules(catalog),
            sensors=sensors,
            # A month is not enough work for one process per step.
            executor=dg.in_process_executor,
        ),
        zones_job(zones),
        starter_definitions(settings),
        pipeline_definitions(settings),
        report_definitions(settings),
        assistant_definitions(settings),
        _of_models(settings),
        _of_bucket(settings),
        maintenance_definitions(settings),
        audit_definitions(catalog, warehouses),
        freshness_job(freshness_checks(catalog), settings),
        *(_of_dataset(dataset, catalog, warehouses, own_of) for dataset in datasets),
    )
    return _with_code_references(built)


def _with_code_references(built: dg.Definitions) -> dg.Definitions:
    """Add to each asset the file and line of its code, which the UI shows."""
    kept = ("schedules", "sensors", "jobs", "resources", "executor", "loggers", "asset_checks")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", dg.BetaWarning)
        assets = dg.with_source_code_references(list(built.assets or ()))
        return dg.Definitions(assets=assets, **{name: getattr(built, name) for name in kept})


def _of_models(settings: Settings) -> dg.Definitions:
    if settings.analytics == "off":
        return dg.Definitions()
    from taxi_assets.analytics.extra import needs_extra  # dbt takes seconds to import

    with needs_extra():
        from taxi_assets.analytics.assets import analytics_definitions
    return analytics_definitions(settings)


def _of_bucket(settings: Settings) -> dg.Definitions:
    if settings.lake_bucket is None:
        return dg.Definitions()
    from taxi_assets.gcp.storage_resource import storage_resource

    bucket, _ = settings.lake_bucket
    cloud = google_cloud_of(settings)
    return dg.Definitions(
        assets=[bucket_asset(cloud, bucket)], resources={"gcs": storage_resource(cloud, bucket)}
    )


def _of_dataset(
    dataset: Dataset,
    catalog: Catalog,
    warehouses: Sequence[Warehouse],
    own_of: Mapping[str, Sequence[OwnAsset]],
) -> dg.Definitions:
    settings = catalog.settings
    by_name = {warehouse.name: warehouse for warehouse in warehouses}
    sides = []
    for each in map(by_name.__getitem__, in_fixed_order(by_name)):
        sources = [own.asset.key for own in own_of[each.name] if own.feeds_table_of(dataset)]
        sides.append(Side(each, merged_asset(each, dataset, catalog, sources)))
    own = [each.asset for of_one in own_of.values() for each in of_one if each.dataset is dataset]
    assets = [lake_asset(dataset, catalog), *(side.asset for side in sides)]
    checks = [month_checks(dataset, side.asset, settings, side.warehouse) for side in sides]
    checks += reconcile_checks(dataset, sides)
    return dg.Definitions.merge(
        dg.Definitions(assets=[source_spec(dataset), *assets], asset_checks=checks),
        load_job(dataset, [*assets, *own], checks, catalog),
    )


@dg.definitions
def defs() -> dg.Definitions:
    """The code location."""
    settings = read_settings()
    require_plain_home(settings.dagster_home)
    built = build_definitions(settings)
    if not any(path.name not in _EMPTY for path in _OWN.iterdir()):
        return built
    return dg.Definitions.merge(built, dg.load_from_defs_folder(path_within_project=_OWN))
