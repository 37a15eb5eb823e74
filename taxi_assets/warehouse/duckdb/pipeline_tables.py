"""Writes all tables of a pipeline to DuckDB in one transaction."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from taxi_assets.sql.duckdb import DUCKDB
from taxi_assets.warehouse.duckdb.session import DuckDBSession, sql
from taxi_assets.warehouse.pipeline_tables import OWNER_COMMENT, made_by_others


def replace_tables(session: DuckDBSession, tables: Mapping[str, pa.Table]) -> None:
    """Replace the rows of each table. Readers see either all old rows or all new rows.

    Raises:
        WarehouseError: a table or view of that name was made by somebody else.
    """
    for name, rows in tables.items():
        session.connection.register(_incoming(name), rows)
    with session.transaction():
        for name in tables:
            _replace(session, name)


def _replace(session: DuckDBSession, name: str) -> None:
    found = session.ask(sql("owner_comment"), {"name": name})
    if found and found[0] != (OWNER_COMMENT,):
        raise made_by_others(name)
    table = session.table(name)
    session.change(sql("replace_table", table=table, incoming=DUCKDB.quote(_incoming(name))))
    comment = DUCKDB.literal(OWNER_COMMENT)
    session.change(sql("comment_table", table=table, comment=comment))


def _incoming(name: str) -> str:
    """DuckDB's name for the new rows of a table. No pipeline's table can have a name like it."""
    return f"incoming {name}"
