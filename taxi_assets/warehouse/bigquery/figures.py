"""Takes the figures of a month that the checks judge."""

from __future__ import annotations

from datetime import datetime

from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.bigquery.jobs import Jobs, Value
from taxi_assets.warehouse.bigquery.tables import (
    MONTH_COLUMN,
    column_differences,
    declared_columns,
    find_table,
    is_partitioned,
    ledger_entries,
    month_value,
    quoted,
    table_columns,
)
from taxi_assets.warehouse.bigquery.tally import kept_tallies, take_tally
from taxi_assets.warehouse.bigquery.warehouse import sql
from taxi_assets.warehouse.checks import MonthFigures
from taxi_assets.warehouse.history import comparable_files, other_months
from taxi_assets.warehouse.reconcile import MonthState


def measure_month(jobs: Jobs, file: TripFile) -> MonthFigures:
    """What the merged table and the ledger hold of the file's month, in whatever format."""
    dataset = file.dataset
    table = find_table(jobs.warehouse, dataset.table)
    if table is None:
        return MonthFigures(None, 0, 0, 0, 0, 0, 0, 0)
    present = table_columns(table)
    differences = column_differences(present, dataset)
    filenames = {sibling.filename for sibling in file.siblings}
    entries = ledger_entries(jobs, dataset)
    entry = next((entry for entry in entries if entry.filename in filenames), None)
    needed = {"filename", "unique_row_id", MONTH_COLUMN, dataset.pickup}
    declared = declared_columns(dataset)
    if not is_partitioned(table) or any((name, declared[name]) not in present for name in needed):
        return MonthFigures(entry, 0, 0, 0, 0, 0, 0, 0, differences)
    names = {
        "table": jobs.warehouse.qualified(dataset.table),
        "month": quoted(MONTH_COLUMN),
        "pickup": quoted(dataset.pickup),
    }
    month = month_value(file.month)
    bounds: dict[str, Value] = {"month_start": file.month.start, "month_end": file.month.end}
    loaded = (TripFile.loaded_as(dataset, entry.filename) if entry else None) or file
    others = comparable_files(loaded)
    [measured] = jobs.read(
        sql("measure_month", **names), month=month, filename=loaded.filename, **bounds
    )
    rows, foreign, null_pickups, bad_ids, out_of_month = map(_number, measured)
    [(shared,)] = jobs.read(
        sql("count_shared_ids", table=names["table"], month=names["month"]), month=month
    )
    found = jobs.read(sql("list_stray_pickups", **names), month=month, **bounds)
    strays = [pickup for (pickup,) in found if isinstance(pickup, datetime)]
    [(elsewhere,)] = jobs.read(
        sql("count_ids_elsewhere", **names),
        month=month,
        # An array that is not empty shows its type.
        stray_pickups=strays or [file.month.start],
        **bounds,
    )
    kept = kept_tallies(jobs, [loaded.filename, *others])
    return MonthFigures(
        entry=entry,
        rows=rows,
        foreign_rows=foreign,
        null_pickups=null_pickups,
        bad_row_ids=bad_ids,
        out_of_month_pickups=out_of_month,
        shared_row_ids=_number(shared),
        ids_in_other_files=_number(elsewhere),
        column_differences=differences,
        tally=None if differences else take_tally(jobs, file),
        loaded_tally=kept.get(loaded.filename, {}),
        other_months=other_months((other for other in entries if other.filename in others), kept),
    )


def month_state(jobs: Jobs, file: TripFile) -> MonthState:
    """What there is to compare with another warehouse of the file's month, in whatever format."""
    dataset = file.dataset
    table = find_table(jobs.warehouse, dataset.table)
    filenames = {sibling.filename for sibling in file.siblings}
    entries = ledger_entries(jobs, dataset)
    entry = next((entry for entry in entries if entry.filename in filenames), None)
    comparable = (
        table is not None
        and is_partitioned(table)
        and not column_differences(table_columns(table), dataset)
    )
    return MonthState(entry, take_tally(jobs, file) if comparable else None)


def count_months(jobs: Jobs, table: str) -> dict[str, int]:
    """Rows of each file in a merged table."""
    if find_table(jobs.warehouse, table) is None:
        return {}
    rows = jobs.read(sql("count_by_file", table=jobs.warehouse.qualified(table)))
    return {str(filename): _number(count) for filename, count in rows}


def _number(value: object) -> int:
    return int(str(value))
