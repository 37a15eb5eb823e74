"""Writes all tables of a pipeline to BigQuery in one transaction."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from io import BytesIO

import pyarrow as pa
import pyarrow.parquet as pq

from taxi_assets.errors import TaxiAssetsError
from taxi_assets.warehouse.bigquery.dialect import BIGQUERY, sql
from taxi_assets.warehouse.bigquery.session import BigQuerySession
from taxi_assets.warehouse.bigquery.staging import staged_table
from taxi_assets.warehouse.bigquery.tables import ColumnOf, columns_sql, drop_table
from taxi_assets.warehouse.pipeline_tables import (
    OWNER_COMMENT,
    Incoming,
    NewRows,
    Select,
    Write,
    changes,
    made_by_others,
    must_recreate,
    sql_types,
    tested_rows,
)
from taxi_assets.warehouse.reading_rows import BATCH_ROWS, NUMERIC, table_of_rows

_TYPES = {
    "BOOLEAN": pa.bool_(),
    "BOOL": pa.bool_(),
    "INTEGER": pa.int64(),
    "INT64": pa.int64(),
    "FLOAT": pa.float64(),
    "FLOAT64": pa.float64(),
    **dict.fromkeys(("NUMERIC", "BIGNUMERIC"), NUMERIC),
    "STRING": pa.string(),
    "DATE": pa.date32(),
    **dict.fromkeys(("TIMESTAMP", "DATETIME"), pa.timestamp("us")),
}
"""Arrow's type for each of BigQuery's."""


def write_tables(
    session: BigQuerySession, tables: Mapping[str, NewRows], how: Write
) -> dict[str, int]:
    """Write the rows of each table; return how many there are of each.

    A table whose columns do not change keeps its rights and views. A table whose columns change is
    created again, empty, before the transaction.

    Raises:
        TestsFailedError: new rows fail a test.
        WarehouseError: a table or view of that name was made by somebody else.
    """
    for name in tables:
        _require_ours(session, name)
    with ExitStack() as staged:
        arriving = [
            _stage(session, staged, name, rows)
            if isinstance(rows, pa.Table)
            else staged.enter_context(_queried(session, name, rows))
            for name, rows in tables.items()
        ]
        counts = {each.name: tested_rows(session, each, how) for each in arriving}
        for incoming in arriving:
            _ensure(session, incoming, how)
        with session.transaction():
            for incoming in arriving:
                for statement in changes(session, incoming, how):
                    session.change(statement)
    return counts


def read_rows(session: BigQuerySession, select: Select) -> pa.Table:
    """The rows of a query, whole in memory.

    Raises:
        WarehouseError: it cannot be run, is too large, or has types that others do not have.
    """
    names, batches = session.jobs.read_batches(select(session), BATCH_ROWS)
    return table_of_rows({name: _TYPES.get(type_) for name, type_ in names.items()}, batches)


def _require_ours(session: BigQuerySession, name: str) -> None:
    found = session.find(name)
    if found is not None and found.description != OWNER_COMMENT:
        raise made_by_others(name)


def _ensure(session: BigQuerySession, incoming: Incoming, how: Write) -> None:
    name = incoming.name
    present = [column[:2] for column in session.columns(name)]
    if not must_recreate(incoming, present, how, name):
        return
    described = [ColumnOf(column, type_, "") for column, type_ in incoming.columns.items()]
    create = sql(
        "create_pipeline_table",
        table=session.table(name),
        definitions=columns_sql(described),
        description=BIGQUERY.literal(OWNER_COMMENT),
    )
    session.define(f"create-{name.replace('_', '-')}", create)


def _stage(session: BigQuerySession, stack: ExitStack, name: str, rows: pa.Table) -> Incoming:
    """Load the rows into a staging table."""
    from google.cloud.bigquery import LoadJobConfig, SourceFormat, WriteDisposition

    columns = sql_types(rows, BIGQUERY)
    stream = BytesIO()
    pq.write_table(_as_sent(rows), stream)
    stream.seek(0)
    described = [ColumnOf(column, type_, "") for column, type_ in columns.items()]
    staged = stack.enter_context(staged_table(session.jobs, f"{name}_incoming", described))
    config = LoadJobConfig(
        source_format=SourceFormat.PARQUET, write_disposition=WriteDisposition.WRITE_EMPTY
    )
    session.jobs.load(f"stage-{name}", stream, staged, config)
    return Incoming(name, session.table(staged), columns)


@contextmanager
def _queried(session: BigQuerySession, name: str, select: Select) -> Iterator[Incoming]:
    """Make a staging table of a query's rows; drop it when the context ends."""
    staged = f"{name}_incoming_{session.jobs.token}"
    place = session.table(staged)
    # If the pipeline is killed, BigQuery drops its table after a day.
    session.define(f"query-{name}", sql("stage_query", table=place, query=select(session)))
    try:
        yield Incoming(name, place, dict(column[:2] for column in session.columns(staged)))
    finally:
        # The table expires anyway, and a failed drop must not hide the first error.
        with suppress(TaxiAssetsError):
            drop_table(session.jobs.place, staged)


def _as_sent(rows: pa.Table) -> pa.Table:
    """Mark times as UTC: BigQuery reads them as TIMESTAMP, and their text stays the same."""
    fields = [
        pa.field(field.name, pa.timestamp("us", "UTC"))
        if pa.types.is_timestamp(field.type)
        else field
        for field in rows.schema
    ]
    return rows.cast(pa.schema(fields))
