"""The partition of a month: it is filled as a separate table and then swapped in."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass

from psycopg.errors import LockNotAvailable

from taxi_assets.errors import WarehouseBusyError, WarehouseError
from taxi_assets.sql.identifiers import literal, quoted
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.postgres.connection import milliseconds
from taxi_assets.warehouse.postgres.constraints import (
    add_foreign_keys,
    build_indexes,
    indexes_of,
    require_of_rows,
)
from taxi_assets.warehouse.postgres.dialect import sql
from taxi_assets.warehouse.postgres.session import PostgresSession
from taxi_assets.warehouse.postgres.tables import add_columns, columns_sql

# While a lock request waits, all later readers wait behind it. Give up soon and let them pass.
_LOCK_TIMEOUT_SECONDS = 0.2
_PAUSE_SECONDS = 0.5

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class MonthPartition:
    """The partition with the rows of a file's month, in any format."""

    file: TripFile

    @property
    def dataset(self) -> Dataset:
        """The dataset of the month."""
        return self.file.dataset

    @property
    def name(self) -> str:
        """Name of the partition, such as ``green_tripdata_2020_04``."""
        month = self.file.month
        return f"{self.dataset.table}_{month.year:04d}_{month.number:02d}"

    @property
    def incoming(self) -> str:
        """Name of the new partition until it is swapped in."""
        return f"{self.name}_incoming"

    @property
    def filenames(self) -> list[str]:
        """The values of ``filename`` that it may hold: the month's file in each format."""
        return [sibling.filename for sibling in self.file.siblings]

    def exists(self, session: PostgresSession) -> bool:
        """Whether the month has a partition.

        Raises:
            WarehouseError: a table or view that is not this partition has its name.
        """
        found = session.relation(self.name)
        if found is not None and found.parent != session.full_name(self.dataset.table):
            raise WarehouseError(
                f"{session.full_name(self.name)} is no partition of {self.dataset.table}",
                "rename or drop it: the month's rows go under that name",
            )
        return found is not None

    def create_incoming(self, session: PostgresSession) -> None:
        """Create the table for the new partition. Only this transaction sees it.

        Its rows get their ``filename`` there, so that it is not sent with each of them.

        ``CREATE TABLE ... LIKE`` the merged table would lock the merged table for the whole load,
        and two loads would wait for each other.
        """
        session.change(
            sql(
                "create_incoming",
                incoming=session.table(self.incoming),
                definitions=columns_sql(self.dataset),
                filename=literal(self.file.filename),
            )
        )
        require_of_rows(session, self.dataset.table, self.incoming)
        self._change_filename(session, f"SET DEFAULT {literal(self.file.filename)}")

    def finish_incoming(self, session: PostgresSession) -> None:
        """Create what the merged table has of indexes and constraints, and collect statistics."""
        self._change_filename(session, "DROP DEFAULT")
        build_indexes(session, self.dataset.table, self.incoming)
        add_foreign_keys(session, self.dataset.table, self.incoming)
        session.ask(sql("sample_lightly"))
        session.change(sql("analyze_incoming", incoming=session.table(self.incoming)))

    def _change_filename(self, session: PostgresSession, change: str) -> None:
        incoming, change = session.table(self.incoming), f"ALTER COLUMN filename {change}"
        session.change(sql("change_incoming", incoming=incoming, change=change))

    def swap_in(self, session: PostgresSession) -> None:
        """Replace the old partition with the new one; it is visible when the caller commits.

        The table is locked only when nobody is reading it. Until then each of our lock requests
        gives up after a moment, so that no reader waits longer than that.

        Raises:
            WarehouseBusyError: a session held the table for longer than the server's
                ``wait_seconds``.
        """
        table = session.full_name(self.dataset.table)
        deadline = time.monotonic() + session.server.wait_seconds
        warned = False
        while True:
            try:
                with session.connection.transaction():
                    self._swap(session)
            except LockNotAvailable:
                holders = self._holders(session)
                if time.monotonic() >= deadline:
                    raise WarehouseBusyError(
                        f"{table} is still held by {holders} after "
                        f"{session.server.wait_seconds:g} s",
                        "end that session (SELECT pg_terminate_backend(pid)), or raise "
                        "TAXI_POSTGRES_WAIT_SECONDS; then run again",
                    ) from None
                if not warned:
                    _log.warning("waiting for %s, which is held by %s", table, holders)
                    warned = True
                time.sleep(_PAUSE_SECONDS)
            else:
                return

    def _swap(self, session: PostgresSession) -> None:
        session.ask(sql("limit_lock"), {"lock_timeout": milliseconds(_LOCK_TIMEOUT_SECONDS)})
        names = {
            "table": session.table(self.dataset.table),
            "partition": session.table(self.name),
            "incoming": session.table(self.incoming),
        }
        if self.exists(session):
            for table in (names["table"], names["partition"]):
                session.change(sql("lock_for_swap", table=table))
            session.change(sql("drop_table", table=names["partition"]))
        add_columns(session, self.dataset)
        session.change(sql("rename_table", table=names["incoming"], name=quoted(self.name)))
        for number, _ in enumerate(indexes_of(session, self.dataset.table)):
            session.change(
                sql(
                    "rename_index",
                    index=session.table(f"{self.incoming}_{number}"),
                    name=quoted(f"{self.name}_{number}"),
                )
            )
        values = ", ".join(map(literal, self.filenames))
        session.change(sql("attach_partition", **names, filenames=values))

    def _holders(self, session: PostgresSession) -> str:
        rows = session.ask(
            sql("list_lock_holders"),
            {"tables": [session.table(self.dataset.table), session.table(self.name)]},
        )
        return ", ".join(str(holder) for (holder,) in rows) or "another session"
