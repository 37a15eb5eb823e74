"""The tables about the taxi zones in Postgres."""

from collections import Counter
from collections.abc import Sequence

from taxi_assets.trips.zones import ZoneTable
from taxi_assets.warehouse.postgres.dialect import POSTGRES, sql
from taxi_assets.warehouse.postgres.session import PostgresSession
from taxi_assets.warehouse.taken_names import taken_by_others


def replace_zones(
    session: PostgresSession, table: ZoneTable, rows: Sequence[Sequence[str]]
) -> None:
    """Replace the rows of a table about the zones, in one transaction.

    locationid is text, like pulocationid and dolocationid of the trips, so that they join.

    Raises:
        WarehouseError: somebody else's table or view has that name.
    """
    plain = [POSTGRES.column_name(name) for name in table.column_names]
    names = [POSTGRES.quote(name) for name in plain]
    parts = {"table": session.table(table.name), "columns": ", ".join(names)}
    with session.server.transaction(session.connection):
        session.lock_name(table.name)
        session.require_table(table.name)
        present = {column.name: column.type for column in session.columns(table.name)}
        if present and any(present.get(name) != "text" for name in plain):
            wanted = ", ".join(plain)
            raise taken_by_others(session.full_name(table.name), f"it lacks {wanted}, each a text")
        session.ensure_schema()
        definitions = ", ".join(f"{name} text" for name in names)
        session.change(sql("create_zones", definitions=definitions, **parts))
        # A foreign key of somebody's may refer to them.
        if Counter(session.ask(sql("select_zones", **parts))) == Counter(map(tuple, rows)):
            return
        # Readers go on with the old rows until the commit; a TRUNCATE would make them wait.
        session.change(sql("delete_zones", **parts))
        statement = sql("copy_zones", **parts).text.encode()
        with session.connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row(row)
