"""Writes all tables of a pipeline to BigQuery in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from io import BytesIO

import pyarrow as pa
import pyarrow.parquet as pq

from taxi_assets.warehouse.bigquery.dialect import BIGQUERY, sql
from taxi_assets.warehouse.bigquery.session import BigQuerySession
from taxi_assets.warehouse.bigquery.staging import staged_table
from taxi_assets.warehouse.bigquery.tables import ColumnOf, columns_sql
from taxi_assets.warehouse.pipeline_tables import OWNER_COMMENT, made_by_others, sql_types


def replace_tables(session: BigQuerySession, tables: Mapping[str, pa.Table]) -> None:
    """Replace the rows of each table. Readers see either all old rows or all new rows.

    A table whose columns do not change keeps its rights and views. A table whose columns change is
    created again, empty, before the transaction.

    Raises:
        WarehouseError: a table or view of that name was made by somebody else.
    """
    columns = {name: sql_types(rows, BIGQUERY) for name, rows in tables.items()}
    for name in tables:
        _require_ours(session, name)
    with ExitStack() as staged:
        incoming = {
            name: _stage(session, staged, name, rows, columns[name])
            for name, rows in tables.items()
        }
        for name in tables:
            _ensure(session, name, columns[name])
        with session.transaction():
            for name in tables:
                listed = ", ".join(map(BIGQUERY.quote, columns[name]))
                table = session.table(name)
                session.change(sql("delete_rows", table=table))
                session.change(
                    sql("insert_month", table=table, columns=listed, incoming=incoming[name])
                )


def _require_ours(session: BigQuerySession, name: str) -> None:
    found = session.find(name)
    if found is not None and found.description != OWNER_COMMENT:
        raise made_by_others(name)


def _ensure(session: BigQuerySession, name: str, columns: Mapping[str, str]) -> None:
    if [column[:2] for column in session.columns(name)] == list(columns.items()):
        return
    described = [ColumnOf(column, type_, "") for column, type_ in columns.items()]
    create = sql(
        "create_pipeline_table",
        table=session.table(name),
        definitions=columns_sql(described),
        description=BIGQUERY.literal(OWNER_COMMENT),
    )
    session.define(f"create-{name.replace('_', '-')}", create)


def _stage(
    session: BigQuerySession,
    stack: ExitStack,
    name: str,
    rows: pa.Table,
    columns: Mapping[str, str],
) -> str:
    """Load the rows into a staging table; return its qualified name, quoted for SQL."""
    from google.cloud.bigquery import LoadJobConfig, SourceFormat, WriteDisposition

    stream = BytesIO()
    pq.write_table(_as_sent(rows), stream)
    stream.seek(0)
    described = [ColumnOf(column, type_, "") for column, type_ in columns.items()]
    staged = stack.enter_context(staged_table(session.jobs, f"{name}_incoming", described))
    config = LoadJobConfig(
        source_format=SourceFormat.PARQUET, write_disposition=WriteDisposition.WRITE_EMPTY
    )
    session.jobs.load(f"stage-{name}", stream, staged, config)
    return session.table(staged)


def _as_sent(rows: pa.Table) -> pa.Table:
    """Mark times as UTC: BigQuery reads them as TIMESTAMP, and their text stays the same."""
    fields = [
        pa.field(field.name, pa.timestamp("us", "UTC"))
        if pa.types.is_timestamp(field.type)
        else field
        for field in rows.schema
    ]
    return rows.cast(pa.schema(fields))
