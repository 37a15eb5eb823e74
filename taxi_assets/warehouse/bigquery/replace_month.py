"""Makes a month in the merged table equal to its landed file, in one transaction."""

from __future__ import annotations

import time
from dataclasses import asdict
from datetime import UTC, datetime
from typing import NamedTuple

from taxi_assets.rows.reading import OpenMonth
from taxi_assets.warehouse.bigquery.incoming import IncomingRows, incoming_rows
from taxi_assets.warehouse.bigquery.jobs import Jobs
from taxi_assets.warehouse.bigquery.tables import (
    MONTH_COLUMN,
    ensure_tables,
    ledger_entries,
    merged_columns,
    month_value,
    quoted,
)
from taxi_assets.warehouse.bigquery.tally import keep_tally, kept_tallies
from taxi_assets.warehouse.bigquery.warehouse import sql
from taxi_assets.warehouse.ledger import LEDGER_TABLE, LedgerEntry
from taxi_assets.warehouse.loading import Loaded
from taxi_assets.warehouse.tally import Tally


def replace_month(jobs: Jobs, month: OpenMonth, run_id: str = "", force: bool = False) -> Loaded:
    """Make the month's rows in the table those of the file, and the ledger say so.

    Whoever reads meanwhile sees the old rows; a failure leaves them. A table that holds this
    very file already is left alone.

    Args:
        jobs: where they are to be, and what it costs.
        month: the landed file.
        run_id: Dagster's run, for the ledger.
        force: load even where the table holds this very file.

    Raises:
        InvalidFileError: a value does not fit its column; names file, line and value.
        WarehouseError: the table is not as declared, or BigQuery refuses.
        WarehouseBusyError: other loads were in the way for too long.
    """
    started = time.perf_counter()
    dataset = month.file.dataset
    ensure_tables(jobs, dataset)
    names = _names(month)
    entries = ledger_entries(jobs, dataset)
    held = [entry for entry in entries if entry.filename in names]
    other_rows = sum(entry.rows for entry in entries if entry.filename not in names)
    rows, replaced = month.landed.facts.rows, _rows(jobs, month)

    def loaded(changed: bool, tally: Tally) -> Loaded:
        seconds = time.perf_counter() - started
        return Loaded(rows, changed, seconds, replaced.rows, other_rows + rows, tally)

    if not force and _holds(month, held, replaced):
        filename = month.file.filename
        return loaded(False, kept_tallies(jobs, [filename]).get(filename, {}))
    with incoming_rows(jobs, month) as incoming:
        _swap(jobs, month, incoming, run_id)
    return loaded(True, incoming.tally)


def _swap(jobs: Jobs, month: OpenMonth, incoming: IncomingRows, run_id: str) -> None:
    file = month.file
    table = jobs.warehouse.qualified(file.dataset.table)
    columns = ",\n    ".join(quoted(column.name) for column in merged_columns(file.dataset))
    ledger = jobs.warehouse.qualified(LEDGER_TABLE)
    entry = asdict(LedgerEntry.of(file, month.landed, datetime.now(UTC), run_id))
    statements = [
        sql("assert_rows", incoming=incoming.table),
        sql("begin"),
        sql("delete_month", table=table, month=quoted(MONTH_COLUMN)),
        sql("insert_month", table=table, incoming=incoming.table, columns=columns),
        *keep_tally(jobs.warehouse, incoming.tally),
        sql("delete_from_ledger", table=ledger),
        sql("insert_into_ledger", table=ledger),
        sql("commit"),
    ]
    # A script that ends before its COMMIT leaves everything as it was.
    jobs.write(
        "replace",
        ";\n".join(statements),
        month=month_value(file.month),
        filenames=_names(month),
        ledger_month=entry.pop("month"),
        **entry,
    )


class _MonthRows(NamedTuple):
    rows: int
    of_this_file: int


def _rows(jobs: Jobs, month: OpenMonth) -> _MonthRows:
    """Rows of the month in the table, and how many of them are from this file."""
    file = month.file
    query = sql(
        "count_month",
        table=jobs.warehouse.qualified(file.dataset.table),
        month=quoted(MONTH_COLUMN),
    )
    [row] = jobs.read(query, month=month_value(file.month), filename=file.filename)
    return _MonthRows(int(str(row[0])), int(str(row[1])))


def _holds(month: OpenMonth, entries: list[LedgerEntry], found: _MonthRows) -> bool:
    """Whether the table holds exactly this version of the file, by ledger and by count."""
    loaded = [(entry.filename, entry.sha256) for entry in entries]
    if loaded != [(month.file.filename, month.landed.sha256)]:
        return False
    return found == (entries[0].rows, entries[0].rows)


def _names(month: OpenMonth) -> list[str]:
    return [sibling.filename for sibling in month.file.siblings]
