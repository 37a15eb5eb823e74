"""Makes a month in the merged table equal to its landed file, in one transaction."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg

from taxi_assets.rows.reading import OpenMonth
from taxi_assets.rows.row_digest import Digests
from taxi_assets.warehouse.audit import judge
from taxi_assets.warehouse.ledger import LedgerEntry
from taxi_assets.warehouse.loading import Loaded
from taxi_assets.warehouse.postgres.constraints import named_violations
from taxi_assets.warehouse.postgres.copy_formats import copy_format
from taxi_assets.warehouse.postgres.dialect import sql
from taxi_assets.warehouse.postgres.encoded_rows import encoded_rows, sent_columns
from taxi_assets.warehouse.postgres.partition import MonthPartition
from taxi_assets.warehouse.postgres.record_hash import RecordHashes
from taxi_assets.warehouse.postgres.session import PostgresSession
from taxi_assets.warehouse.postgres.tables import ensure_tables
from taxi_assets.warehouse.records import keep, kept_tallies, ledger_entries
from taxi_assets.warehouse.rejects import rejected_rows
from taxi_assets.warehouse.row_figures import RowFigures
from taxi_assets.warehouse.tally import Tally

_ANALYZE_ONLY_SINCE = 180_000

_log = logging.getLogger(__name__)


def replace_month(
    session: PostgresSession,
    month: OpenMonth,
    run_id: str = "",
    force: bool = False,
    on_rows: Callable[[int], None] = lambda _: None,
) -> Loaded:
    """Replace the month's rows in the table with those of the file, and write the ledger.

    Readers see the old rows until the commit, and a failure leaves them in place. If the table
    already holds this version of the file, nothing is done. Loads of one month run one after
    the other.

    Args:
        session: a session of the database.
        month: the landed file.
        run_id: Dagster's run, for the ledger.
        force: load even if the table already holds this version of the file.
        on_rows: called with the number of rows of each piece that is sent.

    Raises:
        InvalidFileError: a value does not fit its column; names file, line and value.
        WarehouseBusyError: other sessions lock the month or the table for too long.
        WarehouseError: the table is not as declared.
    """
    started = time.perf_counter()
    file = month.file
    partition = MonthPartition(file)
    ensure_tables(session, file.dataset)
    with session.server.transaction(session.connection):
        session.lock_name(partition.name)
        replaced = _rows_before(session, partition)
        if not force and is_loaded(session, month):
            kept = kept_tallies(session, [file.filename]).get(file.filename, {})
            return _loaded(session, month, started, False, replaced, kept)
        partition.create_incoming(session)
        figures, digests = _fill(session, partition, month, on_rows)
        with ThreadPoolExecutor(1, "tally") as beside:
            counted = beside.submit(figures.tally)
            partition.finish_incoming(session)
        tally = counted.result()
        month.note_digests(month, digests)
        keep(
            session,
            LedgerEntry.of(month, digests, run_id),
            tally,
            rejected_rows(month),
            partition.filenames,
        )
        partition.swap_in(session)
    _analyze(session, session.table(file.dataset.table))
    return _loaded(session, month, started, True, replaced, tally)


def is_loaded(session: PostgresSession, month: OpenMonth) -> bool:
    """Whether the table holds exactly this version of the file, by ledger and by count."""
    file = month.file
    partition = MonthPartition(file)
    entries = ledger_entries(session, partition.filenames)
    if [entry.is_of(file, month.landed) for entry in entries] != [True]:
        return False
    if not partition.exists(session):
        return False
    query = sql("count_partition", partition=session.table(partition.name))
    [counted] = session.ask(query, {"filename": file.filename})
    return counted == (entries[0].rows, entries[0].rows)


def _rows_before(session: PostgresSession, partition: MonthPartition) -> int:
    entries = ledger_entries(session, partition.filenames)
    if entries or not partition.exists(session):
        return sum(entry.rows for entry in entries)
    [(count,)] = session.ask(sql("count_table", table=session.table(partition.name)))
    return int(str(count))


def _fill(
    session: PostgresSession,
    partition: MonthPartition,
    month: OpenMonth,
    on_rows: Callable[[int], None],
) -> tuple[RowFigures, Digests]:
    figures = RowFigures(month.file)
    engine = session.engine
    hashes = RecordHashes(month.file.dataset, engine) if engine else None
    form = copy_format()
    incoming = session.table(partition.incoming)
    columns = sent_columns(month.file.dataset)
    statement = sql("copy_rows", incoming=incoming, columns=columns, form=form.name).text.encode()
    with session.connection.cursor() as cursor, named_violations(session, month.file.dataset.table):
        with encoded_rows(month, figures, form, hashes) as pieces, cursor.copy(statement) as copy:
            for piece in pieces:
                copy.write(piece.data)
                on_rows(piece.rows)
        judge(month, figures.audit(cursor.rowcount))
    return figures, (hashes or figures).digests()


def _loaded(
    session: PostgresSession,
    month: OpenMonth,
    started: float,
    changed: bool,
    replaced: int,
    tally: Tally,
) -> Loaded:
    entries = ledger_entries(session)
    taxi = month.file.dataset.taxi
    return Loaded(
        # If nothing changed, the table may lack rows that the earlier load rejected.
        rows=month.landed.facts.rows if changed else replaced,
        changed=changed,
        seconds=time.perf_counter() - started,
        replaced_rows=replaced,
        table_rows=sum(entry.rows for entry in entries if entry.taxi == taxi),
        tally=tally,
        rejected_rows=len(month.rejects) if changed else 0,
    )


def _analyze(session: PostgresSession, table: str) -> None:
    """Refresh the merged table's statistics; autovacuum never does it for partitioned tables.

    The statistics of the month's partition were collected during its load. Before Postgres 18,
    this reads all months again.
    """
    only = "ONLY" if session.connection.info.server_version >= _ANALYZE_ONLY_SINCE else ""
    try:
        with session.server.transaction(session.connection):
            session.ask(sql("sample_lightly"))
            session.change(sql("analyze_table", only=only, table=table))
    except psycopg.Error as error:
        # The rows are committed, and the next load refreshes the statistics again.
        _log.warning("no statistics of %s were taken: %s", table, error.diag.message_primary)
