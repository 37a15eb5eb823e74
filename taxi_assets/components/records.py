"""Turns an answer in JSON or CSV into a typed table. A value that does not fit is an error."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime
from typing import Any, Literal

import pyarrow as pa

from taxi_assets.errors import InvalidFileError

ColumnKind = Literal["text", "integer", "number", "boolean", "date", "timestamp"]
Records = Iterable[Mapping[str, Any]]

_REMEDY = "correct the pipeline file if the answer is right; nothing was written"
_SHOWN_CHARACTERS = 60
_INT64 = 2**63

ARROW_TYPES: Mapping[ColumnKind, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}
"""Arrow's type for each kind of column; timestamps are in UTC."""


def table_of_json(
    content: bytes, place: str, records: str | None, columns: Mapping[str, ColumnKind]
) -> pa.Table:
    """Read columns from a list of JSON objects; a key that an object lacks is NULL.

    Args:
        content: the answer.
        place: address of the answer, for errors.
        records: the key of the list; None if the answer is the list itself.
        columns: the columns to keep, with the kind of their values.

    Raises:
        InvalidFileError: there is no such list, it is empty, or a value does not fit.
    """
    try:
        answer = json.loads(content)
    except ValueError:
        raise InvalidFileError(f"{place} is not JSON", _REMEDY) from None
    if records is not None:
        if not isinstance(answer, dict) or records not in answer:
            raise InvalidFileError(f"{place} is no JSON object with {records!r}", _REMEDY)
        answer = answer[records]
    if not isinstance(answer, list) or not all(isinstance(each, dict) for each in answer):
        raise InvalidFileError(f"{place} holds no list of JSON objects", _REMEDY)
    missing = [name for name in columns if not any(name in each for each in answer)]
    return _table(answer, missing, place, columns)


def table_of_csv(content: bytes, place: str, columns: Mapping[str, ColumnKind]) -> pa.Table:
    """Read columns from a CSV text in UTF-8 with a header; an empty field is NULL.

    Raises:
        InvalidFileError: it is not such a text, has no rows, or a value does not fit.
    """
    try:
        reader = csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        header, *rows = list(reader) or [[]]
    except (ValueError, csv.Error) as error:
        raise InvalidFileError(f"{place} is not CSV in UTF-8: {error}", _REMEDY) from None
    if len(set(header)) < len(header):
        raise InvalidFileError(f"{place} has two columns of one name", _REMEDY)
    for number, row in enumerate(rows, 1):
        if len(row) != len(header):
            raise InvalidFileError(
                f"{place}, record {number}: {len(row)} fields, the header has {len(header)}",
                _REMEDY,
            )
    answer = [
        {name: field or None for name, field in zip(header, row, strict=True)} for row in rows
    ]
    return _table(answer, [name for name in columns if name not in header], place, columns)


def _table(
    records: list[dict[str, Any]],
    missing: list[str],
    place: str,
    columns: Mapping[str, ColumnKind],
) -> pa.Table:
    if not records:
        raise InvalidFileError(f"{place} holds no records", _REMEDY)
    if missing:
        raise InvalidFileError(f"{place} has no {', '.join(missing)}", _REMEDY)
    return pa.table(
        {
            name: pa.array(_values(records, name, kind, place), ARROW_TYPES[kind])
            for name, kind in columns.items()
        }
    )


def _values(records: Records, name: str, kind: ColumnKind, place: str) -> list[object]:
    convert = _CONVERSIONS[kind]
    values = []
    for number, record in enumerate(records, 1):
        value = record.get(name)
        try:
            values.append(None if value is None else convert(value))
        except (ValueError, TypeError, OverflowError):
            shown = json.dumps(value, ensure_ascii=False)[:_SHOWN_CHARACTERS]
            raise InvalidFileError(
                f"{place}, record {number}: {name} is {shown}, which is no {kind}", _REMEDY
            ) from None
    return values


def _text(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text.encode()  # fails on half a surrogate pair, which JSON can hold
    if "\0" in text:  # Postgres cannot store it.
        raise ValueError
    return text


def _integer(value: object) -> int:
    whole = isinstance(value, float) and value.is_integer()
    written = isinstance(value, str) and re.fullmatch(r"[+-]?[0-9]{1,19}", value)
    if not (type(value) is int or whole or written):
        raise ValueError
    number: int = int(value)  # type: ignore[call-overload]
    if not -_INT64 <= number < _INT64:
        raise ValueError
    return number


def _number(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise TypeError
    if isinstance(value, str) and not re.fullmatch(r"[+-]?[0-9.]+([eE][+-]?[0-9]+)?", value):
        raise ValueError
    number = float(value)
    if not math.isfinite(number):
        raise ValueError
    return number


def _boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str) and value.lower() in ("true", "false"):
        return value.lower() == "true"
    raise ValueError


def _date(value: object) -> date:
    if not isinstance(value, str):
        raise TypeError
    return date.fromisoformat(value)


def _timestamp(value: object) -> datetime:
    if not isinstance(value, str):
        raise TypeError
    moment = datetime.fromisoformat(value)
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


_CONVERSIONS: Mapping[ColumnKind, Callable[[object], object]] = {
    "text": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "timestamp": _timestamp,
}
