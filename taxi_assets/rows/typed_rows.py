"""The one parser: DuckDB SELECTs that turn a raw file into typed rows with their ids.

Every warehouse that is loaded from this machine reads through these statements, so that a value
is the same wherever it ends up. They are derived from the dataset's columns; paths and names of
files are bound parameters (``$path``, ``$filename``).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

import pyarrow as pa

from taxi_assets.lake.landed_file import LineEnd
from taxi_assets.rows.domain import (
    UNWRITABLE,
    is_number,
    is_time,
    to_the_microsecond,
    without_nul,
    without_zero_fraction,
)
from taxi_assets.rows.row_digest import column_texts, id_of, row_text
from taxi_assets.sql.duckdb import DUCKDB
from taxi_assets.sql.identifiers import literal, quoted
from taxi_assets.sql.statements import Statements
from taxi_assets.trips.column import Column, ColumnType
from taxi_assets.trips.dataset import Dataset

TYPES = DUCKDB.types
"""DuckDB's type for the values of each column type."""

# Whole numbers are read as doubles, since DuckDB rounds `1.5` silently where an INTEGER is due;
# times as text, since it reads `01:00:00 PM` as one o'clock and passes over zones.
_CSV_TYPES = {**TYPES, ColumnType.INTEGER: "DOUBLE", ColumnType.TIMESTAMP: "VARCHAR"}

ROW_HASH = "row_hash"
"""The first eight bytes of the MD5 of a row's text, the first byte lowest."""

ID_HASH = "id_hash"
"""Eight bytes of DuckDB's own hash of a row's id."""

BUFFER_BYTES = 8_000_000
"""How much text DuckDB reads at once; some of these are in memory. Its own 32 MB are not faster."""


def csv_reader(
    dataset: Dataset,
    header: Sequence[str],
    line_end: LineEnd,
    jagged: bool,
    paths: str = "$path",
    zipped: bool = False,
) -> str:
    """A ``read_csv`` call whose values have their types.

    Args:
        dataset: whose columns the text has.
        header: the columns of the text, in order; it may have others than the declared ones.
        line_end: how its lines end.
        jagged: whether rows may be short of trailing columns.
        paths: the SQL expression of the path, or of a list of paths.
        zipped: whether these are published files with their header, not plain text without;
            then the column ``filename`` holds each row's path.
    """
    types = {
        name: _CSV_TYPES[column.type] if column else "VARCHAR"
        for name, column in _csv_columns(dataset, header).items()
    }
    return _read_csv(paths, types, line_end, jagged, zipped)


def text_reader(dataset: Dataset, header: Sequence[str], line_end: LineEnd) -> str:
    """The same call over plain text, each value as the text that stands in the file."""
    types = dict.fromkeys(_csv_columns(dataset, header), "VARCHAR")
    return _read_csv("$path", types, line_end, jagged=True, zipped=False)


def _csv_columns(dataset: Dataset, header: Sequence[str]) -> dict[str, Column | None]:
    """What the columns of a text are called where it is read, and which are declared."""
    declared = {column.name: column for column in dataset.csv_columns}
    return {
        name if name in declared else f"undeclared {place}": declared.get(name)
        for place, name in enumerate(header)
    }


def _read_csv(
    paths: str,
    types: Mapping[str, str],
    line_end: LineEnd,
    jagged: bool,
    zipped: bool,
) -> str:
    columns = ", ".join(f"{literal(name)}: {literal(type_)}" for name, type_ in types.items())
    new_line = r"\r\n" if line_end == "\r\n" else r"\n"
    flag = str(zipped).lower()
    return (
        f"read_csv({paths}, columns = {{{columns}}}, auto_detect = false, header = {flag}, "
        f"filename = {flag}, delim = ',', quote = '\"', escape = '\"', "
        f"new_line = '{new_line}', buffer_size = {BUFFER_BYTES}, "
        f"null_padding = {str(jagged).lower()}, hive_partitioning = false)"
    )


def csv_rows(
    dataset: Dataset,
    header: Sequence[str],
    reader: str,
    filename: str = "$filename",
    hashes: Collection[str] = (),
) -> str:
    """SELECT of typed rows with ids from CSV text.

    Args:
        dataset: whose rows they are.
        header: the columns of the text, in order.
        reader: the ``read_csv`` call.
        filename: the SQL expression of the column ``filename``.
        hashes: which columns of hashes to add: `ROW_HASH`, `ID_HASH`.
    """
    values = {n: _from_csv(column) for n, column in _csv_columns(dataset, header).items() if column}
    texts = {name: quoted(name) for name in values if _is_time(dataset, name)}
    return _rows(dataset, values, texts, reader, filename, hashes)


def parquet_rows(
    dataset: Dataset,
    schema: pa.Schema,
    reader: str,
    filename: str = "$filename",
    hashes: Collection[str] = (),
) -> str:
    """SELECT of typed rows with ids from Parquet files of that schema.

    Args:
        dataset: whose rows they are.
        schema: the columns that the files hold; those that are not declared are left out.
        reader: the ``read_parquet`` call.
        filename: the SQL expression of the column ``filename``.
        hashes: which columns of hashes to add: `ROW_HASH`, `ID_HASH`.
    """
    values, texts = {}, {}
    for field in schema:
        column = dataset.parquet_columns.get(field.name.lower())
        if column is None:
            continue
        values[column.name] = _from_parquet(column, quoted(field.name), field.type)
        if _is_time(dataset, column.name) and _is_text(field.type):
            texts[column.name] = quoted(field.name)
    return _rows(dataset, values, texts, reader, filename, hashes)


