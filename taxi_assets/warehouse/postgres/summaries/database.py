"""Summarizes the months of a Postgres database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import cast

from taxi_assets.sql.identifiers import quoted
from taxi_assets.sql.statements import statement
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.ledger import LedgerEntry
from taxi_assets.warehouse.postgres.connection import Connection, PostgresServer, sql
from taxi_assets.warehouse.postgres.tables import SCHEMA, has_table, ledger_entries, qualified
from taxi_assets.warehouse.summaries import SUMMARIES_TABLE


@dataclass(frozen=True)
class PostgresSummaries:
    """The database behind a connection, as `taxi_assets.warehouse.summaries` asks it."""

    server: PostgresServer
    connection: Connection

    def ask(self, name: str, values: Mapping[str, object] | None = None) -> Sequence[Sequence[str]]:
        """The rows that the statement of that name finds."""
        cursor = self.connection.execute(statement(__package__, name).encode(), values)
        return cast("Sequence[Sequence[str]]", cursor.fetchall()) if cursor.description else []

    def summarize(self, name: str, file: TripFile, values: Mapping[str, object]) -> None:
        """Run the statement of that name on the file's merged table."""
        dataset = file.dataset
        query = statement(
            __package__,
            name,
            table=qualified(dataset.table),
            pickup=quoted(dataset.pickup.lower()),
            dropoff=quoted(dataset.dropoff.lower()),
        )
        self.connection.execute(query.encode(), values)

    def has_table(self, name: str) -> bool:
        """Whether there is a table of that name."""
        return has_table(self.connection, name)

    def entries(self) -> list[LedgerEntry]:
        """The ledger's lines."""
        return ledger_entries(self.connection)

    @contextmanager
    def changing(self, dataset: Dataset | None) -> Iterator[None]:
        """A transaction with memory to sort in; a month's load waits until it is over."""
        with self.server.transaction(self.connection):
            name = {"name": f"{SCHEMA}.{SUMMARIES_TABLE}"}
            self.connection.execute(sql("lock_name"), name)
            if dataset is not None:
                table = qualified(dataset.table)
                self.connection.execute(sql("lock_against_swaps", table=table))
            self.connection.execute(sql("give_memory"))
            yield
