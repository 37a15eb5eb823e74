"""Rejects in DuckDB: written with the month, in its transaction."""

from __future__ import annotations

import duckdb

from taxi_assets.rows.reading import OpenMonth
from taxi_assets.sql.statements import statement
from taxi_assets.warehouse.duckdb.tables import has_table
from taxi_assets.warehouse.rejects import REJECTS_TABLE, RejectCounts, reject_lines


def keep_rejects(
    connection: duckdb.DuckDBPyConnection, month: OpenMonth, superseded: list[str]
) -> None:
    """Keep the month's rejects in place of those of the month's other files."""
    connection.execute(statement(__package__, "delete_rejects"), {"filenames": superseded})
    insert = statement(__package__, "insert_reject")
    for line in reject_lines(month):
        connection.execute(insert, dict(line))


def count_rejects(connection: duckdb.DuckDBPyConnection) -> dict[str, RejectCounts]:
    """The rejects of each file that has some."""
    if not has_table(connection, REJECTS_TABLE):
        return {}
    found = connection.execute(statement(__package__, "count_rejects")).fetchall()
    return {filename: RejectCounts(count, in_file) for filename, count, in_file in found}
