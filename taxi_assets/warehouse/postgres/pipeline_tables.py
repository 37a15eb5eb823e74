"""Writes all tables of a pipeline to Postgres in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import psycopg
import pyarrow as pa

from taxi_assets.warehouse.pipeline_tables import (
    OWNER_COMMENT,
    Incoming,
    NewRows,
    Select,
    Write,
    changes,
    made_by_others,
    must_recreate,
    query_error,
    sql_types,
    tested_rows,
)
from taxi_assets.warehouse.postgres.dialect import POSTGRES, sql
from taxi_assets.warehouse.postgres.session import PostgresSession
from taxi_assets.warehouse.reading_rows import BATCH_ROWS, NUMERIC, table_of_rows

_TYPES = {
    "bool": pa.bool_(),
    "int2": pa.int16(),
    "int4": pa.int32(),
    "int8": pa.int64(),
    "float4": pa.float32(),
    "float8": pa.float64(),
    "numeric": NUMERIC,
    **dict.fromkeys(("text", "varchar", "bpchar", "name"), pa.string()),
    "date": pa.date32(),
    **dict.fromkeys(("timestamp", "timestamptz"), pa.timestamp("us")),
}
"""Arrow's type for each of Postgres's, as psycopg calls them."""


def write_tables(
    session: PostgresSession, tables: Mapping[str, NewRows], how: Write
) -> dict[str, int]:
    """Write the rows of each table; return how many there are of each.

    A table whose columns do not change keeps its rights and views.

    Raises:
        TestsFailedError: new rows fail a test.
        WarehouseError: a table or view of that name was made by somebody else.
    """
    with session.server.transaction(session.connection):
        session.ensure_schema()
        return {name: _write(session, name, rows, how) for name, rows in tables.items()}


def _write(session: PostgresSession, name: str, rows: NewRows, how: Write) -> int:
    table = session.table(name)
    session.lock_name(name)
    exists = session.relation(name) is not None
    if exists and session.ask(sql("owner_comment"), {"table": table}) != [(OWNER_COMMENT,)]:
        raise made_by_others(name)
    incoming = _stage(session, name, rows)
    count = tested_rows(session, incoming, how)
    present = [column[:2] for column in session.columns(name)]
    if must_recreate(incoming, present, how, name):
        if exists:
            session.change(sql("drop_table", table=table))
        _create(session, "create_pipeline_table", table, incoming.columns)
        comment = POSTGRES.literal(OWNER_COMMENT)
        session.change(sql("comment_table", table=table, comment=comment))
    for statement in changes(session, incoming, how):
        session.change(statement)
    return count


def read_rows(session: PostgresSession, select: Select) -> pa.Table:
    """The rows of a query, whole in memory.

    Raises:
        WarehouseError: it cannot be run, is too large, or has types that others do not have.
    """
    statement = select(session).text.encode()
    with (
        session.server.transaction(session.connection),
        session.connection.cursor(name="rows") as cursor,
        _explained(),
    ):
        cursor.execute(statement)
        columns = {each.name: _type(each) for each in cursor.description or []}
        return table_of_rows(columns, iter(lambda: cursor.fetchmany(BATCH_ROWS), []))


def _type(column: psycopg.Column) -> pa.DataType | None:
    if column.type_display.startswith("numeric") and column.scale is not None:
        return pa.decimal128(38, column.scale)
    return _TYPES.get(column.type_display.partition("(")[0])


@contextmanager
def _explained() -> Iterator[None]:
    """Say what is wrong with somebody's query."""
    try:
        yield
    except (psycopg.errors.SyntaxErrorOrAccessRuleViolation, psycopg.DataError) as error:
        raise query_error("Postgres", error) from None


def _stage(session: PostgresSession, name: str, rows: NewRows) -> Incoming:
    """Put the rows into a temporary table, which ends with the transaction."""
    place = POSTGRES.quote(f"incoming {name}")
    if isinstance(rows, pa.Table):
        columns = sql_types(rows, POSTGRES)
        _create(session, "create_arriving", place, columns)
        statement = sql("copy_lines", table=place).text.encode()
        with session.connection.cursor() as cursor, cursor.copy(statement) as copy:
            for batch in rows.to_batches():
                for row in zip(*(column.to_pylist() for column in batch.columns), strict=True):
                    copy.write_row(row)
    else:
        with _explained():
            session.change(sql("stage_query", table=place, query=rows(session)))
        found = session.ask(sql("describe_incoming"), {"table": place})
        columns = {str(column): str(type_) for column, type_ in found}
    return Incoming(name, place, columns)


def _create(
    session: PostgresSession, statement: str, table: str, columns: Mapping[str, str]
) -> None:
    declared = ", ".join(f"{POSTGRES.quote(column)} {type_}" for column, type_ in columns.items())
    session.change(sql(statement, table=table, definitions=declared))
