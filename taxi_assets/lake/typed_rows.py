"""The one parser: DuckDB SELECTs that turn a raw file into typed rows with their ids.

Every warehouse that is loaded from this machine reads through these statements, so that a value
is the same wherever it ends up. They are derived from the dataset's columns; paths and names of
files are bound parameters (``$path``, ``$filename``).
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from taxi_assets.lake.landed_file import LineEnd
from taxi_assets.statements import statement
from taxi_assets.trips.column import Column, ColumnType
from taxi_assets.trips.dataset import Dataset

TYPES: Mapping[ColumnType, str] = {
    ColumnType.CODE: "VARCHAR",
    ColumnType.TEXT: "VARCHAR",
    ColumnType.TIMESTAMP: "TIMESTAMP",
    ColumnType.INTEGER: "INTEGER",
    ColumnType.DOUBLE: "DOUBLE",
}
"""DuckDB's type for the values of each column type."""

# Whole numbers are read as doubles, since DuckDB rounds `1.5` silently where an INTEGER is due;
# times as text, since it reads `01:00:00 PM` as one o'clock and passes over zones.
_CSV_TYPES = {**TYPES, ColumnType.INTEGER: "DOUBLE", ColumnType.TIMESTAMP: "VARCHAR"}

_TIME_LIKE = "____-__-__ __:__:__"
FRACTION_PATTERN = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{1,6}"
"""Times that are longer than that: only with a fraction that microseconds hold."""

# From here on DuckDB and Postgres write doubles differently, and no trip costs that much.
_UNWRITABLE = "1e15"


def quoted(name: str) -> str:
    """The name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """The text as an SQL string constant."""
    return "'" + text.replace("'", "''") + "'"


def csv_reader(
    dataset: Dataset, line_end: LineEnd, jagged: bool, paths: str = "$path", zipped: bool = False
) -> str:
    """A ``read_csv`` call whose values have their types.

    Args:
        dataset: whose columns the text has.
        line_end: how its lines end.
        jagged: whether rows may be short of trailing columns.
        paths: the SQL expression of the path, or of a list of paths.
        zipped: whether these are published files with their header, not plain pieces without;
            then the column ``filename`` holds each row's path.
    """
    types = {column.name: _CSV_TYPES[column.type] for column in dataset.csv_columns}
    return _read_csv(paths, types, line_end, jagged, zipped)


def text_reader(dataset: Dataset, line_end: LineEnd) -> str:
    """The same call over plain pieces, each value as the text that stands in the file."""
    types = {column.name: "VARCHAR" for column in dataset.csv_columns}
    return _read_csv("$path", types, line_end, jagged=True, zipped=False)


def _read_csv(
    paths: str, types: Mapping[str, str], line_end: LineEnd, jagged: bool, zipped: bool
) -> str:
    columns = ", ".join(f"{literal(name)}: {literal(type_)}" for name, type_ in types.items())
    new_line = r"\r\n" if line_end == "\r\n" else r"\n"
    flag = str(zipped).lower()
    return (
        f"read_csv({paths}, columns = {{{columns}}}, auto_detect = false, header = {flag}, "
        f"filename = {flag}, delim = ',', quote = '\"', escape = '\"', "
        f"new_line = '{new_line}', null_padding = {str(jagged).lower()})"
    )


def csv_rows(dataset: Dataset, reader: str, filename: str = "$filename") -> str:
    """SELECT of typed rows with ids from CSV text.

    Args:
        dataset: whose rows they are.
        reader: the ``read_csv`` call.
        filename: the SQL expression of the column ``filename``.
    """
    values = {column.name: _from_csv(column) for column in dataset.csv_columns}
    return _rows(dataset, values, reader, filename)


def parquet_rows(
    dataset: Dataset, schema: pa.Schema, reader: str, filename: str = "$filename"
) -> str:
    """SELECT of typed rows with ids from Parquet files of that schema.

    Args:
        dataset: whose rows they are.
        schema: the columns that the files have.
        reader: the ``read_parquet`` call.
        filename: the SQL expression of the column ``filename``.
    """
    values = {}
    for name in schema.names:
        column = dataset.parquet_columns[name.lower()]
        values[column.name] = _from_parquet(column, quoted(name), schema.field(name).type)
    return _rows(dataset, values, reader, filename)


def _rows(dataset: Dataset, values: Mapping[str, str], reader: str, filename: str) -> str:
    typed = ",\n        ".join(
        f"{values.get(column.name, f'CAST(NULL AS {TYPES[column.type]})')} AS {quoted(column.name)}"
        for column in dataset.columns
    )
    key = ", ".join(_key_text(dataset.column(name)) for name in dataset.row_id_key)
    return statement(
        __package__, "select_rows", filename=filename, key=key, typed_columns=typed, reader=reader
    )


def _key_text(column: Column) -> str:
    name = quoted(column.name)
    return _double_text(name) if column.type is ColumnType.DOUBLE else name


def _double_text(name: str) -> str:
    """The shortest text of a double, as Postgres writes it: no ``.0`` behind whole numbers."""
    return (
        f"CASE WHEN {name} = 0 THEN if(signbit({name}), '-0', '0') "
        f"WHEN {name} = trunc({name}) AND abs({name}) < {_UNWRITABLE} "
        f"THEN CAST(CAST({name} AS BIGINT) AS VARCHAR) "
        f"WHEN abs({name}) < {_UNWRITABLE} THEN CAST({name} AS VARCHAR) "
        f"WHEN {name} IS NOT NULL THEN error('amount out of range') END"
    )


def _from_csv(column: Column) -> str:
    name = quoted(column.name)
    match column.type:
        case ColumnType.INTEGER:
            return _whole(name, "INTEGER")
        case ColumnType.CODE:
            # Some re-exports went through floats.
            return f"CASE WHEN {name} LIKE '%.0' THEN {name}[:-3] ELSE {name} END"
        case ColumnType.TIMESTAMP:
            return _time(name)
        case _:
            return name


def _from_parquet(column: Column, name: str, found: pa.DataType) -> str:
    target = TYPES[column.type]
    text = pa.types.is_string(found) or pa.types.is_large_string(found)
    floating = pa.types.is_floating(found)
    sql = f"CAST({name} AS {target})"
    match column.type:
        case _ if pa.types.is_null(found):
            sql = f"CAST(NULL AS {target})"
        case ColumnType.INTEGER if text:
            sql = _spelled(column, name)
        case ColumnType.INTEGER if floating:
            sql = _whole(name, target)
        case ColumnType.CODE | ColumnType.TEXT if floating:
            sql = f"CAST({_whole(name, 'BIGINT')} AS VARCHAR)"
        case ColumnType.TIMESTAMP if text:
            sql = _time(name)
    return sql


def _time(name: str) -> str:
    return (
        f"CASE WHEN {name} LIKE {literal(_TIME_LIKE)} "
        f"OR regexp_full_match({name}, {literal(FRACTION_PATTERN)}) "
        f"THEN CAST({name} AS TIMESTAMP) WHEN {name} IS NOT NULL THEN error('no time') END"
    )


def _whole(name: str, target: str) -> str:
    return (
        f"CASE WHEN {name} = trunc({name}) THEN CAST({name} AS {target}) "
        f"WHEN {name} IS NOT NULL THEN error('not a whole number') END"
    )


def _spelled(column: Column, name: str) -> str:
    cases = " ".join(
        f"WHEN {literal(word)} THEN {int(code)}" for word, code in column.spellings.items()
    )
    number = f"CAST(trim({name}) AS DOUBLE)"
    return f"CASE lower(trim({name})) {cases} ELSE {_whole(number, 'INTEGER')} END"
