"""The taxi zones in DuckDB."""

from pathlib import Path

from taxi_assets.sql.duckdb import DUCKDB, only_path
from taxi_assets.trips.zones import ZONE_COLUMNS
from taxi_assets.warehouse.duckdb.names import require_zones
from taxi_assets.warehouse.duckdb.session import DuckDBSession, sql


def replace_zones(session: DuckDBSession, path: Path) -> int:
    """Replace the table ``zones`` with the published file, in one statement.

    LocationID is text, like PULocationID and DOLocationID of the trips, so that they join.

    Returns:
        How many zones there are.

    Raises:
        WarehouseError: somebody else's table or view has that name.
    """
    require_zones(session)
    columns = ", ".join(DUCKDB.identifier(column.name) for column in ZONE_COLUMNS)
    session.change(sql("replace_zones", columns=columns), {"path": only_path(path)})
    [(count,)] = session.ask(sql("count_zones"))
    return int(str(count))
