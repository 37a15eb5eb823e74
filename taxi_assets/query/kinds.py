"""Kinds of values that a query gives, whatever its database calls their types."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum


class Kind(StrEnum):
    """What a column's values are. What no database has in common is text."""

    INTEGER = "integer"
    DOUBLE = "double"
    DECIMAL = "decimal"
    BOOLEAN = "boolean"
    DATE = "date"
    TIME = "time"
    """A date with a time, without a zone."""
    TEXT = "text"


_NAMES: dict[Kind, tuple[str, ...]] = {
    Kind.INTEGER: (
        *("tinyint", "smallint", "integer", "bigint", "hugeint"),
        *("utinyint", "usmallint", "uinteger", "ubigint", "uhugeint"),
        *("int2", "int4", "int8", "oid", "int64"),
    ),
    Kind.DOUBLE: ("float", "double", "float4", "float8", "float64"),
    Kind.DECIMAL: ("decimal", "numeric", "bignumeric"),
    Kind.BOOLEAN: ("boolean", "bool"),
    Kind.DATE: ("date",),
    Kind.TIME: ("timestamp", "timestamp_s", "timestamp_ms", "datetime"),
}
_KINDS = {name: kind for kind, names in _NAMES.items() for name in names}


def kind_of(type_: str) -> Kind:
    """The kind of a type of DuckDB, Postgres or BigQuery, such as ``DECIMAL(9,2)`` or ``int8``."""
    return _KINDS.get(type_.partition("(")[0].lower(), Kind.TEXT)


_ENDLESS = {
    datetime.max: "infinity",  # noqa: DTZ901 - DuckDB has them without a zone
    datetime.min: "-infinity",  # noqa: DTZ901
    date.max: "infinity",
    date.min: "-infinity",
}
"""What DuckDB's client has for times that are endless."""


def plain(value: object) -> object:
    """A value as JSON has it: what JSON does not have is text, as databases write it."""
    match value:
        case dict():
            return {str(plain(key)): plain(each) for key, each in value.items()}
        case list() | tuple():
            return [plain(each) for each in value]
        case bytes():
            return f"\\x{value.hex()}"
        case Decimal():
            return f"{value:f}"
        case date():
            return _ENDLESS.get(value) or str(value)
    return value if isinstance(value, str | int | float | None) else str(value)
