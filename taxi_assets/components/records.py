"""Reads the records of an answer, and turns them into a typed table.

A value that does not fit is an error.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from taxi_assets.components.columns import ARROW_TYPES, Column, found, is_there
from taxi_assets.errors import InvalidFileError

Records = Sequence[Mapping[str, Any]]
Format = Literal["json", "ndjson", "csv", "parquet"]

REMEDY = "correct the pipeline file if the answer is right; nothing was written"
_SHOWN_CHARACTERS = 60


@dataclass(frozen=True)
class Form:
    """The form of an answer.

    Attributes:
        format: how it is written; not Parquet, which `table_of_parquet` reads.
        columns: the columns to keep, by their names in the table.
        records: in JSON, the path of the records; None if the answer is the records.
        delimiter: what separates the fields of a CSV file.
        encoding: of the characters of a text.
        decimal: the decimal mark of numbers that are written as text.
    """

    format: Format
    columns: Mapping[str, Column]
    records: str | None = None
    delimiter: str = ","
    encoding: str = "utf-8"
    decimal: str = "."


@dataclass(frozen=True)
class Page:
    """A page of an answer.

    Attributes:
        records: its records.
        answer: what JSON it was, to look for the next page in; None in other formats.
        names: names that each record has, NULL or not; those of a CSV file's header.
    """

    records: Records
    answer: object = None
    names: frozenset[str] = frozenset()


def read_page(content: bytes, place: str, form: Form) -> Page:
    """Read the records of a text.

    Args:
        content: the answer.
        place: address of the answer, for errors.
        form: the form of the answer.

    Raises:
        InvalidFileError: it has another form.
    """
    readers: Mapping[str, Callable[[str, str, Form], Page]] = {
        "csv": _read_csv,
        "json": _read_json,
        "ndjson": _read_ndjson,
    }
    title = "CSV" if form.format == "csv" else "JSON"
    try:
        # A byte order mark stands only before UTF-8.
        encoding = "utf-8-sig" if form.encoding.lower() in ("utf-8", "utf8") else form.encoding
        text = content.decode(encoding)
    except ValueError:
        raise InvalidFileError(
            f"{place} is not {title} in {form.encoding.upper()}", REMEDY
        ) from None
    return readers[form.format](text, place, form)


def table_of(pages: Iterable[Page], place: str, form: Form) -> pa.Table:
    """The columns of all pages as a table; a key that a record lacks is NULL.

    Raises:
        InvalidFileError: there are no records, a column is in none of them, or a value does not
            fit its column.
    """
    pages = list(pages)
    records = [record for page in pages for record in page.records]
    if not records:
        raise InvalidFileError(f"{place} holds no records", REMEDY)
    names = frozenset().union(*(page.names for page in pages))
    paths = {name: column.place(name) for name, column in form.columns.items()}
    missing = [
        path
        for path in paths.values()
        if path not in names and not any(is_there(record, path) for record in records)
    ]
    if missing:
        raise InvalidFileError(f"{place} has no {', '.join(missing)}", REMEDY)
    return pa.table(
        {
            name: pa.array(
                _values(records, name, column, place, form.decimal), ARROW_TYPES[column.kind]
            )
            for name, column in form.columns.items()
        }
    )


def table_of_parquet(content: bytes, place: str, columns: Mapping[str, Column]) -> pa.Table:
    """Read columns of a Parquet file; a path may lead into structs.

    Raises:
        InvalidFileError: it is no Parquet file, has no rows, or a value does not fit its column.
    """
    try:
        file = pq.ParquetFile(io.BytesIO(content))
        top = {column.place(name).partition(".")[0] for name, column in columns.items()}
        present = set(file.schema_arrow.names)
        whole = {column.place(name) for name, column in columns.items()} & present
        rows = file.read(columns=sorted((top | whole) & present))
    except (pa.ArrowException, OSError) as error:
        raise InvalidFileError(f"{place} is not Parquet: {_said(error)}", REMEDY) from None
    if not rows.num_rows:
        raise InvalidFileError(f"{place} holds no records", REMEDY)
    return pa.table(
        {name: _parquet_column(rows, name, column, place) for name, column in columns.items()}
    )


def _parquet_column(rows: pa.Table, name: str, column: Column, place: str) -> pa.ChunkedArray:
    import pyarrow.compute as pc  # takes a third of a second, and few files need it

    path = column.place(name)
    try:
        if path in rows.column_names:
            values = rows[path]
        else:
            head, *inner = path.split(".")
            values = rows[head]
            if inner:
                values = pc.struct_field(values, inner)
    except (KeyError, pa.ArrowException):
        raise InvalidFileError(f"{place} has no {path}", REMEDY) from None
    type_ = ARROW_TYPES[column.kind]
    try:
        if column.unix or column.time_format:
            return pa.chunked_array(
                [pa.array([column.value(value) for value in values.to_pylist()], type_)]
            )
        if pa.types.is_timestamp(values.type) and values.type.tz:
            values = values.cast(pa.timestamp(values.type.unit, "UTC"))
            values = values.cast(pa.timestamp(values.type.unit))
        # Times finer than microseconds are cut; everything else must fit exactly.
        return values.cast(type_, safe=not pa.types.is_timestamp(values.type))
    except (pa.ArrowException, ValueError, TypeError, OverflowError) as error:
        raise InvalidFileError(
            f"{place}: {name} is {values.type}, which is no {column.kind}: {_said(error)}", REMEDY
        ) from None


def _read_json(text: str, place: str, form: Form) -> Page:
    try:
        answer = json.loads(text)
    except (ValueError, RecursionError):
        raise InvalidFileError(f"{place} is not JSON", REMEDY) from None
    records = answer
    if form.records is not None:
        if not is_there(answer, form.records):
            raise InvalidFileError(f"{place} has nothing at {form.records!r}", REMEDY)
        records = found(answer, form.records)
    if isinstance(records, dict):
        records = _of_lists(records, form) or [records]
    if not isinstance(records, list) or not all(isinstance(each, dict) for each in records):
        raise InvalidFileError(f"{place} holds no list of JSON objects", REMEDY)
    return Page(records, answer)


def _of_lists(answer: Mapping[str, Any], form: Form) -> list[dict[str, Any]]:
    """The records of an object that has a list of values for each column; else none."""
    lists = {
        path: found(answer, path)
        for path in (column.place(name) for name, column in form.columns.items())
    }
    lengths = {len(values) if isinstance(values, list) else None for values in lists.values()}
    if None in lengths or len(lengths) != 1:
        return []
    columns: Iterable[list[Any]] = lists.values()  # type: ignore[assignment] # by the lengths
    return [dict(zip(lists, row, strict=True)) for row in zip(*columns, strict=True)]


def _read_ndjson(text: str, place: str, _form: Form) -> Page:
    records = []
    # Only LF ends a line: splitlines would also split at characters that JSON texts may hold.
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            record = json.loads(line)
        except (ValueError, RecursionError):
            record = None
        if not isinstance(record, dict):
            raise InvalidFileError(f"{place}, line {number}: it is no JSON object", REMEDY)
        records.append(record)
    return Page(records)


def _read_csv(text: str, place: str, form: Form) -> Page:
    try:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=form.delimiter, strict=True)
        header, *rows = list(reader) or [[]]
    except (ValueError, csv.Error) as error:
        title = f"CSV in {form.encoding.upper()}"
        raise InvalidFileError(f"{place} is not {title}: {error}", REMEDY) from None
    if len(set(header)) < len(header):
        raise InvalidFileError(f"{place} has two columns of one name", REMEDY)
    for number, row in enumerate(rows, 1):
        if len(row) != len(header):
            raise InvalidFileError(
                f"{place}, record {number}: {len(row)} fields, the header has {len(header)}",
                REMEDY,
            )
    records = [
        {name: field or None for name, field in zip(header, row, strict=True)} for row in rows
    ]
    return Page(records, names=frozenset(header))


def _values(records: Records, name: str, column: Column, place: str, decimal: str) -> list[object]:
    path = column.place(name)
    values = []
    for number, record in enumerate(records, 1):
        value = found(record, path)
        try:
            values.append(column.value(value, decimal))
        except (ValueError, TypeError, OverflowError):
            shown = json.dumps(value, ensure_ascii=False)[:_SHOWN_CHARACTERS]
            raise InvalidFileError(
                f"{place}, record {number}: {name} is {shown}, which is no {column.kind}", REMEDY
            ) from None
    return values


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:200]
