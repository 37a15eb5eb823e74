"""Changes of loaded months as accidents and people make them, drawn at random."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from taxi_assets.sql.identifiers import literal
from taxi_assets.trips.column import ColumnType
from taxi_assets.trips.dataset import Dataset

_ODD_AMOUNTS = (0.0, -0.0, math.nan, math.inf, -math.inf, 1e33, -1e15, 5e-324, 9e12, 0.1 + 0.2)
_ODD_TEXTS = ("", " ", "ü", "🚕", "1:N", "|", "NULL", "N ", "n", "x" * 40)
_ODD_CODES = ("0", "00", "1.0", "265", "-1", "", "١")
_HEX = "0123456789abcdef"


@dataclass(frozen=True)
class Change:
    """A change: what it is called, and the statements that make it."""

    name: str
    statements: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A month's rows in a database, as changes are drawn from them.

    Attributes:
        dataset: whose rows they are.
        place: the column by which the database finds a row, such as ``rowid``.
        columns: the names of the table's columns, in order.
        rows: the rows, each behind its place.
        filename: the file that they are from.
        other_filename: a file that is loaded, too.
    """

    dataset: Dataset
    place: str
    columns: Sequence[str]
    rows: Sequence[tuple[Any, ...]]
    filename: str
    other_filename: str

    def value(self, row: tuple[Any, ...], column: str) -> Any:
        """A value of a row."""
        return row[1 + self.columns.index(column)]

    def update(self, row: tuple[Any, ...], **values: object) -> str:
        """The statement that gives a row other values."""
        given = ", ".join(f'"{name}" = {_sql(value)}' for name, value in values.items())
        return f"UPDATE {self.dataset.table} SET {given} WHERE {self._at(row)}"

    def change(self, random: Random) -> Change:
        """Any change."""
        kinds: tuple[Callable[[Random], tuple[str, ...]], ...] = (
            *(self.cell, self.cell, self.cell, self.swap, self.swap, self.across, self.compensate),
            *(self.nudge, self.delete, self.double, self.move, self.swap_ids, self.ledger),
        )
        kind = random.choice(kinds)
        return Change(kind.__name__, kind(random))

    def cell(self, random: Random) -> tuple[str, ...]:
        """Any value in any column."""
        column, row = random.choice(self.columns), random.choice(self.rows)
        return (self.update(row, **{column: self._other_value(random, column, row)}),)

    def swap(self, random: Random) -> tuple[str, ...]:
        """Two rows exchange their values in some columns."""
        columns = random.sample(list(self.columns), random.choice((1, 1, 1, 2, 3)))
        one, other = random.sample(list(self.rows), 2)
        return (
            self.update(one, **{c: self.value(other, c) for c in columns}),
            self.update(other, **{c: self.value(one, c) for c in columns}),
        )

    def swap_ids(self, random: Random) -> tuple[str, ...]:
        """Two rows exchange their ids."""
        one, other = random.sample(list(self.rows), 2)
        ids = [self.value(row, "unique_row_id") for row in (one, other)]
        return self.update(one, unique_row_id=ids[1]), self.update(other, unique_row_id=ids[0])

    def across(self, random: Random) -> tuple[str, ...]:
        """Two columns of a row exchange their values."""
        row = random.choice(self.rows)
        one, other = random.sample(self._of_type(random.choice(list(ColumnType))), 2)
        return (self.update(row, **{one: self.value(row, other), other: self.value(row, one)}),)

    def compensate(self, random: Random) -> tuple[str, ...]:
        """What is added to a value of one row is taken from that of another."""
        column = random.choice(self._of_type(ColumnType.DOUBLE, ColumnType.INTEGER))
        there = [row for row in self.rows if self.value(row, column) is not None]
        if len(there) < 2:
            return ()
        one, other = random.sample(there, 2)
        by = random.choice((1, 2, 100))
        return (
            self.update(one, **{column: self.value(one, column) + by}),
            self.update(other, **{column: self.value(other, column) - by}),
        )

    def nudge(self, random: Random) -> tuple[str, ...]:
        """The least that an amount or a time can change."""
        column = random.choice(self._of_type(ColumnType.DOUBLE, ColumnType.TIMESTAMP))
        row = random.choice(self.rows)
        value = self.value(row, column)
        if isinstance(value, datetime):
            value += timedelta(microseconds=random.choice((1, -1)))
        elif value is not None:
            value = math.nextafter(value, random.choice((math.inf, -math.inf)))
        return (self.update(row, **{column: value}),)

    def delete(self, random: Random) -> tuple[str, ...]:
        """Rows vanish."""
        chosen = random.sample(list(self.rows), random.choice((1, 2, len(self.rows))))
        return tuple(f"DELETE FROM {self.dataset.table} WHERE {self._at(row)}" for row in chosen)

    def double(self, random: Random) -> tuple[str, ...]:
        """A row stands twice; or takes the place of another."""
        one, other = random.sample(list(self.rows), 2)
        table, columns = self.dataset.table, ", ".join(f'"{name}"' for name in self.columns)
        copy = (
            f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table} WHERE {self._at(one)}"
        )
        gone = f"DELETE FROM {table} WHERE {self._at(other)}"
        return (copy,) if random.random() < 0.5 else (copy, gone)

    def move(self, random: Random) -> tuple[str, ...]:
        """A row is put under another file's name."""
        return (self.update(random.choice(self.rows), filename=self.other_filename),)

    def ledger(self, random: Random) -> tuple[str, ...]:
        """The ledger says something else, or nothing."""
        value = random.choice(
            (
                "sha256 = '" + "".join(random.choices(_HEX, k=64)) + "'",
                "rows = rows + 1",
                "taxi = 'yellow'",
                "month = '2020-05'",
                "jagged_rows = jagged_rows + 1",
                "filename = 'other.csv'",
                "digest = '0123456789abcdef', engine_digest = NULL",
                "digest = NULL, engine_digest = 'DuckDB 0.1/1 0123456789abcdef'",
            )
        )
        return (f"UPDATE tripdata_files SET {value} WHERE filename = {literal(self.filename)}",)

    def _other_value(self, random: Random, column: str, row: tuple[Any, ...]) -> object:
        if column == "filename":
            return random.choice((self.other_filename, "other.csv", ""))
        if column == "unique_row_id":
            return random.choice((None, "", "".join(random.choices(_HEX, k=32))))
        value = self.value(row, column)
        others = [self.value(other, column) for other in self.rows]
        match self._types[column]:
            case ColumnType.DOUBLE:
                odd: Sequence[object] = (*_ODD_AMOUNTS, round(random.uniform(-99, 99), 2))
            case ColumnType.INTEGER:
                odd = (0, -1, 2**31 - 1, random.randrange(10))
            case ColumnType.TIMESTAMP:
                time = value or datetime.fromisoformat("2020-04-01")
                odd = (time + timedelta(seconds=random.choice((1, -1, 3600, 86_400))),)
            case ColumnType.CODE:
                odd = _ODD_CODES
            case ColumnType.TEXT:
                odd = _ODD_TEXTS
        return random.choice((None, random.choice(others), *odd))

    def _of_type(self, *types: ColumnType) -> list[str]:
        return [name for name, type_ in self._types.items() if type_ in types] * 2

    @property
    def _types(self) -> dict[str, ColumnType]:
        names = {name.lower(): name for name in self.columns}
        return {names[column.name.lower()]: column.type for column in self.dataset.columns}

    def _at(self, row: tuple[Any, ...]) -> str:
        return f"{self.place} = {_sql(row[0])}"


def _sql(value: object) -> str:
    match value:
        case None:
            return "NULL"
        case float() if not math.isfinite(value) or value == 0:
            return f"CAST('{value}' AS DOUBLE PRECISION)"
        case float() | int():
            return repr(value)
        case datetime():
            return f"TIMESTAMP '{value.isoformat(' ')}'"
        case _:
            return literal(str(value))
