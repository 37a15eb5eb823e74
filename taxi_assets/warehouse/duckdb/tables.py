"""The tables of the DuckDB warehouse, derived from the datasets' columns."""

from __future__ import annotations

import duckdb

from taxi_assets.errors import WarehouseError
from taxi_assets.rows.typed_rows import TYPES
from taxi_assets.sql.identifiers import quoted
from taxi_assets.sql.statements import statement
from taxi_assets.trips.dataset import Dataset
from taxi_assets.warehouse.column_differences import differences
from taxi_assets.warehouse.ledger import LedgerEntry

_LEADING = {"unique_row_id": "VARCHAR", "filename": "VARCHAR"}


def declared_columns(dataset: Dataset) -> dict[str, str]:
    """Name and DuckDB type of each column of the merged table, in order."""
    return _LEADING | {column.name: TYPES[column.type] for column in dataset.columns}


def ensure_tables(connection: duckdb.DuckDBPyConnection, dataset: Dataset) -> None:
    """Create the merged table and the records of loads where missing; add columns declared since.

    Raises:
        WarehouseError: the table has a column of another name, type or place than declared.
    """
    connection.execute(statement(__package__, "create_ledger"))
    connection.execute(statement(__package__, "create_tallies"))
    connection.execute(statement(__package__, "create_rejects"))
    # Hex of a hash does not compress; trying to costs a tenth of the whole load.
    columns = ",\n    ".join(
        f"{quoted(name)} {type_}"
        + (" USING COMPRESSION uncompressed" if name == "unique_row_id" else "")
        for name, type_ in declared_columns(dataset).items()
    )
    connection.execute(
        statement(__package__, "create_table", table=quoted(dataset.table), columns=columns)
    )
    declared = list(declared_columns(dataset).items())
    present = table_columns(connection, dataset)
    if present != declared[: len(present)]:
        found = "; ".join(column_differences(present, dataset))
        raise WarehouseError(
            f"table {dataset.table} is not as declared: {found}",
            f"rename the table to keep it (ALTER TABLE {dataset.table} RENAME TO ...), then "
            "load the months again",
        )
    for name, type_ in declared[len(present) :]:
        column = f"{quoted(name)} {type_}"
        connection.execute(
            statement(__package__, "add_column", table=quoted(dataset.table), column=column)
        )


def table_columns(connection: duckdb.DuckDBPyConnection, dataset: Dataset) -> list[tuple[str, str]]:
    """Name and type of each column that the merged table has; empty where there is no table."""
    query = statement(__package__, "describe_table")
    return connection.execute(query, {"table_name": dataset.table}).fetchall()


def column_differences(present: list[tuple[str, str]], dataset: Dataset) -> tuple[str, ...]:
    """How a table's columns differ from the declared ones, in words."""
    return differences(present, declared_columns(dataset))


def has_table(connection: duckdb.DuckDBPyConnection, name: str) -> bool:
    """Whether the database has a table of that name."""
    query = statement(__package__, "describe_table")
    return bool(connection.execute(query, {"table_name": name}).fetchall())


def ledger_entries(
    connection: duckdb.DuckDBPyConnection, filenames: list[str] | None = None
) -> list[LedgerEntry]:
    """The ledger's lines, newest first for given filenames, else all by taxi and month."""
    if not has_table(connection, "tripdata_files"):
        return []
    if filenames is None:
        rows = connection.execute(statement(__package__, "list_ledger")).fetchall()
    else:
        query = statement(__package__, "select_from_ledger")
        rows = connection.execute(query, {"filenames": filenames}).fetchall()
    return [LedgerEntry(*row) for row in rows]
