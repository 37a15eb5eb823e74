"""The interface of an open connection, for code that all warehouses share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from taxi_assets.sql.dialect import Dialect
from taxi_assets.sql.statements import Statement, Statements
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.record_tables import Record, RecordTable

Value = str | int | float | Decimal | date | datetime | Sequence[str] | Sequence[date] | None
"""A value that a statement can bind."""

Row = tuple[object, ...]


class TableColumn(NamedTuple):
    """A column of an existing table. The type is the database's name for it."""

    name: str
    type: str
    nullable: bool = True


class MonthRows(NamedTuple):
    """Selects the rows of a month in the merged table, in any format.

    Attributes:
        condition: SQL that is true only for these rows.
        values: the values that the condition binds.
    """

    condition: Statement
    values: Mapping[str, Value]


class Session(Protocol):
    """Queries and changes one warehouse.

    Of the values that are given, a statement binds only those that it names.
    """

    @property
    def dialect(self) -> Dialect:
        """The dialect of its SQL."""

    @property
    def engine(self) -> str:
        """Name and version of the database, if digests by its own hash are kept; else empty."""

    def table(self, name: str) -> str:
        """The table's name, quoted for SQL."""

    def columns(self, name: str) -> list[TableColumn]:
        """The columns of a table, in order; empty if there is no such table."""

    def comment(self, name: str) -> str:
        """The comment of a table; empty if there is none."""

    def month_rows(self, file: TripFile) -> MonthRows:
        """Selects the rows of the file's month, in any format."""

    def count_files(self, dataset: Dataset) -> dict[str, int]:
        """Number of rows of each file in the merged table, which exists."""

    def row_versions(self, dataset: Dataset, filenames: Sequence[str]) -> dict[str, str]:
        """For each of these files with rows in the merged table, a text of theirs.

        It is another one after any change of the rows, and says nothing else.
        """

    def ask(self, statement: Statement, values: Mapping[str, Value] | None = None) -> list[Row]:
        """Run a query and return its rows."""

    def change(self, statement: Statement, values: Mapping[str, Value] | None = None) -> object:
        """Run a statement within `transaction`."""

    def append(self, table: RecordTable[Record], records: Sequence[Record]) -> None:
        """Add rows to a record table, within `transaction`."""

    def ensure(self, table: RecordTable[Record]) -> None:
        """Create a record table if it is missing, and add newly declared columns."""

    def transaction(
        self, dataset: Dataset | None = None, writes: RecordTable[Any] | None = None
    ) -> AbstractContextManager[None]:
        """A transaction: all its changes become visible together at its end, or none does.

        Args:
            dataset: no other session can replace months of this dataset meanwhile, if the
                database has locks.
            writes: no other session can write this record table meanwhile, if the database has
                locks.
        """


def count_by_file(session: Session, dataset: Dataset) -> dict[str, int]:
    """Number of rows of each file in the merged table, by reading the column ``filename``.

    Rows without one are counted under ``NULL``.
    """
    query = Statements(__package__, session.dialect)(
        "count_by_file", table=session.table(dataset.table)
    )
    return {str(filename or "NULL"): int(str(count)) for filename, count in session.ask(query)}
