"""Puts a pipeline's tables into DuckDB: all of them in one transaction."""

from __future__ import annotations

from collections.abc import Mapping

import duckdb
import pyarrow as pa

from taxi_assets.errors import WarehouseError
from taxi_assets.sql.identifiers import literal, quoted
from taxi_assets.sql.statements import statement

OWNER_COMMENT = "made by a pipeline of taxi_assets"
"""On every table that a pipeline made, so that no other is ever replaced."""


def replace_in_duckdb(
    connection: duckdb.DuckDBPyConnection, tables: Mapping[str, pa.Table]
) -> None:
    """Make each table equal to these rows; readers see all old ones or all new ones.

    Raises:
        WarehouseError: a table or view of that name was made by somebody else.
    """
    for name, rows in tables.items():
        connection.register(_incoming(name), rows)
    connection.begin()
    try:
        for name in tables:
            _replace(connection, name)
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


def _replace(connection: duckdb.DuckDBPyConnection, name: str) -> None:
    found = connection.execute(statement(__package__, "duckdb_owner"), {"name": name}).fetchone()
    if found is not None and found[0] != OWNER_COMMENT:
        raise made_by_others(name)
    identifiers = {"table": quoted(name), "incoming": quoted(_incoming(name))}
    connection.execute(statement(__package__, "duckdb_replace", **identifiers))
    comment = literal(OWNER_COMMENT)
    connection.execute(statement(__package__, "comment", table=quoted(name), comment=comment))


def _incoming(name: str) -> str:
    """The rows while they are put into the table of that name, which could not be called so."""
    return f"incoming {name}"


def made_by_others(name: str) -> WarehouseError:
    """A table stands in the way."""
    return WarehouseError(
        f"there is a table or view {name} that no pipeline made: it is not replaced",
        "rename or drop it, or give the pipeline's table another name",
    )
