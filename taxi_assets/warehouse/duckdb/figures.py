"""Takes the figures of a month that the checks judge."""

from __future__ import annotations

import duckdb

from taxi_assets.sql.identifiers import quoted
from taxi_assets.sql.statements import statement
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.checks import MonthFigures
from taxi_assets.warehouse.duckdb.rejects import count_rejects
from taxi_assets.warehouse.duckdb.tables import (
    column_differences,
    has_table,
    ledger_entries,
    table_columns,
)
from taxi_assets.warehouse.duckdb.tally import kept_tallies, take_tally
from taxi_assets.warehouse.history import comparable_files, other_months
from taxi_assets.warehouse.reconcile import MonthState
from taxi_assets.warehouse.rejects import RejectCounts


def measure_month(connection: duckdb.DuckDBPyConnection, file: TripFile) -> MonthFigures:
    """What the merged table and the ledger hold of the file's month, in whatever format."""
    dataset = file.dataset
    if not has_table(connection, dataset.table):
        return MonthFigures(None, 0, 0, 0, 0, 0, 0, 0)
    filenames = [sibling.filename for sibling in file.siblings]
    entry = next(iter(ledger_entries(connection, filenames)), None)
    loaded = (TripFile.loaded_as(dataset, entry.filename) if entry else None) or file
    table = quoted(dataset.table)
    measured = connection.execute(
        statement(__package__, "measure_month", table=table, pickup=quoted(dataset.pickup)),
        {
            "filenames": filenames,
            "filename": loaded.filename,
            "month_start": file.month.start,
            "month_end": file.month.end,
        },
    ).fetchall()[0]
    rows, foreign, null_pickups, bad_ids, out_of_month, elsewhere = measured
    shared = connection.execute(
        statement(__package__, "count_shared_ids", table=table), {"filenames": filenames}
    ).fetchall()[0][0]
    found = column_differences(table_columns(connection, dataset), dataset)
    others = comparable_files(loaded)
    return MonthFigures(
        entry=entry,
        rows=rows,
        foreign_rows=foreign,
        null_pickups=null_pickups,
        bad_row_ids=bad_ids,
        out_of_month_pickups=out_of_month,
        shared_row_ids=shared,
        ids_in_other_files=elsewhere,
        column_differences=found,
        tally=None if found else take_tally(connection, dataset, filenames),
        loaded_tally=kept_tallies(connection, [loaded.filename]).get(loaded.filename, {}),
        rejects=count_rejects(connection).get(loaded.filename, RejectCounts()),
        other_months=other_months(
            ledger_entries(connection, others), kept_tallies(connection, others)
        ),
    )


def month_state(connection: duckdb.DuckDBPyConnection, file: TripFile) -> MonthState:
    """What there is to compare with another warehouse of the file's month, in whatever format."""
    filenames = [sibling.filename for sibling in file.siblings]
    entry = next(iter(ledger_entries(connection, filenames)), None)
    present = table_columns(connection, file.dataset)
    if not present or column_differences(present, file.dataset):
        return MonthState(entry, None)
    return MonthState(entry, take_tally(connection, file.dataset, filenames))


def count_months(connection: duckdb.DuckDBPyConnection, table: str) -> dict[str, int]:
    """Rows of each file in a merged table."""
    if not has_table(connection, table):
        return {}
    query = statement(__package__, "count_by_file", table=quoted(table))
    return dict(connection.execute(query).fetchall())
