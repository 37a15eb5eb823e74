"""Takes the figures of a month that the checks judge."""

from __future__ import annotations

from taxi_assets.sql.identifiers import quoted
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.checks import MonthFigures
from taxi_assets.warehouse.history import comparable_files, other_months
from taxi_assets.warehouse.postgres.connection import Connection, PostgresServer, sql
from taxi_assets.warehouse.postgres.rejects import count_rejects
from taxi_assets.warehouse.postgres.tables import (
    column_differences,
    has_table,
    ledger_entries,
    qualified,
    table_columns,
)
from taxi_assets.warehouse.postgres.tally import kept_tallies, take_tally
from taxi_assets.warehouse.reconcile import MonthState
from taxi_assets.warehouse.rejects import RejectCounts


def measure_month(server: PostgresServer, connection: Connection, file: TripFile) -> MonthFigures:
    """What the merged table and the ledger hold of the file's month, in whatever format.

    All figures are of one moment: a load that commits meanwhile is in none of them.
    """
    dataset = file.dataset
    with server.transaction(connection):
        if not has_table(connection, dataset.table):
            return MonthFigures(None, 0, 0, 0, 0, 0, 0, 0)
        # Until the transaction ends, this keeps a load from swapping the month.
        connection.execute(sql("lock_against_swaps", table=qualified(dataset.table)))
        connection.execute(sql("give_memory"))
        present = table_columns(connection, dataset.table)
        differences = column_differences(present, dataset)
        filenames = [sibling.filename for sibling in file.siblings]
        entry = next(iter(ledger_entries(connection, filenames)), None)
        if {"filename", "unique_row_id", dataset.pickup.lower()} - dict(present).keys():
            return MonthFigures(entry, 0, 0, 0, 0, 0, 0, 0, differences)
        loaded = (TripFile.loaded_as(dataset, entry.filename) if entry else None) or file
        others = comparable_files(loaded)
        names = {"table": qualified(dataset.table), "pickup": quoted(dataset.pickup.lower())}
        values = {
            "filenames": filenames,
            "filename": loaded.filename,
            "month_start": file.month.start,
            "month_end": file.month.end,
        }

        def numbers(name: str) -> list[int]:
            row = connection.execute(sql(name, **names), values).fetchone()
            assert row is not None
            return [int(str(value)) for value in row]

        rows, foreign, null_pickups, bad_ids, out_of_month = numbers("measure_month")
        return MonthFigures(
            entry=entry,
            rows=rows,
            foreign_rows=foreign,
            null_pickups=null_pickups,
            bad_row_ids=bad_ids,
            out_of_month_pickups=out_of_month,
            shared_row_ids=numbers("count_shared_ids")[0],
            ids_in_other_files=numbers("count_ids_elsewhere")[0],
            column_differences=differences,
            tally=None if differences else take_tally(connection, dataset, filenames),
            loaded_tally=kept_tallies(connection, [loaded.filename]).get(loaded.filename, {}),
            rejects=count_rejects(connection).get(loaded.filename, RejectCounts()),
            other_months=other_months(
                ledger_entries(connection, others), kept_tallies(connection, others)
            ),
        )


def month_state(server: PostgresServer, connection: Connection, file: TripFile) -> MonthState:
    """What there is to compare with another warehouse of the file's month, in whatever format."""
    dataset = file.dataset
    filenames = [sibling.filename for sibling in file.siblings]
    with server.transaction(connection):
        if not has_table(connection, dataset.table):
            return MonthState(None, None)
        connection.execute(sql("lock_against_swaps", table=qualified(dataset.table)))
        entry = next(iter(ledger_entries(connection, filenames)), None)
        if column_differences(table_columns(connection, dataset.table), dataset):
            return MonthState(entry, None)
        return MonthState(entry, take_tally(connection, dataset, filenames))


def count_months(connection: Connection, table: str) -> dict[str, int]:
    """Rows of each file in a merged table."""
    if not has_table(connection, table):
        return {}
    rows = connection.execute(sql("count_by_file", table=qualified(table))).fetchall()
    return {str(filename): int(str(count)) for filename, count in rows}
