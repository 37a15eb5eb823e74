"""The tables of the Postgres warehouse, derived from the datasets' columns.

Names of columns are in lower case, as Postgres folds what nobody quotes: ``SELECT VendorID``
finds them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from taxi_assets.errors import WarehouseError
from taxi_assets.sql.identifiers import quoted
from taxi_assets.trips.column import ColumnType
from taxi_assets.trips.dataset import Dataset
from taxi_assets.warehouse.column_differences import differences
from taxi_assets.warehouse.ledger import LEDGER_TABLE, LedgerEntry
from taxi_assets.warehouse.postgres.connection import Connection, PostgresServer, sql
from taxi_assets.warehouse.rejects import REJECTS_TABLE
from taxi_assets.warehouse.tally import TALLY_TABLE

SCHEMA = "public"

TYPES: Mapping[ColumnType, str] = {
    ColumnType.CODE: "text",
    ColumnType.TEXT: "text",
    ColumnType.TIMESTAMP: "timestamp without time zone",
    ColumnType.INTEGER: "integer",
    ColumnType.DOUBLE: "double precision",
}
"""Postgres's type for the values of each column type."""

_LEADING = {"unique_row_id": "text", "filename": "text"}
_PARTITION_KEY = "LIST (filename)"


@dataclass(frozen=True)
class Relation:
    """What stands under a name: its kind as ``pg_class`` tells it, and how it is partitioned."""

    kind: str
    partition_key: str | None
    parent: str | None


def qualified(table: str) -> str:
    """The table's name as an SQL identifier, with its schema."""
    return f"{quoted(SCHEMA)}.{quoted(table)}"


def declared_columns(dataset: Dataset) -> dict[str, str]:
    """Name and Postgres type of each column of the merged table, in order."""
    return _LEADING | {column.name.lower(): TYPES[column.type] for column in dataset.columns}


def columns_sql(dataset: Dataset) -> str:
    """The columns of the merged table for a CREATE TABLE."""
    return ",\n    ".join(f"{quoted(n)} {type_}" for n, type_ in declared_columns(dataset).items())


def ensure_tables(server: PostgresServer, connection: Connection, dataset: Dataset) -> None:
    """Create the merged table and the records of loads where missing; add columns declared since.

    Raises:
        WarehouseError: the table has a column of another name, type or place than declared, or
            is not partitioned by month.
    """
    records = {
        LEDGER_TABLE: "create_ledger",
        TALLY_TABLE: "create_tallies",
        REJECTS_TABLE: "create_rejects",
    }
    if all(has_table(connection, name) for name in records) and is_as_declared(connection, dataset):
        return
    with server.transaction(connection):
        connection.execute(sql("lock_name"), {"name": f"{SCHEMA}.{dataset.table}"})
        connection.execute(sql("lock_name"), {"name": f"{SCHEMA}.{LEDGER_TABLE}"})
        for name, creation in records.items():
            if not has_table(connection, name):
                connection.execute(sql(creation))
        if find_relation(connection, dataset.table) is None:
            create_table(connection, dataset)
        elif not is_as_declared(connection, dataset):
            add_columns(connection, dataset)


def create_table(connection: Connection, dataset: Dataset) -> None:
    """Create the merged table, without any month, and its index by time of pickup."""
    connection.execute(
        sql("create_table", table=qualified(dataset.table), columns=columns_sql(dataset))
    )
    connection.execute(
        sql(
            "create_pickup_index",
            name=quoted(f"{dataset.table}_pickup"),
            table=qualified(dataset.table),
            pickup=quoted(dataset.pickup.lower()),
        )
    )


def add_columns(connection: Connection, dataset: Dataset) -> None:
    """Add the columns that were declared since the table was made.

    Raises:
        WarehouseError: what stands in the table is not the beginning of what is declared.
    """
    declared = list(declared_columns(dataset).items())
    present = table_columns(connection, dataset.table)
    if present != declared[: len(present)]:
        found = "; ".join(column_differences(present, dataset))
        raise WarehouseError(
            f"table {SCHEMA}.{dataset.table} is not as declared: {found}",
            f"rename the table to keep it (ALTER TABLE {SCHEMA}.{dataset.table} RENAME TO ...), "
            "then load the months again",
        )
    for name, type_ in declared[len(present) :]:
        column = f"{quoted(name)} {type_}"
        connection.execute(sql("add_column", table=qualified(dataset.table), column=column))


def is_as_declared(connection: Connection, dataset: Dataset) -> bool:
    """Whether the merged table is there and as declared.

    Raises:
        WarehouseError: what stands under its name is not partitioned by month.
    """
    found = find_relation(connection, dataset.table)
    if found is None:
        return False
    if found.kind == "r" and found.parent is None:
        raise WarehouseError(
            f"{SCHEMA}.{dataset.table} is not partitioned by month: it is from elsewhere, such as "
            "the Kestra flows",
            "`taxi-assets adopt postgres` turns it into a partitioned one with all its rows; or "
            "rename it to start with an empty one",
        )
    if found.kind != "p" or found.partition_key != _PARTITION_KEY:
        raise WarehouseError(
            f"{SCHEMA}.{dataset.table} is no table partitioned by {_PARTITION_KEY}",
            "rename it or drop it, then load the months again",
        )
    return table_columns(connection, dataset.table) == list(declared_columns(dataset).items())


def find_relation(connection: Connection, name: str) -> Relation | None:
    """What stands under that name in the schema."""
    row = connection.execute(sql("describe_relation"), {"schema": SCHEMA, "name": name}).fetchone()
    return Relation(*row) if row else None  # type: ignore[arg-type]


def has_table(connection: Connection, name: str) -> bool:
    """Whether the schema has anything of that name."""
    return find_relation(connection, name) is not None


def table_columns(connection: Connection, table: str) -> list[tuple[str, str]]:
    """Name and type of each column that the table has; empty where there is no table."""
    query = sql("describe_columns")
    rows = connection.execute(query, {"schema": SCHEMA, "name": table}).fetchall()
    return [(str(name), str(type_)) for name, type_ in rows]


def column_differences(present: list[tuple[str, str]], dataset: Dataset) -> tuple[str, ...]:
    """How a table's columns differ from the declared ones, in words."""
    return differences(present, declared_columns(dataset))


def ledger_entries(connection: Connection, filenames: list[str] | None = None) -> list[LedgerEntry]:
    """The ledger's lines, newest first for given filenames, else all by taxi and month."""
    if not has_table(connection, LEDGER_TABLE):
        return []
    if filenames is None:
        rows = connection.execute(sql("list_ledger")).fetchall()
    else:
        rows = connection.execute(sql("select_from_ledger"), {"filenames": filenames}).fetchall()
    return [LedgerEntry(*row) for row in rows]  # type: ignore[arg-type]
