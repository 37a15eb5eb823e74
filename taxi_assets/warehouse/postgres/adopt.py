"""Turns an unpartitioned table, such as that of the Kestra flows, into one partitioned by month.

The rows do not change. The ledger has no entry for them, since nobody counted their files: load
those months again to have them verified.
"""

from __future__ import annotations

from collections import defaultdict

from psycopg import sql as quoting

from taxi_assets.sql.identifiers import quoted
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.columns import declared_columns, differences
from taxi_assets.warehouse.interface import AdoptedTable
from taxi_assets.warehouse.postgres.dialect import POSTGRES, sql
from taxi_assets.warehouse.postgres.partition import MonthPartition
from taxi_assets.warehouse.postgres.session import PostgresSession
from taxi_assets.warehouse.postgres.tables import create_table, other_columns


def adopt_table(session: PostgresSession, dataset: Dataset) -> AdoptedTable | None:
    """Partition the dataset's table by month, in one transaction.

    Nobody can read or write the table meanwhile. Its owner and the grants to other roles stay.

    Returns:
        What was adopted; None if there is nothing to adopt.

    Raises:
        WarehouseError: its columns are not the flows', or a view depends on it.
        WarehouseBusyError: other sessions hold the table for too long.
    """
    with session.server.transaction(session.connection):
        session.lock_name(dataset.table)
        found = session.relation(dataset.table)
        if found is None or found.kind != "r":
            return None
        old = session.table(f"{dataset.table}_unpartitioned")
        session.change(sql("lock_to_adopt", table=session.table(dataset.table)))
        columns = _columns(session, dataset)
        owner, grants = _rights(session, dataset)
        session.change(
            sql(
                "rename_table",
                table=session.table(dataset.table),
                name=quoted(f"{dataset.table}_unpartitioned"),
            )
        )
        create_table(session, dataset)
        by_partition, other_rows = _files(session, dataset, old)
        for partition, filenames in by_partition.items():
            session.change(
                sql(
                    "create_partition",
                    partition=session.table(partition),
                    table=session.table(dataset.table),
                    filenames=", ".join(_literal(session, name) for name in filenames),
                )
            )
        rows = session.change(
            sql("move_rows", table=session.table(dataset.table), old=old, columns=columns)
        )
        session.change(sql("drop_table", table=old))
        for table in (dataset.table, *by_partition):
            session.change(sql("set_owner", table=session.table(table), owner=quoted(owner)))
        for grant, role in grants:
            session.change(
                sql("grant_right", right=grant, table=session.table(dataset.table), role=role)
            )
        session.change(sql("analyze_incoming", incoming=session.table(dataset.table)))
    return AdoptedTable(dataset.table, rows, len(by_partition) - bool(other_rows), other_rows)


def _columns(session: PostgresSession, dataset: Dataset) -> str:
    present = session.columns(dataset.table)
    declared = declared_columns(POSTGRES, dataset)
    if differences(present, declared):
        raise other_columns(session.full_name(dataset.table), present, declared)
    return ", ".join(quoted(name) for name, *_ in present)


def _files(
    session: PostgresSession, dataset: Dataset, old: str
) -> tuple[dict[str, list[str | None]], int]:
    """The filenames of each partition, and the number of rows that are of no month's file."""
    partitions: dict[str, list[str | None]] = defaultdict(list)
    others: list[str | None] = []
    other_rows = 0
    for filename, rows in session.ask(sql("count_by_any_file", table=old)):
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


def _rights(session: PostgresSession, dataset: Dataset) -> tuple[str, list[tuple[str, str]]]:
    names = {"schema": session.schema, "name": dataset.table}
    rows = session.ask(sql("list_rights"), names)
    owner = str(rows[0][0])
    grants = [
        (str(right), "PUBLIC" if role is None else quoted(str(role)))
        for _, right, role in rows
        if right is not None and role != owner
    ]
    return owner, grants


def _literal(session: PostgresSession, value: str | None) -> str:
    return quoting.Literal(value).as_string(session.connection)
