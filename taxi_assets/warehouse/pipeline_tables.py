"""Tables that pipeline files make, in any warehouse."""

from __future__ import annotations

import duckdb
import pyarrow as pa

from taxi_assets.errors import WarehouseError
from taxi_assets.sql.dialect import Dialect

OWNER_COMMENT = "made by a pipeline of taxi_assets"
"""The comment on every table that a pipeline made. Tables without it are never replaced."""


def made_by_others(name: str) -> WarehouseError:
    """The error for a table or view that no pipeline made."""
    return WarehouseError(
        f"there is a table or view {name} that no pipeline made: it is not replaced",
        "rename or drop it, or give the pipeline's table another name",
    )


def sql_types(rows: pa.Table, dialect: Dialect) -> dict[str, str]:
    """The SQL type of each column, by its name."""
    types = duckdb.from_arrow(rows).types
    return {
        name: dialect.pipeline_types[str(type_).partition("(")[0]]
        for name, type_ in zip(rows.column_names, types, strict=True)
    }
