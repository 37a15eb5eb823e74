"""The merged tables of the DuckDB file, derived from the datasets' columns."""

from __future__ import annotations

from taxi_assets.sql.duckdb import DUCKDB
from taxi_assets.trips.dataset import Dataset
from taxi_assets.warehouse.columns import declared_columns, pending_columns, require_columns
from taxi_assets.warehouse.duckdb.names import require_external_view
from taxi_assets.warehouse.duckdb.session import DuckDBSession, sql
from taxi_assets.warehouse.records import ensure_month_tables


def ensure_tables(session: DuckDBSession, dataset: Dataset) -> None:
    """Create the merged and the record tables if they are missing.

    Raises:
        WarehouseError: the table has a column of another name, type or place than declared, or
            somebody else's table or view has one of our names.
    """
    ensure_month_tables(session)
    session.require_table(dataset.table)
    require_external_view(session, dataset)
    table, declared = session.table(dataset.table), declared_columns(DUCKDB, dataset)
    # A hash in hex does not compress, and the attempt takes a tenth of the load's time.
    columns = ",\n    ".join(
        f"{DUCKDB.quote(name)} {type_}"
        + (" USING COMPRESSION uncompressed" if name == "unique_row_id" else "")
        for name, type_ in declared.items()
    )
    session.change(sql("create_table", table=table, definitions=columns))
    require_columns(dataset.table, session.columns(dataset.table), declared, DUCKDB)


def add_columns(session: DuckDBSession, dataset: Dataset) -> None:
    """Add the columns that were declared since the table was created, within a transaction."""
    table, declared = session.table(dataset.table), declared_columns(DUCKDB, dataset)
    for name in pending_columns(session.columns(dataset.table), declared):
        column = f"{DUCKDB.quote(name)} {declared[name]}"
        session.change(sql("add_column", table=table, column=column))
