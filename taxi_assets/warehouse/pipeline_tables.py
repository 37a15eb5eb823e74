"""Tables that pipeline files make, whatever the warehouse."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from taxi_assets.errors import WarehouseError
from taxi_assets.sql.dialect import Dialect

OWNER_COMMENT = "made by a pipeline of taxi_assets"
"""On every table that a pipeline made, so that no other is ever replaced."""


def made_by_others(name: str) -> WarehouseError:
    """A table stands in the way."""
    return WarehouseError(
        f"there is a table or view {name} that no pipeline made: it is not replaced",
        "rename or drop it, or give the pipeline's table another name",
    )


def sql_types(rows: pa.Table, dialect: Dialect) -> dict[str, str]:
    """The type of each column in a database, by its name."""
    types = duckdb.from_arrow(rows).types
    return {
        name: dialect.pipeline_types[str(type_).partition("(")[0]]
        for name, type_ in zip(rows.column_names, types, strict=True)
    }
