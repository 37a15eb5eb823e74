"""Turns an unpartitioned table, such as that of the Kestra flows, into one partitioned by month.

The rows do not change. What users put on the table (constraints, indexes, defaults, comments) is
made anew on the partitioned one; what cannot be is named before anything changes. The ledger has no
entry for the rows, since nobody counted their files: load those months again to have them verified.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple

import psycopg
from psycopg import sql as quoting

from taxi_assets.errors import WarehouseError
from taxi_assets.sql.identifiers import quoted
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.columns import declared_columns, require_columns
from taxi_assets.warehouse.interface import AdoptedTable
from taxi_assets.warehouse.postgres.dialect import POSTGRES, sql
from taxi_assets.warehouse.postgres.partition import MonthPartition
from taxi_assets.warehouse.postgres.session import PostgresSession
from taxi_assets.warehouse.postgres.tables import create_table


class PutOn(NamedTuple):
    """What a user put on the table.

    Attributes:
        what: it, in words.
        undone: the statement that drops it.
        made: the statement that makes it anew; empty where nobody here can.
    """

    what: str
    undone: str
    made: str


def adopt_table(session: PostgresSession, dataset: Dataset) -> AdoptedTable | None:
    """Partition the dataset's table by month, in one transaction.

    Nobody can read or write the table meanwhile. Its owner, the grants to other roles and what
    users put on it stay.

    Returns:
        What was adopted; None if there is nothing to adopt.

    Raises:
        WarehouseError: its columns are not the flows', a view depends on it, or a partitioned table
            cannot have what somebody put on it.
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
        put_on = _put_on(session, dataset)
        owner, grants = _rights(session, dataset)
        session.change(
            sql(
                "rename_table",
                table=session.table(dataset.table),
                name=quoted(f"{dataset.table}_unpartitioned"),
            )
        )
        create_table(session, dataset)
        # What is refused is refused before the rows move.
        with session.connection.transaction(force_rollback=True):
            session.change(sql("drop_table", table=old))
            _put_on_again(session, dataset, put_on)
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
        _put_on_again(session, dataset, put_on)
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
    require_columns(session.full_name(dataset.table), present, declared, POSTGRES)
    return ", ".join(quoted(name) for name, *_ in present)


def _put_on(session: PostgresSession, dataset: Dataset) -> list[PutOn]:
    rows = session.ask(sql("list_put_on"), {"table": session.table(dataset.table)})
    found = [PutOn(str(what), str(undone), str(made or "")) for what, undone, made, _ in rows]
    lost = [each for each in found if not each.made]
    if lost:
        raise _in_the_way(session, dataset, lost, "that would be lost")
    return found


def _put_on_again(session: PostgresSession, dataset: Dataset, put_on: Sequence[PutOn]) -> None:
    for each in put_on:
        try:
            session.connection.execute(each.made.encode())
        except psycopg.errors.InsufficientPrivilege:
            raise
        except (
            psycopg.NotSupportedError,
            psycopg.ProgrammingError,
            psycopg.IntegrityError,
        ) as error:
            said = (error.diag.message_primary, error.diag.message_detail)
            raise _in_the_way(session, dataset, [each], " ".join(filter(None, said))) from None


def _in_the_way(
    session: PostgresSession, dataset: Dataset, put_on: Sequence[PutOn], why: str
) -> WarehouseError:
    table, named = session.full_name(dataset.table), ", ".join(each.what for each in put_on)
    return WarehouseError(
        f"{table} is not adopted: what somebody put on it cannot go along to a partitioned table: "
        f"{named} ({why})",
        f"drop it ({'; '.join(each.undone for each in put_on)}), run again, and make what is still "
        "needed on the merged table; the table is as it was",
    )


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
