"""The digest of a month's rows as docs/checks.md describes it, by Python's standard library."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from decimal import Decimal

from taxi_assets.trips.column import Column, ColumnType
from taxi_assets.trips.dataset import Dataset


def digest_of(rows: Iterable[Sequence[object]], dataset: Dataset) -> str:
    """The digest of rows that have the dataset's columns, in order, without id and file name."""
    total = 0
    for row in rows:
        values = dict(zip((column.name for column in dataset.columns), row, strict=True))
        key = "".join(_text(values[name]) for name in dataset.row_id_key)
        parts = [_framed(column, values[column.name]) for column in dataset.columns]
        text = "|".join([_md5(key), *parts]).rstrip("|")
        total += int(_md5(text)[:15], 16)
    return f"{total % 2**64:016x}"


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _framed(column: Column, value: object) -> str:
    if isinstance(value, str) and column.type in (ColumnType.CODE, ColumnType.TEXT):
        return f"{len(value)}:{value}"
    return _text(value)


def _text(value: object) -> str:
    match value:
        case None:
            return ""
        case float():
            return _amount(value)
        case datetime():
            whole, _, fraction = value.isoformat(" ").partition(".")
            return f"{whole}.{fraction.rstrip('0')}".rstrip(".") if fraction else whole
        case _:
            return str(value)


def _amount(value: float) -> str:
    """As Postgres writes a double: the shortest text, with an exponent below 1e-4 and from 1e15."""
    if value == 0:
        return "-0" if str(value).startswith("-") else "0"
    sign, digits, exponent = Decimal(repr(value)).normalize().as_tuple()
    assert isinstance(exponent, int)
    power = len(digits) - 1 + exponent
    if -5 < power < 15:
        return f"{Decimal(repr(value)).normalize():f}"
    first, *rest = map(str, digits)
    fraction = f".{''.join(rest)}" if rest else ""
    return f"{'-' * sign}{first}{fraction}e{'+' if power > 0 else '-'}{abs(power):02d}"
