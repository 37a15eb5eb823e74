"""Finds the values of a file that keep it from being loaded: slow, run only after a failure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from taxi_assets.errors import InvalidFileError
from taxi_assets.lake.landed_file import FileFacts
from taxi_assets.rows.domain import NAMES, is_bad
from taxi_assets.rows.odd_texts import parquet_reader, readable_rows, shown
from taxi_assets.rows.typed_rows import text_reader
from taxi_assets.sql.duckdb import DUCKDB, only_path
from taxi_assets.sql.identifiers import literal, quoted
from taxi_assets.sql.statements import Statements
from taxi_assets.trips.column import Column
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile

_READABLE = "readable_rows"


@dataclass(frozen=True)
class BadRow:
    """A row with values that do not fit their columns.

    Attributes:
        number: of the row, counted from 1.
        column: the first such column.
        value: the text of its value; None where it is empty.
        rows: how many such rows the file has.
    """

    number: int
    column: Column
    value: str | None
    rows: int

    @property
    def reason(self) -> str:
        """Why the value does not fit."""
        if self.value is None:
            return "is empty"
        return f"{self.value!r} is no {NAMES[self.column.type]}"


@dataclass(frozen=True)
class BadValues:
    """The first value that does not fit its column, and how many rows have such values."""

    place: str
    first: BadRow

    def as_error(self, file: TripFile) -> InvalidFileError:
        """The error that names file, place, value and remedy."""
        rows = self.first.rows
        others = f" (and {rows - 1:,} more rows with such values)" if rows > 1 else ""
        return InvalidFileError(
            f"{file}, {self.place}, column {self.first.column.name}: {self.first.reason}{others}",
            "correct the file at the source or have it published again; the rows that were "
            "loaded before are still there",
        )


def in_csv(
    connection: duckdb.DuckDBPyConnection, dataset: Dataset, path: str, facts: FileFacts
) -> BadValues | None:
    """The first bad value of a CSV, given as plain text without its header."""
    for row in bad_rows_in_csv(connection, dataset, path, facts, most=1):
        return BadValues(f"{'row' if facts.blank_lines else 'line'} {row.number + 1:,}", row)
    return None


def in_parquet(
    connection: duckdb.DuckDBPyConnection, dataset: Dataset, path: Path
) -> BadValues | None:
    """The first bad value of a Parquet file."""
    for row in bad_rows_in_parquet(connection, dataset, path, most=1):
        return BadValues(f"row {row.number:,}", row)
    return None


def bad_rows_in_csv(
    connection: duckdb.DuckDBPyConnection, dataset: Dataset, path: str, facts: FileFacts, most: int
) -> list[BadRow]:
    """The first bad rows of a CSV, given as plain text without its header."""
    line_end = "\n" if facts.irregular or facts.line_end is None else facts.line_end
    header = facts.header(dataset)
    declared = {column.name for column in dataset.csv_columns}
    values = {name: quoted(name) for name in header if name in declared}
    reader = text_reader(dataset, header, line_end)
    return _search(connection, dataset, values, reader, most, {"path": path})


def bad_rows_in_parquet(
    connection: duckdb.DuckDBPyConnection, dataset: Dataset, path: Path, most: int
) -> list[BadRow]:
    """The first bad rows of a Parquet file."""
    schema = pq.read_schema(path)
    values = {
        column.name: f"CAST({quoted(name)} AS VARCHAR)"
        for name in schema.names
        if (column := dataset.parquet_columns.get(name.lower()))
    }
    try:
        place = {"path": only_path(path)}
        return _search(connection, dataset, values, parquet_reader(), most, place)
    except duckdb.InvalidInputException:
        connection.register(_READABLE, readable_rows(path))
        return _search(connection, dataset, values, _READABLE, most, {})


def _search(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    values: Mapping[str, str],
    reader: str,
    most: int,
    parameters: Mapping[str, str],
) -> list[BadRow]:
    tests = ", ".join(
        f"{{'name': {literal(name)}, 'value': {value}, 'bad': coalesce({bad}, false)}}"
        for name, value in values.items()
        for bad in [is_bad(dataset.column(name), value, name in dataset.row_id_key)]
    )
    query = Statements(__package__, DUCKDB)("find_bad_values", tests=tests, reader=reader)
    found = connection.execute(query.text, {**parameters, "most": most}).fetchall()
    return [
        BadRow(number, dataset.column(name), shown(value), rows)
        for number, name, value, rows in found
    ]
