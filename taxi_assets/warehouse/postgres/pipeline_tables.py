"""Writes all tables of a pipeline to Postgres in one transaction."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from taxi_assets.warehouse.pipeline_tables import OWNER_COMMENT, made_by_others, sql_types
from taxi_assets.warehouse.postgres.dialect import POSTGRES, qualified, sql
from taxi_assets.warehouse.postgres.session import PostgresSession


def replace_tables(session: PostgresSession, tables: Mapping[str, pa.Table]) -> None:
    """Replace the rows of each table. Readers see either all old rows or all new rows.

    A table whose columns do not change keeps its rights and views.

    Raises:
        WarehouseError: a table or view of that name was made by somebody else.
    """
    with session.server.transaction(session.connection):
        for name, rows in tables.items():
            _replace(session, name, rows)


def _replace(session: PostgresSession, name: str, rows: pa.Table) -> None:
    table = qualified(name)
    session.lock_name(name)
    columns = sql_types(rows, POSTGRES)
    if session.relation(name) is not None:
        if session.ask(sql("owner_comment"), {"table": table}) != [(OWNER_COMMENT,)]:
            raise made_by_others(name)
        if [column[:2] for column in session.columns(name)] != list(columns.items()):
            session.change(sql("drop_table", table=table))
    declared = ", ".join(f"{POSTGRES.quote(column)} {type_}" for column, type_ in columns.items())
    session.change(sql("create_pipeline_table", table=table, definitions=declared))
    comment = POSTGRES.literal(OWNER_COMMENT)
    session.change(sql("comment_table", table=table, comment=comment))
    session.change(sql("delete_rows", table=table))
    statement = sql("copy_lines", table=table).text.encode()
    with session.connection.cursor() as cursor, cursor.copy(statement) as copy:
        for batch in rows.to_batches():
            for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                copy.write_row(row)
