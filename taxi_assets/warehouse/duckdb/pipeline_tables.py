"""Writes all tables of a pipeline to DuckDB in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import duckdb
import pyarrow as pa

from taxi_assets.sql.duckdb import DUCKDB
from taxi_assets.warehouse.duckdb.session import DuckDBSession, sql
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
    tested_rows,
)
from taxi_assets.warehouse.reading_rows import BATCH_ROWS, require_size


def write_tables(
    session: DuckDBSession, tables: Mapping[str, NewRows], how: Write
) -> dict[str, int]:
    """Write the rows of each table; return how many there are of each.

    Raises:
        TestsFailedError: new rows fail a test.
        WarehouseError: a table or view of that name was made by somebody else.
    """
    for name, rows in tables.items():
        if isinstance(rows, pa.Table):
            session.connection.register(_arriving(name), rows)
    with session.transaction():
        return {name: _write(session, name, rows, how) for name, rows in tables.items()}


def _write(session: DuckDBSession, name: str, rows: NewRows, how: Write) -> int:
    found = session.ask(sql("owner_comment"), {"name": name})
    if found and found[0] != (OWNER_COMMENT,):
        raise made_by_others(name)
    place = DUCKDB.quote(_arriving(name))
    if not isinstance(rows, pa.Table):
        with _explained():
            session.change(sql("stage_query", incoming=place, query=rows(session)))
    described = session.ask(sql("describe_incoming", incoming=place))
    incoming = Incoming(name, place, {str(column): str(type_) for column, type_, *_ in described})
    count = tested_rows(session, incoming, how)
    table = session.table(name)
    present = [column[:2] for column in session.columns(name)]
    if how.mode == "replace" or must_recreate(incoming, present, how, name):
        session.change(sql("replace_table", table=table, incoming=place))
        comment = DUCKDB.literal(OWNER_COMMENT)
        session.change(sql("comment_table", table=table, comment=comment))
    else:
        for statement in changes(session, incoming, how):
            session.change(statement)
    if not isinstance(rows, pa.Table):
        session.change(sql("drop_incoming", incoming=place))
    return count


def read_rows(session: DuckDBSession, select: Select) -> pa.Table:
    """The rows of a query, whole in memory.

    Raises:
        WarehouseError: it cannot be run, or its rows are too large.
    """
    with _explained():
        reader = session.connection.sql(select(session).text).to_arrow_reader(BATCH_ROWS)
        found = []
        for batch in reader:
            found.append(batch)
            require_size(sum(each.nbytes for each in found))
        return pa.Table.from_batches(found, reader.schema)


@contextmanager
def _explained() -> Iterator[None]:
    """Say what is wrong with somebody's query."""
    try:
        yield
    except (duckdb.OutOfMemoryException, duckdb.IOException, duckdb.FatalException):
        raise
    except duckdb.Error as error:
        raise query_error("DuckDB", error) from None


def _arriving(name: str) -> str:
    """DuckDB's name for the new rows of a table. No pipeline's table can have a name like it."""
    return f"incoming {name}"
