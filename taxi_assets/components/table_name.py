"""Names that a pipeline file may give to tables and columns."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator

from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.zones import ZONE_TABLES
from taxi_assets.warehouse.all_records import RECORD_TABLES

_FORM = r"[a-z][a-z0-9_]{0,62}"
_OURS = {
    "average_price_by_brand",
    *(table.name for table in ZONE_TABLES),
    *(table.name for table in RECORD_TABLES),
}


def is_plain(name: str) -> bool:
    """Whether a name needs no quotes in any SQL: lower-case letters, digits and underscores."""
    return re.fullmatch(_FORM, name) is not None


def _table_name(value: str) -> str:
    if not is_plain(value):
        raise ValueError(
            "a table's name has lower-case letters, digits and underscores, begins with a letter "
            "and is no longer than 63"
        )
    if value in _OURS or any(value.startswith(each.table) for each in DATASETS.values()):
        raise ValueError(f"{value} is a table of taxi_assets itself: choose another name")
    return value


def _column_name(value: str) -> str:
    if not re.fullmatch(r"[^\W\d]\w{0,62}", value, re.ASCII):
        raise ValueError("a column's name has letters, digits and underscores, at most 63")
    return value


TableName = Annotated[str, AfterValidator(_table_name)]
"""Name of a table that a pipeline may make."""

ColumnName = Annotated[str, AfterValidator(_column_name)]
"""Name of a column in the answer."""
