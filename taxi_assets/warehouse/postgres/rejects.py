"""Rejects in Postgres: written with the month, in its transaction."""

from __future__ import annotations

from taxi_assets.rows.reading import OpenMonth
from taxi_assets.warehouse.postgres.connection import Connection, sql
from taxi_assets.warehouse.postgres.tables import has_table
from taxi_assets.warehouse.rejects import REJECTS_TABLE, RejectCounts, reject_lines


def keep_rejects(connection: Connection, month: OpenMonth, superseded: list[str]) -> None:
    """Keep the month's rejects in place of those of the month's other files."""
    connection.execute(sql("delete_rejects"), {"filenames": superseded})
    if lines := reject_lines(month):
        with connection.cursor() as cursor:
            cursor.executemany(sql("insert_reject"), lines)


def count_rejects(connection: Connection) -> dict[str, RejectCounts]:
    """The rejects of each file that has some."""
    if not has_table(connection, REJECTS_TABLE):
        return {}
    found = connection.execute(sql("count_rejects")).fetchall()
    return {
        str(filename): RejectCounts(int(str(count)), int(str(in_file)))
        for filename, count, in_file in found
    }
