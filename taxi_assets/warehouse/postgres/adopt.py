"""Turns an unpartitioned table, as the Kestra flows leave it, into one with a partition per month.

The rows stay what they are. The ledger says nothing of them, since nobody counted their files:
loading those months once more proves them.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from psycopg import sql as quoting

from taxi_assets.errors import WarehouseError
from taxi_assets.sql.identifiers import quoted
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.postgres.connection import Connection, PostgresServer, sql
from taxi_assets.warehouse.postgres.partition import MonthPartition
from taxi_assets.warehouse.postgres.tables import (
    SCHEMA,
    column_differences,
    create_table,
    declared_columns,
    find_relation,
    qualified,
    table_columns,
)


@dataclass(frozen=True)
class Adopted:
    """What became of a table.

    Attributes:
        table: its name.
        rows: rows that it had, and has.
        months: partitions that they stand in, by month.
        other_rows: those of them whose ``filename`` is no month's; they have a partition too.
    """

    table: str
    rows: int
    months: int
    other_rows: int


def adopt_table(server: PostgresServer, connection: Connection, dataset: Dataset) -> Adopted | None:
    """Partition the dataset's table by month, in one transaction; None where it needs none.

    Nobody can read or write the table meanwhile. Grants to other roles stay, as does its owner.

    Raises:
        WarehouseError: its columns are not the flows', or a view depends on it.
        WarehouseBusyError: others hold the table for too long.
    """
    with server.transaction(connection):
        connection.execute(sql("lock_name"), {"name": f"{SCHEMA}.{dataset.table}"})
        found = find_relation(connection, dataset.table)
        if found is None or found.kind != "r":
            return None
        old = qualified(f"{dataset.table}_unpartitioned")
        connection.execute(sql("lock_to_adopt", table=qualified(dataset.table)))
        columns = _columns(connection, dataset)
        owner, grants = _rights(connection, dataset)
        connection.execute(
            sql(
                "rename_table",
                table=qualified(dataset.table),
                name=quoted(f"{dataset.table}_unpartitioned"),
            )
        )
        create_table(connection, dataset)
        by_partition, other_rows = _files(connection, dataset, old)
        for partition, filenames in by_partition.items():
            connection.execute(
                sql(
                    "create_partition",
                    partition=qualified(partition),
                    table=qualified(dataset.table),
                    filenames=", ".join(_literal(connection, name) for name in filenames),
                )
            )
        rows = connection.execute(
            sql("move_rows", table=qualified(dataset.table), old=old, columns=columns)
        ).rowcount
        connection.execute(sql("drop_table", table=old))
        for table in (dataset.table, *by_partition):
            connection.execute(sql("set_owner", table=qualified(table), owner=quoted(owner)))
        for grant, role in grants:
            connection.execute(
                sql("grant_right", right=grant, table=qualified(dataset.table), role=role)
            )
        connection.execute(sql("analyze_incoming", incoming=qualified(dataset.table)))
    return Adopted(dataset.table, rows, len(by_partition) - bool(other_rows), other_rows)


def _columns(connection: Connection, dataset: Dataset) -> str:
    declared = list(declared_columns(dataset).items())
    present = table_columns(connection, dataset.table)
    if present != declared[: len(present)]:
        raise WarehouseError(
            f"{SCHEMA}.{dataset.table} does not have the flows' columns: "
            + "; ".join(column_differences(present, dataset)),
            "rename them or change their types until they are as declared; columns that are "
            "missing at the end are added",
        )
    return ", ".join(quoted(name) for name, _ in present)


def _files(
    connection: Connection, dataset: Dataset, old: str
) -> tuple[dict[str, list[str | None]], int]:
    """The filenames of each partition, and how many rows are of no month's file."""
    partitions: dict[str, list[str | None]] = defaultdict(list)
    others: list[str | None] = []
    other_rows = 0
    for filename, rows in connection.execute(sql("count_by_any_file", table=old)).fetchall():
        file = TripFile.loaded_as(dataset, str(filename)) if filename is not None else None
        if file is None:
            others.append(None if filename is None else str(filename))
            other_rows += int(str(rows))
        else:
            partition = MonthPartition(file)
            partitions[partition.name] = list(partition.filenames)
    if others:
        partitions[f"{dataset.table}_other"] = others
    return dict(partitions), other_rows


def _rights(connection: Connection, dataset: Dataset) -> tuple[str, list[tuple[str, str]]]:
    names = {"schema": SCHEMA, "name": dataset.table}
    rows = connection.execute(sql("list_rights"), names).fetchall()
    owner = str(rows[0][0])
    grants = [
        (str(right), "PUBLIC" if role is None else quoted(str(role)))
        for _, right, role in rows
        if right is not None and role != owner
    ]
    return owner, grants


def _literal(connection: Connection, value: str | None) -> str:
    return quoting.Literal(value).as_string(connection)
