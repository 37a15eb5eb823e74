"""Finds the values of a file that keep it from being loaded: slow, run only after a failure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from taxi_assets.errors import InvalidFileError
from taxi_assets.lake.landed_file import FileFacts
from taxi_assets.lake.typed_rows import FRACTION_PATTERN, literal, quoted, text_reader
from taxi_assets.statements import statement
from taxi_assets.trips.column import Column, ColumnType
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile


@dataclass(frozen=True)
class BadValues:
    """The first value that does not fit its column, and how many rows have such values."""

    place: str
    column: Column
    value: str | None
    rows: int

    def as_error(self, file: TripFile) -> InvalidFileError:
        """The error that names file, place, value and remedy."""
        value = (
            "is empty" if self.value is None else f"{self.value!r} is no {_NAMES[self.column.type]}"
        )
        others = f" (and {self.rows - 1:,} more rows with such values)" if self.rows > 1 else ""
        return InvalidFileError(
            f"{file}, {self.place}, column {self.column.name}: {value}{others}",
            "correct the file at the source or have it published again; the rows that were "
            "loaded before are still there",
        )


_NAMES = {
    ColumnType.CODE: "whole number",
    ColumnType.INTEGER: "whole number",
    ColumnType.DOUBLE: "amount below 1e15",
    ColumnType.TIMESTAMP: "time such as 2020-04-01 00:44:02",
    ColumnType.TEXT: "text",
}


def in_csv(
    connection: duckdb.DuckDBPyConnection, dataset: Dataset, path: str, facts: FileFacts
) -> BadValues | None:
    """The first bad value of a CSV, given as plain text without its header."""
    line_end = "\n" if facts.irregular or facts.line_end is None else facts.line_end
    values = {column.name: quoted(column.name) for column in dataset.csv_columns}
    found = _search(connection, dataset, values, text_reader(dataset, line_end), path)
    if found is None:
        return None
    number, name, value, rows = found
    place = f"{'row' if facts.blank_lines else 'line'} {number + 1:,}"
    return BadValues(place, dataset.column(name), value, rows)


def in_parquet(
    connection: duckdb.DuckDBPyConnection, dataset: Dataset, path: Path
) -> BadValues | None:
    """The first bad value of a Parquet file."""
    schema = pq.read_schema(path)
    values = {
        dataset.parquet_columns[name.lower()].name: f"CAST({quoted(name)} AS VARCHAR)"
        for name in schema.names
    }
    found = _search(connection, dataset, values, "read_parquet($path)", str(path))
    if found is None:
        return None
    number, name, value, rows = found
    return BadValues(f"row {number:,}", dataset.column(name), value, rows)


def _search(
    connection: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    values: Mapping[str, str],
    reader: str,
    path: str,
) -> tuple[int, str, str | None, int] | None:
    tests = ", ".join(
        f"{{'name': {literal(name)}, 'value': {value}, "
        f"'bad': coalesce({_is_bad(dataset, dataset.column(name), value)}, false)}}"
        for name, value in values.items()
    )
    query = statement(__package__, "find_bad_values", tests=tests, reader=reader)
    return connection.execute(query, {"path": path}).fetchone()


def _is_bad(dataset: Dataset, column: Column, value: str) -> str:
    number = f"TRY_CAST({value} AS DOUBLE)"
    match column.type:
        case ColumnType.TIMESTAMP:
            time = f"TRY_CAST({value} AS TIMESTAMP)"
            limits = f"{literal(FIRST_TIME)} AND {literal(LAST_TIME)}"
            bad = (
                f"{value} IS NOT NULL AND ({time} IS NULL OR NOT ({time} BETWEEN {limits}) "
                f"OR NOT regexp_full_match({value}, {literal(_TIME_PATTERN)}))"
            )
        case ColumnType.INTEGER:
            words = ", ".join(map(literal, column.spellings)) or "''"
            bad = (
                f"{value} IS NOT NULL AND lower(trim({value})) NOT IN ({words}) "
                f"AND ({number} IS NULL OR {number} <> trunc({number}) "
                f"OR TRY_CAST({number} AS INTEGER) IS NULL)"
            )
        case ColumnType.CODE:
            pattern = r"[A-Z]+|[0-9]+(\.0)?" if column.letters else r"[0-9]+(\.0)?"
            bad = f"NOT regexp_full_match({value}, {literal(pattern)})"
        case ColumnType.DOUBLE:
            bad = f"{value} IS NOT NULL AND ({number} IS NULL OR isinf({number}))"
            if column.name in dataset.row_id_key:
                bad += f" OR NOT abs({number}) < 1e15"
        case ColumnType.TEXT:
            bad = "false"
    return bad if column.nullable else f"{value} IS NULL OR {bad}"


FIRST_TIME = "0001-01-01 00:00:00"
LAST_TIME = "9999-12-31 23:59:59.999999"
"""Times outside of these are written differently by DuckDB, Postgres and Python."""

_TIME_PATTERN = rf"\d{{4}}-\d\d-\d\d \d\d:\d\d:\d\d|{FRACTION_PATTERN}"
