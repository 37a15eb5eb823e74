"""DuckDB's session: how code that all warehouses share uses an open connection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import duckdb

from taxi_assets.rows.reading import ENGINE
from taxi_assets.sql.duckdb import DUCKDB
from taxi_assets.sql.identifiers import quoted
from taxi_assets.sql.statements import Statement, Statements, bound
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.record_tables import Record, RecordTable
from taxi_assets.warehouse.session import (
    MonthRows,
    Row,
    TableColumn,
    Value,
    count_by_file,
)
from taxi_assets.warehouse.taken_names import taken_by_others

sql = Statements(__package__, DUCKDB)
"""The statements in the ``.sql`` files beside this module."""


@dataclass(frozen=True)
class DuckDBSession:
    """The only connection to the file."""

    connection: duckdb.DuckDBPyConnection

    dialect = DUCKDB
    engine = ENGINE

    def table(self, name: str) -> str:
        """The table's name, quoted for SQL."""
        return quoted(name)

    def columns(self, name: str) -> list[TableColumn]:
        """The columns of a table, in order; empty if there is no such table."""
        found = self.ask(sql("describe_table"), {"name": name})
        return [TableColumn(str(column), str(type_), bool(null)) for column, type_, null in found]

    def comment(self, name: str) -> str:
        """The comment of a table; empty if there is none."""
        rows = self.ask(sql("comment_of"), {"name": name})
        return "".join(str(comment or "") for (comment,) in rows)

    def month_rows(self, file: TripFile) -> MonthRows:
        """Selects the rows of the file's month, in any format."""
        condition = DUCKDB.among.format(column="filename", values=bound("filenames"))
        filenames = [sibling.filename for sibling in file.siblings]
        return MonthRows(Statement(condition, DUCKDB), {"filenames": filenames})

    def count_files(self, dataset: Dataset) -> dict[str, int]:
        """Number of rows of each file in the merged table, which exists."""
        return count_by_file(self, dataset)

    def row_versions(self, dataset: Dataset, filenames: Sequence[str]) -> dict[str, str]:
        """For each of these files with rows in the merged table, a text of theirs: their hash."""
        columns = [quoted(column.name) for column in self.columns(dataset.table)]
        query = sql("version_rows", table=self.table(dataset.table), columns=columns)
        found = self.ask(query, {"filenames": list(filenames)}) if columns else []
        return {str(filename): f"{rows} {hashed}" for filename, rows, hashed in found}

    def ask(self, statement: Statement, values: Mapping[str, Value] | None = None) -> list[Row]:
        """Run a statement; return a query's rows, or the number of rows that were written."""
        chosen = statement.choose(values or {})
        return self.connection.execute(statement.text, chosen or None).fetchall()

    def change(self, statement: Statement, values: Mapping[str, Value] | None = None) -> None:
        """Run a statement."""
        self.ask(statement, values)

    def append(self, table: RecordTable[Record], records: Sequence[Record]) -> None:
        """Add rows to a record table: a list is bound for each column.

        A bound value for each cell takes ten times as long: 0.18 s for 800 rows of four columns.
        """
        # Such as "column", which no statement can name without quotes.
        names = {column.name: DUCKDB.identifier(column.name) for column in table.columns}
        values = {name: [getattr(record, name) for record in records] for name in names}
        if records:
            statement = sql("append_rows", table=self.table(table.name), names=names)
            self.change(statement, values)

    def require_table(self, name: str) -> None:
        """Check that no view has a name of the project's tables.

        Raises:
            WarehouseError: somebody's view has it.
        """
        for kind, _ in self.ask(sql("find_relation"), {"name": name}):
            if kind != "table":
                raise taken_by_others(name, f"it is a {kind}")

    def ensure(self, table: RecordTable[Record]) -> None:
        """Create a record table if it is missing, and add newly declared columns.

        Raises:
            WarehouseError: somebody's table or view has its name, or a later edition made it.
        """
        self.require_table(table.name)
        present = {column.name: column.nullable for column in self.columns(table.name)}
        place = self.table(table.name)
        if present:
            statements = table.upgrade(place, present, self.comment(table.name), DUCKDB)
        else:
            statements = table.creation(place, DUCKDB)
        for statement in statements:
            self.change(statement)

    @contextmanager
    def transaction(
        self,
        dataset: Dataset | None = None,  # noqa: ARG002 - there is nothing to lock
        writes: RecordTable[Any] | None = None,  # noqa: ARG002
    ) -> Iterator[None]:
        """A transaction. No other process can write to the file meanwhile."""
        self.connection.begin()
        try:
            yield
            self.connection.commit()
        except BaseException:
            # After a failed commit there is nothing left to roll back.
            with suppress(duckdb.TransactionException):
                self.connection.rollback()
            raise
