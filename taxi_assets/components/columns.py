"""The columns of a table that a pipeline makes of an answer: where a value stands, and its kind."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Literal, get_args

import dagster as dg
import pyarrow as pa
from pydantic import BeforeValidator, ConfigDict, model_validator

ColumnKind = Literal["text", "integer", "number", "boolean", "date", "timestamp"]

ARROW_TYPES: Mapping[ColumnKind, pa.DataType] = {
    "text": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "boolean": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
}
"""Arrow's type for each kind of column; timestamps are in UTC."""

_INT64 = 2**63
_EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001 - in UTC, as all timestamps here
_UNITS = {"seconds": 1_000_000, "milliseconds": 1_000, "microseconds": 1}
_MISSING = object()


class Column(dg.Model):
    """A column that is kept.

    Attributes:
        kind: the kind of its values.
        path: where the value stands in a record, such as ``address.city``; without it, under the
            column's name. A path of a CSV file is a name in its header.
        unix: the unit, if the value is a time in seconds or the like since 1970.
        time_format: the form of a date or a timestamp, such as ``%d.%m.%Y``; without it, ISO 8601.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    kind: ColumnKind
    path: str | None = None
    unix: Literal["seconds", "milliseconds", "microseconds"] | None = None
    time_format: str | None = None

    @model_validator(mode="after")
    def _fits(self) -> Column:
        if (self.unix or self.time_format) and self.kind not in ("date", "timestamp"):
            raise ValueError("unix and time_format are for a date or a timestamp")
        if self.unix and self.time_format:
            raise ValueError("a column has unix or time_format, not both")
        return self

    def place(self, name: str) -> str:
        """The path of the value, given the column's name."""
        return name if self.path is None else self.path

    def value(self, value: object, decimal: str = ".") -> object:
        """The typed value; None stays None.

        Raises:
            ValueError, TypeError, OverflowError: the value is of another kind.
        """
        if value is None:
            return None
        if self.unix is not None:
            moment = _EPOCH + timedelta(microseconds=_number(value) * _UNITS[self.unix])
            return moment.date() if self.kind == "date" else moment
        if self.time_format is not None:
            moment = _utc(datetime.strptime(_text(value), self.time_format))  # noqa: DTZ007
            return moment.date() if self.kind == "date" else moment
        if self.kind == "number" and decimal == "," and isinstance(value, str):
            return _number(_with_point(value))
        return _CONVERSIONS[self.kind](value)


def _column(value: object) -> object:
    """Accept a kind alone in place of a column."""
    if not isinstance(value, str):
        return value
    if value not in get_args(ColumnKind):
        raise ValueError(f"it must be one of {', '.join(get_args(ColumnKind))}")
    return {"kind": value}


ColumnForm = Annotated[Column, BeforeValidator(_column, json_schema_input_type=ColumnKind | Column)]
"""A column as a file has it: its kind alone, or a mapping."""


def found(record: object, path: str) -> object:
    """The value at a path of keys and list positions, joined by dots; None if there is none.

    A key that contains dots itself is found, too.
    """
    value = _at(record, path)
    return None if value is _MISSING else value


def is_there(record: object, path: str) -> bool:
    """Whether there is a value at the path; it may be NULL."""
    return _at(record, path) is not _MISSING


def _at(record: object, path: str) -> object:
    if isinstance(record, dict):
        if path in record:
            return record[path]
        for end in (place for place, letter in enumerate(path) if letter == "."):
            inner = _at(record.get(path[:end]), path[end + 1 :])
            if inner is not _MISSING:
                return inner
    elif isinstance(record, list):
        head, _, rest = path.partition(".")
        if head.isdecimal() and int(head) < len(record):
            return _at(record[int(head)], rest) if rest else record[int(head)]
    return _MISSING


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


def _with_point(text: str) -> str:
    """A number with a decimal comma, in the form of Python. Points may group its thousands."""
    if not re.fullmatch(r"[+-]?([0-9]+|[0-9]{1,3}(\.[0-9]{3})+)(,[0-9]+)?", text):
        raise ValueError
    return text.replace(".", "").replace(",", ".")


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
    return _utc(datetime.fromisoformat(value))


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment


_CONVERSIONS: Mapping[ColumnKind, Callable[[object], object]] = {
    "text": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "date": _date,
    "timestamp": _timestamp,
}
