"""Summarizes the months of a DuckDB file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb

from taxi_assets.sql.identifiers import quoted
from taxi_assets.sql.statements import statement
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.duckdb.tables import has_table, ledger_entries
from taxi_assets.warehouse.ledger import LedgerEntry


@dataclass(frozen=True)
class DuckDBSummaries:
    """The database behind a connection, as `taxi_assets.warehouse.summaries` asks it."""

    connection: duckdb.DuckDBPyConnection

    def ask(self, name: str, values: Mapping[str, object] | None = None) -> Sequence[Sequence[str]]:
        """The rows that the statement of that name finds."""
        query = statement(__package__, name)
        return self.connection.execute(query, dict(values) if values else None).fetchall()

    def summarize(self, name: str, file: TripFile, values: Mapping[str, object]) -> None:
        """Run the statement of that name on the file's merged table."""
        dataset = file.dataset
        query = statement(
            __package__,
            name,
            table=quoted(dataset.table),
            pickup=quoted(dataset.pickup),
            dropoff=quoted(dataset.dropoff),
        )
        self.connection.execute(query, dict(values))

    def has_table(self, name: str) -> bool:
        """Whether there is a table of that name."""
        return has_table(self.connection, name)

    def entries(self) -> list[LedgerEntry]:
        """The ledger's lines."""
        return ledger_entries(self.connection)

    @contextmanager
    def changing(self, _: Dataset | None) -> Iterator[None]:
        """A transaction; nobody else has the file open to write meanwhile."""
        self.connection.begin()
        try:
            yield
            self.connection.commit()
        except BaseException:
            self.connection.rollback()
            raise
