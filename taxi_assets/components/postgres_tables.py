"""Puts a pipeline's tables into Postgres: all of them in one transaction."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import pyarrow as pa

from taxi_assets.components.duckdb_tables import OWNER_COMMENT, made_by_others
from taxi_assets.components.sandboxed_query import POSTGRES_TYPES
from taxi_assets.sql.identifiers import literal, quoted
from taxi_assets.sql.statements import statement
from taxi_assets.warehouse.postgres.connection import Connection, PostgresServer
from taxi_assets.warehouse.postgres.tables import SCHEMA, find_relation, qualified, table_columns


def replace_in_postgres(server: PostgresServer, tables: Mapping[str, pa.Table]) -> None:
    """Make each table equal to these rows; readers see all old ones or all new ones.

    A table whose columns stay keeps its rights and its views.

    Raises:
        WarehouseError: a table or view of that name was made by somebody else.
    """
    with server.connect() as connection, server.transaction(connection):
        for name, rows in tables.items():
            _replace(connection, name, rows)


def _replace(connection: Connection, name: str, rows: pa.Table) -> None:
    table = qualified(name)
    connection.execute(
        statement("taxi_assets.warehouse.postgres", "lock_name").encode(),
        {"name": f"{SCHEMA}.{name}"},
    )
    columns = _columns(rows)
    if find_relation(connection, name) is not None:
        found = connection.execute(_sql("postgres_owner"), {"table": table}).fetchone()
        if found != (OWNER_COMMENT,):
            raise made_by_others(name)
        if table_columns(connection, name) != columns:
            connection.execute(_sql("postgres_drop", table=table))
    declared = ", ".join(f"{quoted(column)} {type_}" for column, type_ in columns)
    connection.execute(_sql("postgres_create", table=table, columns=declared))
    connection.execute(_sql("comment", table=table, comment=literal(OWNER_COMMENT)))
    connection.execute(_sql("postgres_delete", table=table))
    with connection.cursor() as cursor, cursor.copy(_sql("postgres_copy", table=table)) as copy:
        for batch in rows.to_batches():
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                copy.write_row(row)


def _columns(rows: pa.Table) -> list[tuple[str, str]]:
    types = duckdb.from_arrow(rows).types
    return [
        (name, POSTGRES_TYPES.get(str(type_), "numeric"))  # DECIMAL, of any size
        for name, type_ in zip(rows.column_names, types, strict=True)
    ]


def _sql(name: str, /, **identifiers: str) -> bytes:
    return statement(__package__, name, **identifiers).encode()
