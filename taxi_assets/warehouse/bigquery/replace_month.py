"""Makes a month in the merged table equal to its landed file, in one transaction."""

from __future__ import annotations

import time
from typing import NamedTuple

from taxi_assets.lake.gcs.bucket_lake import BucketLake
from taxi_assets.rows.reading import OpenMonth
from taxi_assets.warehouse.bigquery.dialect import BIGQUERY, MONTH_COLUMN, sql
from taxi_assets.warehouse.bigquery.incoming import IncomingRows, incoming_rows
from taxi_assets.warehouse.bigquery.merged_table import ensure_tables
from taxi_assets.warehouse.bigquery.session import BigQuerySession
from taxi_assets.warehouse.bigquery.tables import merged_columns, month_value
from taxi_assets.warehouse.ledger import LedgerEntry
from taxi_assets.warehouse.loading import Loaded
from taxi_assets.warehouse.records import keep, kept_tallies, ledger_entries
from taxi_assets.warehouse.rejects import rejected_rows
from taxi_assets.warehouse.session import Value
from taxi_assets.warehouse.tally import Tally


def replace_month(
    session: BigQuerySession,
    month: OpenMonth,
    run_id: str = "",
    force: bool = False,
    bucket: BucketLake | None = None,
) -> Loaded:
    """Replace the month's rows in the table with those of the file, and write the ledger.

    Readers see the old rows until the commit, and a failure leaves them in place. If the table
    already holds this version of the file, nothing is done.

    Args:
        session: a session of the dataset; its jobs add up their cost.
        month: the landed file.
        run_id: Dagster's run, for the ledger.
        force: load even if the table already holds this version of the file.
        bucket: the lake with the file, where BigQuery is to read it by itself.

    Raises:
        InvalidFileError: a value does not fit its column; names file, line and value.
        WarehouseError: the table is not as declared, or BigQuery refuses.
        WarehouseBusyError: other loads were in the way for too long.
    """
    started = time.perf_counter()
    taxi = month.file.dataset.taxi
    ensure_tables(session, month.file.dataset)
    names = _names(month)
    entries = [entry for entry in ledger_entries(session) if entry.taxi == taxi]
    current = [entry for entry in entries if entry.filename in names]
    other_rows = sum(entry.rows for entry in entries if entry.filename not in names)
    found = _rows(session, month)

    def loaded(changed: bool, tally: Tally) -> Loaded:
        # If nothing changed, the table may lack rows that the earlier load rejected.
        rows = month.landed.facts.rows if changed else found.rows
        return Loaded(
            rows,
            changed,
            time.perf_counter() - started,
            found.rows,
            other_rows + rows,
            tally,
            rejected_rows=len(month.rejects) if changed else 0,
        )

    if not force and _is_loaded(month, current, found):
        filename = month.file.filename
        return loaded(False, kept_tallies(session, [filename]).get(filename, {}))
    with incoming_rows(session.jobs, month, bucket) as incoming:
        _swap(session, month, incoming, run_id)
    return loaded(True, incoming.tally)


def _swap(session: BigQuerySession, month: OpenMonth, incoming: IncomingRows, run_id: str) -> None:
    file = month.file
    table = session.table(file.dataset.table)
    columns = ",\n    ".join(BIGQUERY.quote(c.name) for c in merged_columns(file.dataset))
    month.note_digests(month, incoming.digests)
    entry = LedgerEntry.of(month, incoming.digests, run_id)
    with session.transaction():
        session.require(sql("assert_rows", incoming=incoming.table), {"rows": entry.rows})
        # The small tables that all taxis share come first: if another load changes one of them,
        # BigQuery breaks this transaction off before its large statements have run.
        keep(session, entry, incoming.tally, rejected_rows(month), _names(month))
        session.change(
            sql("delete_month", table=table, month=BIGQUERY.quote(MONTH_COLUMN)),
            {"month": month_value(file.month)},
        )
        session.change(sql("insert_month", table=table, incoming=incoming.table, columns=columns))


class _MonthRows(NamedTuple):
    rows: int
    of_this_file: int


def _rows(session: BigQuerySession, month: OpenMonth) -> _MonthRows:
    """Count the month's rows in the table, and those of them that are from this file."""
    file = month.file
    query = sql(
        "count_month",
        table=session.table(file.dataset.table),
        month=BIGQUERY.quote(MONTH_COLUMN),
    )
    values: dict[str, Value] = {"month": month_value(file.month), "filename": file.filename}
    [row] = session.ask(query, values)
    return _MonthRows(int(str(row[0])), int(str(row[1])))


def _is_loaded(month: OpenMonth, entries: list[LedgerEntry], found: _MonthRows) -> bool:
    """Whether the table holds exactly this version of the file, by ledger and by count."""
    if [entry.is_of(month.file, month.landed) for entry in entries] != [True]:
        return False
    return found == (entries[0].rows, entries[0].rows)


def _names(month: OpenMonth) -> list[str]:
    return [sibling.filename for sibling in month.file.siblings]
