"""The taxi zones in Postgres."""

import csv
from collections import Counter
from pathlib import Path

from taxi_assets.trips.zones import ZONE_COLUMNS
from taxi_assets.warehouse.postgres.dialect import POSTGRES, SCHEMA, sql
from taxi_assets.warehouse.postgres.session import PostgresSession
from taxi_assets.warehouse.taken_names import taken_by_others


def replace_zones(session: PostgresSession, path: Path) -> int:
    """Replace the table ``zones`` with the published file, in one transaction.

    locationid is text, like pulocationid and dolocationid of the trips, so that they join.

    Returns:
        How many zones there are.

    Raises:
        WarehouseError: somebody else's table or view has that name.
    """
    plain = [POSTGRES.column_name(column.name) for column in ZONE_COLUMNS]
    names = [POSTGRES.quote(name) for name in plain]
    with path.open(encoding="utf-8", newline="") as text:
        rows = list(csv.reader(text))[1:]
    columns = ", ".join(names)
    with session.server.transaction(session.connection):
        session.lock_name("zones")
        session.require_table("zones")
        present = {column.name: column.type for column in session.columns("zones")}
        if present and any(present.get(name) != "text" for name in plain):
            wanted = ", ".join(plain)
            raise taken_by_others(f"{SCHEMA}.zones", f"it lacks {wanted}, each a text")
        session.change(sql("create_zones", definitions=", ".join(f"{name} text" for name in names)))
        # A foreign key of somebody's may refer to them.
        if Counter(session.ask(sql("select_zones", columns=columns))) == Counter(map(tuple, rows)):
            return len(rows)
        # Readers go on with the old rows until the commit; a TRUNCATE would make them wait.
        session.change(sql("delete_zones"))
        statement = sql("copy_zones", columns=columns).text.encode()
        with session.connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
    return len(rows)
