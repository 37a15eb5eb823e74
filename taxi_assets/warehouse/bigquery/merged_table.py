"""Makes sure that the merged table and the record tables exist in BigQuery, as declared."""

from __future__ import annotations

from taxi_assets.trips.dataset import Dataset
from taxi_assets.warehouse.bigquery.dialect import BIGQUERY, sql
from taxi_assets.warehouse.bigquery.session import BigQuerySession
from taxi_assets.warehouse.bigquery.tables import (
    column_sql,
    create_table,
    merged_columns,
    require_partitions,
)
from taxi_assets.warehouse.columns import declared_columns, pending_columns, require_columns
from taxi_assets.warehouse.records import ensure_month_tables


def ensure_tables(session: BigQuerySession, dataset: Dataset) -> None:
    """Create the merged and the record tables if they are missing; add newly declared columns.

    If all is as declared, it only reads the tables' metadata, which is free of charge.

    Raises:
        WarehouseError: the table has a column of another name, type or place than declared, or
            is not partitioned by month, or BigQuery drops it or its partitions by itself.
    """
    ensure_month_tables(session)
    found = session.find(dataset.table)
    if found is None:
        create_table(session.jobs, dataset, dataset.table)
        session.forget_tables()
        found = session.find(dataset.table)
        assert found is not None, "it was made just now"
    require_partitions(session.jobs.place, dataset, found)
    declared = declared_columns(BIGQUERY, dataset)
    present = session.columns(dataset.table)
    require_columns(session.table(dataset.table), present, declared, BIGQUERY)
    columns = {column.name: column for column in merged_columns(dataset)}
    for name in pending_columns(present, declared):
        added = sql(
            "add_column", table=session.table(dataset.table), column=column_sql(columns[name])
        )
        session.define(f"add-{name}", added)
