"""Assets of the tables about the zones, the same in every warehouse."""

from functools import partial

import dagster as dg

from taxi_assets.errors import DamagedCopyError, InvalidFileError
from taxi_assets.failures import dagster_failures
from taxi_assets.lake.assets import OWNERS
from taxi_assets.lake.fetching import land_zones, restored
from taxi_assets.lake.lake import Lake
from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.rows.zone_rows import ZoneRow, zone_rows
from taxi_assets.source.catalog import Catalog
from taxi_assets.trips.zones import ZoneTable
from taxi_assets.warehouse.interface import Warehouse
from taxi_assets.warehouse.month_assets import attempt_of
from taxi_assets.warehouse.registry import warehouse_in


def zone_table_asset(
    warehouse: Warehouse, catalog: Catalog, table: ZoneTable
) -> dg.AssetsDefinition:
    """A table about the zones in a warehouse."""

    @dg.asset(
        key=[warehouse.name, table.name],
        deps=[dg.AssetKey(["lake", table.name])],
        group_name=warehouse.name,
        kinds={warehouse.name, "table"},
        owners=OWNERS,
        description=table.description,
        metadata={"dagster/table_name": warehouse.full_name(table.name)},
        required_resource_keys={"lake", warehouse.name},
        pool=warehouse.name,
    )
    def zones(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        lake: Lake = context.resources.lake
        resource = warehouse_in(context, warehouse.name)
        with dagster_failures():
            try:
                rows = _rows(lake, table, landed_zones(lake, table))
            except DamagedCopyError as damage:
                landed = restored(damage, partial(land_zones, lake, catalog, table))
                rows = _rows(lake, table, landed)
            resource.replace_zones(table, rows, attempt_of(context))
        return dg.MaterializeResult(metadata={"dagster/row_count": len(rows)})

    return zones


def landed_zones(lake: Lake, table: ZoneTable) -> LandedFile:
    """The file about the zones in the lake.

    Raises:
        InvalidFileError: it has not landed.
    """
    landed = lake.find(table.landed)
    if landed is None:
        raise InvalidFileError(
            f"{table.landed} is not in the lake {lake.url}", f"materialize lake/{table.name} first"
        )
    return landed


def _rows(lake: Lake, table: ZoneTable, landed: LandedFile) -> list[ZoneRow]:
    with lake.local_copy(landed) as copy:
        copy.prove()
        return zone_rows(table, copy.path)
