"""An open connection to a warehouse, as what all warehouses share asks it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple, Protocol

from taxi_assets.sql.dialect import Dialect
from taxi_assets.sql.statements import Statement
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.record_tables import Record, RecordTable

Value = str | int | float | Decimal | date | datetime | Sequence[str] | Sequence[datetime] | None
"""What a statement can bind."""

Row = tuple[object, ...]


class TableColumn(NamedTuple):
    """A column of a table that is there: its type as the database names it."""

    name: str
    type: str
    nullable: bool = True


class MonthRows(NamedTuple):
    """Where the rows of a month stand in the merged table, in whatever format it came.

    Attributes:
        condition: what is true of them alone.
        values: what the condition binds.
    """

    condition: Statement
    values: Mapping[str, Value]


class Session(Protocol):
    """Asks one warehouse and changes it.

    Statements bind those of the given values that they name.
    """

    @property
    def dialect(self) -> Dialect:
        """How its SQL is written."""

    def table(self, name: str) -> str:
        """The table as its SQL names it."""

    def columns(self, name: str) -> list[TableColumn]:
        """The columns of a table, in order; none where there is no such table."""

    def month_rows(self, file: TripFile) -> MonthRows:
        """Where the rows of a file's month stand."""

    def ask(self, statement: Statement, values: Mapping[str, Value] | None = None) -> list[Row]:
        """The rows that a query finds."""

    def change(self, statement: Statement, values: Mapping[str, Value] | None = None) -> object:
        """Run a statement within `transaction`."""

    def append(self, table: RecordTable[Record], records: Sequence[Record]) -> None:
        """Add rows to a record table, within `transaction`."""

    def ensure(self, table: RecordTable[Record]) -> None:
        """Make a record table where it is missing, and add columns declared since."""

    def transaction(
        self, dataset: Dataset | None = None, writes: RecordTable[Any] | None = None
    ) -> AbstractContextManager[None]:
        """What changes within it becomes visible at its end, all at once, or not at all.

        Args:
            dataset: whose months must not be replaced meanwhile, where the database can lock.
            writes: a record table that nobody else must write meanwhile, likewise.
        """
