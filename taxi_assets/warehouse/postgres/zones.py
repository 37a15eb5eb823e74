"""The taxi zones in Postgres."""

import csv
from pathlib import Path

from taxi_assets.trips.zones import ZONE_COLUMNS
from taxi_assets.warehouse.postgres.dialect import POSTGRES, sql
from taxi_assets.warehouse.postgres.session import PostgresSession


def replace_zones(session: PostgresSession, path: Path) -> int:
    """Replace the table ``zones`` with the published file, in one transaction.

    locationid is text, like pulocationid and dolocationid of the trips, so that they join.

    Returns:
        How many zones there are.
    """
    names = [POSTGRES.identifier(column.name) for column in ZONE_COLUMNS]
    with path.open(encoding="utf-8", newline="") as text:
        rows = list(csv.reader(text))[1:]
    columns = ", ".join(names)
    with session.server.transaction(session.connection):
        session.lock_name("zones")
        session.change(sql("create_zones", definitions=", ".join(f"{name} text" for name in names)))
        # Readers go on with the old rows until the commit; a TRUNCATE would make them wait.
        session.change(sql("delete_zones"))
        statement = sql("copy_zones", columns=columns).text.encode()
        with session.connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    return len(rows)
