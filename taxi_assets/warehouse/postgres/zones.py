"""The taxi zones in Postgres."""

import csv
from pathlib import Path

from taxi_assets.sql.identifiers import quoted
from taxi_assets.trips.zones import ZONE_COLUMNS
from taxi_assets.warehouse.postgres.connection import Connection, PostgresServer, sql


def replace_zones(server: PostgresServer, connection: Connection, path: Path) -> int:
    """Make the table ``zones`` equal to the published file, in one transaction.

    locationid is text, as pulocationid and dolocationid of the trips are, so that they join.

    Returns:
        How many zones there are.
    """
    names = [quoted(column.name.lower()) for column in ZONE_COLUMNS]
    with path.open(encoding="utf-8", newline="") as text:
        rows = list(csv.reader(text))[1:]
    with server.transaction(connection), connection.cursor() as cursor:
        cursor.execute(sql("lock_name"), {"name": "public.zones"})
        cursor.execute(sql("create_zones", columns=", ".join(f"{name} text" for name in names)))
        # Readers go on with the old rows until the commit; a TRUNCATE would make them wait.
        cursor.execute(sql("delete_zones"))
        with cursor.copy(sql("copy_zones", columns=", ".join(names))) as copy:
            for row in rows:
                copy.write_row(row)
    return len(rows)
