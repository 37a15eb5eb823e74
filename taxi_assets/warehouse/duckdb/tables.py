"""The merged tables of the DuckDB file, derived from the datasets' columns."""

from __future__ import annotations

from taxi_assets.errors import WarehouseError
from taxi_assets.sql.duckdb import DUCKDB
from taxi_assets.trips.dataset import Dataset
from taxi_assets.warehouse.columns import declared_columns, differences, pending_columns
from taxi_assets.warehouse.duckdb.session import DuckDBSession, sql
from taxi_assets.warehouse.records import ensure_month_tables


def ensure_tables(session: DuckDBSession, dataset: Dataset) -> None:
    """Create the merged table and the record tables where missing; add columns declared since.

    Raises:
        WarehouseError: the table has a column of another name, type or place than declared.
    """
    ensure_month_tables(session)
    table, declared = session.table(dataset.table), declared_columns(DUCKDB, dataset)
    # Hex of a hash does not compress; trying to costs a tenth of the whole load.
    columns = ",\n    ".join(
        f"{DUCKDB.quote(name)} {type_}"
        + (" USING COMPRESSION uncompressed" if name == "unique_row_id" else "")
        for name, type_ in declared.items()
    )
    session.change(sql("create_table", table=table, definitions=columns))
    present = session.columns(dataset.table)
    if found := differences(present, declared):
        raise WarehouseError(
            f"table {dataset.table} is not as declared: {'; '.join(found)}",
            f"rename the table to keep it (ALTER TABLE {dataset.table} RENAME TO ...), then "
            "load the months again",
        )
    for name in pending_columns(present, declared):
        column = f"{DUCKDB.quote(name)} {declared[name]}"
        session.change(sql("add_column", table=table, column=column))
