"""Assets of the report: a summary of each warehouse, and the coverage of all."""

import dagster as dg

from taxi_assets.failures import dagster_failures
from taxi_assets.lake.assets import OWNERS
from taxi_assets.report.figures import busy_months
from taxi_assets.report.metadata import coverage_metadata, map_metadata, summary_metadata
from taxi_assets.report.zone_maps import newest_maps
from taxi_assets.settings import Settings
from taxi_assets.status.coverage import coverage
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.warehouse.interface import Warehouse
from taxi_assets.warehouse.registry import warehouses_of
from taxi_assets.warehouse.summaries import fresh_summaries
from taxi_assets.warehouse.summary_records import COUNTS, SUMMARIES
from taxi_assets.warehouse.zone_figures import ZoneShape, read_shapes

GROUP = "summary"
SUMMARY_JOB = "summarize"


def report_definitions(settings: Settings) -> dg.Definitions:
    """The assets, and the job that brings all of them up to date."""
    summaries = [_summary(warehouse, settings) for warehouse in warehouses_of(settings)]
    assets = [*summaries, _coverage(settings)]
    job = dg.define_asset_job(
        SUMMARY_JOB,
        dg.AssetSelection.assets(*assets),
        description="Summarize the months that were loaded since, and show what is there.",
    )
    return dg.Definitions(assets=assets, jobs=[job])


def _summary(warehouse: Warehouse, settings: Settings) -> dg.AssetsDefinition:
    """The asset is not partitioned: it reads only changed months and shows all of them."""

    @dg.asset(
        key=[warehouse.name, SUMMARIES.name],
        deps=_tables(warehouse.name, settings),
        group_name=GROUP,
        kinds={warehouse.name, "table"},
        owners=OWNERS,
        description=(
            "Trips, passengers, miles, fares, tips, median duration, busiest zones and hours of "
            f"each month.\n\nIn the tables `{SUMMARIES.name}` and `{COUNTS.name}`; only months "
            "whose file changed are summarized anew."
        ),
        pool=warehouse.name,
    )
    def summarized() -> dg.MaterializeResult[None]:
        with dagster_failures():
            changed, found = fresh_summaries(warehouse, list(DATASETS.values()))
            shapes = _shapes(warehouse)
        metadata = summary_metadata(busy_months(found)) | map_metadata(newest_maps(found, shapes))
        return dg.MaterializeResult(metadata={"months_summarized": changed, **metadata})

    return summarized


def _shapes(warehouse: Warehouse) -> list[ZoneShape]:
    if not warehouse.exists():
        return []
    with warehouse.session() as session:
        return read_shapes(session)


def _coverage(settings: Settings) -> dg.AssetsDefinition:
    tables = [key for name in settings.warehouses for key in _tables(name, settings)]

    @dg.asset(
        key=[GROUP, "coverage"],
        deps=tables,
        group_name=GROUP,
        owners=OWNERS,
        description="Which months are where, whether they agree, and how fast they were loaded.",
    )
    def covered(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        with dagster_failures():
            lines = coverage(settings, list(DATASETS.values()))
        rates = {"/".join(key.path): _rates(context.instance, key) for key in tables}
        loaded = {name: months for name, months in rates.items() if months}
        return dg.MaterializeResult(metadata=coverage_metadata(lines, loaded))

    return covered


def _tables(warehouse: str, settings: Settings) -> list[dg.AssetKey]:
    return [dg.AssetKey([warehouse, dataset.table]) for dataset in settings.datasets]


def _rates(instance: dg.DagsterInstance, key: dg.AssetKey) -> dict[str, float]:
    """Rows per second of each month's newest load that changed something."""
    records = instance.fetch_materializations(key, limit=_LOADS).records
    rates: dict[str, float] = {}
    for record in records:
        found = record.asset_materialization
        if found is None or found.partition is None or found.partition in rates:
            continue
        value = found.metadata.get("rows_per_second")
        if isinstance(value, dg.IntMetadataValue) and value.value:
            rates[found.partition] = value.value
    return rates


_LOADS = 500
"""How many of a table's newest loads are read: one for each month of forty years."""
