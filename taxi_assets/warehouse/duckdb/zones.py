"""The tables about the taxi zones in DuckDB."""

from collections.abc import Sequence

import pyarrow as pa

from taxi_assets.sql.duckdb import DUCKDB
from taxi_assets.trips.zones import ZoneTable
from taxi_assets.warehouse.duckdb.names import require_zones
from taxi_assets.warehouse.duckdb.session import DuckDBSession, sql

_INCOMING = "incoming zones"


def replace_zones(session: DuckDBSession, table: ZoneTable, rows: Sequence[Sequence[str]]) -> None:
    """Replace a table about the zones, in one statement. An empty text becomes NULL.

    LocationID is text, like PULocationID and DOLocationID of the trips, so that they join.

    Raises:
        WarehouseError: somebody else's table or view has that name.
    """
    require_zones(session, table)
    texts = ([text or None for text in column] for column in zip(*rows, strict=True))
    columns = [pa.array(column, pa.string()) for column in texts]
    incoming = pa.table(columns, names=table.column_names)
    session.connection.register(_INCOMING, incoming)
    session.change(
        sql(
            "replace_table",
            table=session.table(table.name),
            incoming=DUCKDB.quote(_INCOMING),
        )
    )
    session.connection.unregister(_INCOMING)
