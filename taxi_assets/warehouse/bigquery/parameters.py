"""Values that statements bind, as BigQuery's parameters."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple

from taxi_assets.warehouse.session import Value

Scalar = str | int | float | Decimal | date | datetime | None


class Typed(NamedTuple):
    """A value of a column, which may be NULL, and the column's type."""

    type: str
    value: Scalar


Bound = Value | Typed
"""A value that a statement of BigQuery can bind."""


def parameter(name: str, value: Bound) -> object:
    """The value as a parameter of a query. A list takes the type of its first value."""
    from google.cloud.bigquery import ArrayQueryParameter, ScalarQueryParameter

    if isinstance(value, Typed):
        type_, single = value
        if type_ == "NUMERIC" and single is not None:
            single = Decimal(str(single))
        return ScalarQueryParameter(name, type_, single)
    if isinstance(value, Scalar):
        return ScalarQueryParameter(name, _scalar_type(value), value)
    values: list[Scalar] = [*value]
    return ArrayQueryParameter(name, _scalar_type(values[0] if values else ""), values)


def _scalar_type(value: Scalar) -> str:
    """BigQuery's type for a value. datetime comes first, since a datetime is also a date."""
    types = {
        datetime: "TIMESTAMP",
        date: "DATE",
        int: "INT64",
        float: "FLOAT64",
        Decimal: "NUMERIC",
    }
    return next((name for kind, name in types.items() if isinstance(value, kind)), "STRING")