def _rows(
    dataset: Dataset,
    values: Mapping[str, str],
    texts: Mapping[str, str],
    reader: str,
    filename: str,
    hashes: Collection[str],
) -> str:
    """The SELECT: `values` and `texts` are the SQL of each column and of times that are texts."""
    typed = [
        f"{values.get(column.name, f'CAST(NULL AS {TYPES[column.type]})')} AS {quoted(column.name)}"
        for column in dataset.columns
    ]
    typed += [f"{text} AS {_read(name)}" for name, text in texts.items()]
    text_of = column_texts(dataset, DUCKDB)
    # What stands both in the id and in the row's text is written once.
    once = {name for name in text_of if _is_time(dataset, name)} | set(dataset.row_id_key)
    written = {
        name: _key_amount(quoted(name)) if _is_amount(dataset, name) else text_of[name]
        for name in text_of
        if name in once
    }
    text_of |= {name: _written(name) for name in written}
    columns = [
        f"{_checked_time(column.name)} AS {quoted(column.name)}"
        if column.name in texts
        else quoted(column.name)
        for column in dataset.columns
    ]
    if ROW_HASH in hashes:
        text = row_text(dataset, DUCKDB, "unique_row_id", text_of)
        # The function for these eight bytes, md5_number_upper, takes thrice the time.
        columns.append(f"CAST(md5_number({text}) & {2**64 - 1}::UHUGEINT AS UBIGINT) AS {ROW_HASH}")
    if ID_HASH in hashes:
        columns.append(f"hash(unique_row_id) AS {ID_HASH}")
    return Statements(__package__, DUCKDB)(
        "select_rows",
        row_id=id_of(dataset, DUCKDB, text_of),
        columns=_lines(4, columns),
        written=_lines(12, [f"{text} AS {_written(name)}" for name, text in written.items()]),
        filename=filename,
        typed_columns=_lines(16, typed),
        reader=reader,
    ).text


def _lines(indent: int, expressions: Sequence[str]) -> str:
    return f",\n{' ' * indent}".join(expressions)


def _is_time(dataset: Dataset, name: str) -> bool:
    return dataset.column(name).type is ColumnType.TIMESTAMP


def _is_amount(dataset: Dataset, name: str) -> bool:
    return dataset.column(name).type is ColumnType.DOUBLE


def _is_text(found: pa.DataType) -> bool:
    return bool(pa.types.is_string(found))


def _read(name: str) -> str:
    return quoted(f"{name} as read")


def _written(name: str) -> str:
    return quoted(f"{name} as written")


def _checked_time(name: str) -> str:
    """A time, if its text is as DuckDB writes that time, but for zeros that end a fraction."""
    read = _read(name)
    return (
        f"CASE WHEN {is_time(read, _written(name))} "
        f"THEN {quoted(name)} WHEN {read} IS NOT NULL THEN error('no time') END"
    )


def _key_amount(name: str) -> str:
    text = DUCKDB.functions.texts[ColumnType.DOUBLE].format(column=name)
    return (
        f"CASE WHEN abs({name}) >= {UNWRITABLE} THEN error('amount out of range') ELSE {text} END"
    )


def _from_csv(column: Column) -> str:
    name = quoted(column.name)
    match column.type:
        case ColumnType.INTEGER:
            return _whole(name, "INTEGER")
        case ColumnType.CODE:
            return without_zero_fraction(name)
        case ColumnType.TIMESTAMP:
            return f"CAST({name} AS TIMESTAMP)"
        case _:
            return name


def _from_parquet(column: Column, name: str, found: pa.DataType) -> str:
    target = TYPES[column.type]
    floating = pa.types.is_floating(found)
    sql = f"CAST({name} AS {target})"
    match column.type:
        case _ if pa.types.is_null(found):
            sql = f"CAST(NULL AS {target})"
        case ColumnType.INTEGER if _is_text(found):
            sql = _spelled(column, name)
        case ColumnType.INTEGER if floating:
            sql = _whole(name, target)
        case ColumnType.CODE | ColumnType.TEXT if floating:
            sql = f"CAST({_whole(name, 'BIGINT')} AS VARCHAR)"
        case ColumnType.CODE if _is_text(found):
            sql = without_nul(name, without_zero_fraction(name))
        case ColumnType.TEXT if _is_text(found):
            sql = without_nul(name, name)
        case ColumnType.TIMESTAMP if pa.types.is_timestamp(found) and found.unit == "ns":
            sql = to_the_microsecond(name)
    return sql


def _whole(name: str, target: str) -> str:
    return (
        f"CASE WHEN {name} = trunc({name}) THEN CAST({name} AS {target}) "
        f"WHEN {name} IS NOT NULL THEN error('not a whole number') END"
    )


def _spelled(column: Column, name: str) -> str:
    cases = " ".join(
        f"WHEN {literal(word)} THEN {int(code)}" for word, code in column.spellings.items()
    )
    number = (
        f"CASE WHEN {is_number(name)} THEN CAST(trim({name}) AS DOUBLE) "
        f"WHEN {name} IS NOT NULL THEN error('no number') END"
    )
    if not cases:
        return _whole(number, "INTEGER")
    return f"CASE lower(trim({name})) {cases} ELSE {_whole(number, 'INTEGER')} END"
