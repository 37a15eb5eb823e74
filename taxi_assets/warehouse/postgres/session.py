"""Postgres's session: how code that all warehouses share uses an open connection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from psycopg.errors import InsufficientPrivilege

from taxi_assets.sql.statements import Statement, bound
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.postgres.connection import Connection, PostgresServer, execute
from taxi_assets.warehouse.postgres.dialect import POSTGRES, sql
from taxi_assets.warehouse.postgres.failures import schema_missing
from taxi_assets.warehouse.record_tables import Record, RecordTable, bound_values
from taxi_assets.warehouse.session import (
    MonthRows,
    Row,
    TableColumn,
    Value,
    count_by_file,
)
from taxi_assets.warehouse.taken_names import taken_by_others

ENGINE = "Postgres twice"
"""Name of the server's own hash of rows, and how often it hashes a row."""

KNOWN_HASH = 7808658720920297099
"""The hash of the row in ``hash_of_known_row``."""

_TABLES = ("r", "p")


@dataclass(frozen=True)
class Relation:
    """A table, view or the like.

    Attributes:
        kind: its ``relkind`` in ``pg_class``.
        partition_key: how it is partitioned; None if it is not.
        parent: the table that it is a partition of, with its schema; None if it is none.
    """

    kind: str
    partition_key: str | None
    parent: str | None


@dataclass(frozen=True)
class PostgresSession:
    """An open connection, and the server with its time-outs."""

    server: PostgresServer
    connection: Connection

    dialect = POSTGRES

    @cached_property
    def engine(self) -> str:
        """Name of the server's own hash of rows; empty if it is not the one that we compute.

        It has been the same in all versions, since hash indexes and partitions rest on it. Servers
        with the highest byte last have another one.
        """
        [(found,)] = self.ask(sql("hash_of_known_row"))
        return ENGINE if found == KNOWN_HASH else ""

    @property
    def schema(self) -> str:
        """The schema of all tables."""
        return self.server.schema

    def full_name(self, name: str) -> str:
        """The table's name with its schema, for people and as the name of a lock."""
        return self.server.full_name(name)

    def table(self, name: str) -> str:
        """The table's name, quoted for SQL."""
        return f"{POSTGRES.quote(self.schema)}.{POSTGRES.quote(name)}"

    def columns(self, name: str) -> list[TableColumn]:
        """The columns of a table, in order; empty if there is no such table."""
        rows = self.ask(sql("describe_columns"), {"schema": self.schema, "name": name})
        return [TableColumn(str(column), str(type_), bool(null)) for column, type_, null in rows]

    def comment(self, name: str) -> str:
        """The comment of a table; empty if there is none."""
        rows = self.ask(sql("comment_of"), {"schema": self.schema, "name": name})
        return "".join(str(comment or "") for (comment,) in rows)

    def relation(self, name: str) -> Relation | None:
        """The table, view or the like of that name in the schema; None if there is none."""
        rows = self.ask(sql("describe_relation"), {"schema": self.schema, "name": name})
        return Relation(*rows[0]) if rows else None  # type: ignore[arg-type]

    def month_rows(self, file: TripFile) -> MonthRows:
        """Selects the rows of the file's month, in any format."""
        condition = POSTGRES.among.format(column="filename", values=bound("filenames"))
        filenames = [sibling.filename for sibling in file.siblings]
        return MonthRows(Statement(condition, POSTGRES), {"filenames": filenames})

    def count_files(self, dataset: Dataset) -> dict[str, int]:
        """Number of rows of each file in the merged table, which exists."""
        return count_by_file(self, dataset)

    def row_versions(self, dataset: Dataset, filenames: Sequence[str]) -> dict[str, str]:
        """For each of these files with rows in the merged table, a text of theirs.

        It says how many of them each transaction wrote.
        """
        if not self.columns(dataset.table):
            return {}
        query = sql("version_rows", table=self.table(dataset.table))
        found = self.ask(query, {"filenames": list(filenames)})
        return {str(filename): str(version) for filename, version in found}

    def ask(self, statement: Statement, values: Mapping[str, Value] | None = None) -> list[Row]:
        """Run a query and return its rows."""
        return execute(self.connection, statement, values).fetchall()

    def change(self, statement: Statement, values: Mapping[str, Value] | None = None) -> int:
        """Run a statement; return the number of rows that it wrote."""
        return execute(self.connection, statement, values).rowcount

    def append(self, table: RecordTable[Record], records: Sequence[Record]) -> None:
        """Add rows to a record table."""
        statement = table.insertion(self.table(table.name), 1, POSTGRES)
        with self.connection.cursor() as cursor:
            cursor.executemany(
                statement.text.encode(), [bound_values([record]) for record in records]
            )

    def ensure(self, table: RecordTable[Record]) -> None:
        """Create a record table if it is missing, and add newly declared columns.

        If nothing is missing, nothing is sent: a role that may not create tables can load months.
        """
        if not self._upgrade(table):
            return
        with self.server.transaction(self.connection):
            self.ensure_schema()
            self.lock_name(table.name)
            for statement in self._upgrade(table):
                self.change(statement)

    def ensure_schema(self) -> None:
        """Create the schema if it is missing, within a transaction.

        Raises:
            WarehouseError: the role may not.
        """
        if self.ask(sql("has_schema"), {"schema": self.schema}) == [(True,)]:
            return
        self.lock_name(self.schema)
        try:
            self.change(sql("create_schema", schema=POSTGRES.quote(self.schema)))
        except InsufficientPrivilege:
            user = self.connection.info.user
            raise schema_missing(self.server.address, self.schema, user) from None

    def lock_name(self, name: str) -> None:
        """Wait for the lock on a table's name, and hold it until the transaction ends.

        Every transaction that creates or replaces the table takes this lock.
        """
        self.ask(sql("lock_name"), {"name": self.full_name(name)})

    @contextmanager
    def transaction(
        self, dataset: Dataset | None = None, writes: RecordTable[Any] | None = None
    ) -> Iterator[None]:
        """A transaction with more memory for sorting.

        Args:
            dataset: no other session can replace months of this dataset meanwhile.
            writes: no other session can write this record table meanwhile.
        """
        with self.server.transaction(self.connection):
            if writes is not None:
                self.lock_name(writes.name)
            if dataset is not None and self.relation(dataset.table) is not None:
                self.change(sql("lock_against_swaps", table=self.table(dataset.table)))
            self.ask(sql("prepare_measuring"))
            yield

    def require_table(self, name: str) -> None:
        """Check that nothing but a table has a name of the project's.

        Raises:
            WarehouseError: somebody's view or the like has it.
        """
        found = self.relation(name)
        if found is not None and found.kind not in _TABLES:
            raise taken_by_others(self.full_name(name), "it is no table")

    def _upgrade(self, table: RecordTable[Record]) -> list[Statement]:
        self.require_table(table.name)
        present = {column.name: column.nullable for column in self.columns(table.name)}
        place = self.table(table.name)
        if not present:
            return table.creation(place, POSTGRES)
        return table.upgrade(place, present, self.comment(table.name), POSTGRES)
