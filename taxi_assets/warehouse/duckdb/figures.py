"""Takes the figures of a month that the checks judge."""

from __future__ import annotations

import duckdb

from taxi_assets.lake.typed_rows import quoted
from taxi_assets.statements import statement
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.checks import MonthFigures
from taxi_assets.warehouse.duckdb.tables import (
    column_differences,
    has_table,
    ledger_entries,
    table_columns,
)


def measure_month(connection: duckdb.DuckDBPyConnection, file: TripFile) -> MonthFigures:
    """What the merged table and the ledger hold of the file's month, in whatever format."""
    dataset = file.dataset
    if not has_table(connection, dataset.table):
        return MonthFigures(None, 0, 0, 0, 0, 0, 0, 0)
    filenames = [sibling.filename for sibling in file.siblings]
    entry = next(iter(ledger_entries(connection, filenames)), None)
    table = quoted(dataset.table)
    measured = connection.execute(
        statement(__package__, "measure_month", table=table, pickup=quoted(dataset.pickup)),
        {
            "filenames": filenames,
            "filename": entry.filename if entry else file.filename,
            "month_start": file.month.start,
            "month_end": file.month.end,
        },
    ).fetchall()[0]
    rows, foreign, null_pickups, bad_ids, out_of_month, elsewhere = measured
    shared = connection.execute(
        statement(__package__, "count_shared_ids", table=table), {"filenames": filenames}
    ).fetchall()[0][0]
    present = table_columns(connection, dataset)
    return MonthFigures(
        entry=entry,
        rows=rows,
        foreign_rows=foreign,
        null_pickups=null_pickups,
        bad_row_ids=bad_ids,
        out_of_month_pickups=out_of_month,
        shared_row_ids=shared,
        ids_in_other_files=elsewhere,
        column_differences=column_differences(present, dataset),
    )


def count_months(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, int]:
    """Rows of each file in a merged table."""
    if not has_table(connection, table):
        return {}
    query = statement(__package__, "count_by_file", table=quoted(table))
    return dict(connection.execute(query).fetchall())
