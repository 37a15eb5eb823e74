"""The merged tables of the DuckDB file, derived from the datasets' columns."""

from __future__ import annotations

from taxi_assets.errors import WarehouseError
from taxi_assets.sql.duckdb import DUCKDB
from taxi_assets.trips.dataset import Dataset
from taxi_assets.warehouse.columns import declared_columns, differences, pending_columns
from taxi_assets.warehouse.duckdb.session import DuckDBSession, sql
from taxi_assets.warehouse.records import ensure_month_tables


def ensure_tables(session: DuckDBSession, dataset: Dataset) -> None:
    """Create the merged and the record tables if they are missing; add newly declared columns.

    Raises:
        WarehouseError: the table has a column of another name, type or place than declared.
    """
    ensure_month_tables(session)
    table, declared = session.table(dataset.table), declared_columns(DUCKDB, dataset)
    # A hash in hex does not compress, and the attempt takes a tenth of the load's time.
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
