"""The taxi zones in DuckDB."""

from pathlib import Path

import duckdb

from taxi_assets.sql.identifiers import quoted
from taxi_assets.sql.statements import statement
from taxi_assets.trips.zones import ZONE_COLUMNS


def replace_zones(connection: duckdb.DuckDBPyConnection, path: Path) -> int:
    """Make the table ``zones`` equal to the published file, in one statement.

    LocationID is text, as PULocationID and DOLocationID of the trips are, so that they join.

    Returns:
        How many zones there are.
    """
    columns = ", ".join(quoted(column.name) for column in ZONE_COLUMNS)
    query = statement(__package__, "replace_zones", columns=columns)
    connection.execute(query, {"path": str(path)})
    return int(connection.execute(statement(__package__, "count_zones")).fetchall()[0][0])
