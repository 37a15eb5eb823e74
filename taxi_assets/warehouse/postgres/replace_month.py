"""Makes a month in the merged table equal to its landed file, in one transaction."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime

import psycopg

from taxi_assets.rows.reading import OpenMonth
from taxi_assets.warehouse.audit import judge
from taxi_assets.warehouse.ledger import LedgerEntry
from taxi_assets.warehouse.loading import Loaded
from taxi_assets.warehouse.postgres.connection import Connection, PostgresServer, sql
from taxi_assets.warehouse.postgres.encoded_rows import encoded_rows
from taxi_assets.warehouse.postgres.partition import MonthPartition
from taxi_assets.warehouse.postgres.rejects import keep_rejects
from taxi_assets.warehouse.postgres.tables import (
    SCHEMA,
    ensure_tables,
    ledger_entries,
    qualified,
)
from taxi_assets.warehouse.postgres.tally import keep_tally, kept_tallies
from taxi_assets.warehouse.row_figures import RowFigures
from taxi_assets.warehouse.tally import Tally

_ANALYZE_ONLY_SINCE = 180_000

_log = logging.getLogger(__name__)


def replace_month(
    server: PostgresServer,
    connection: Connection,
    month: OpenMonth,
    run_id: str = "",
    force: bool = False,
    on_rows: Callable[[int], None] = lambda _: None,
) -> Loaded:
    """Make the month's rows in the table those of the file, and the ledger say so.

    Whoever reads meanwhile sees the old rows; a failure leaves them. A table that holds this
    very file already is left alone. Loads of one month take turns, whoever starts them.

    Args:
        server: the database, with its time-outs.
        connection: an open connection to it.
        month: the landed file.
        run_id: Dagster's run, for the ledger.
        force: load even where the table holds this very file.
        on_rows: told of rows as they go in.

    Raises:
        InvalidFileError: a value does not fit its column; names file, line and value.
        WarehouseBusyError: other sessions hold the month or the table for too long.
        WarehouseError: the table is not as declared.
    """
    started = time.perf_counter()
    file, landed = month.file, month.landed
    partition = MonthPartition(file)
    ensure_tables(server, connection, file.dataset)
    with server.transaction(connection):
        connection.execute(sql("lock_name"), {"name": f"{SCHEMA}.{partition.name}"})
        held = _held_rows(connection, partition)
        if not force and holds(connection, month):
            kept = kept_tallies(connection, [file.filename]).get(file.filename, {})
            return _loaded(connection, month, started, False, held, kept)
        partition.create_incoming(connection)
        tally = _fill(connection, partition, month, on_rows)
        partition.finish_incoming(connection)
        entry = LedgerEntry.of(file, landed, datetime.now(UTC).replace(tzinfo=None), run_id)
        keep_tally(connection, file.filename, partition.filenames, tally)
        keep_rejects(connection, month, partition.filenames)
        connection.execute(sql("delete_from_ledger"), {"filenames": partition.filenames})
        connection.execute(sql("insert_into_ledger"), asdict(entry))
        partition.swap_in(server, connection)
    _analyze(server, connection, qualified(file.dataset.table))
    return _loaded(connection, month, started, True, held, tally)


def holds(connection: Connection, month: OpenMonth) -> bool:
    """Whether the table holds exactly this version of the file, by ledger and by count."""
    file, landed = month.file, month.landed
    partition = MonthPartition(file)
    entries = ledger_entries(connection, partition.filenames)
    if [(entry.filename, entry.sha256) for entry in entries] != [(file.filename, landed.sha256)]:
        return False
    if not partition.exists(connection):
        return False
    query = sql("count_partition", partition=qualified(partition.name))
    counted = connection.execute(query, {"filename": file.filename}).fetchone()
    return counted == (entries[0].rows, entries[0].rows)


def _held_rows(connection: Connection, partition: MonthPartition) -> int:
    entries = ledger_entries(connection, partition.filenames)
    if entries or not partition.exists(connection):
        return sum(entry.rows for entry in entries)
    return _number(connection, sql("count_table", table=qualified(partition.name)))


def _fill(
    connection: Connection,
    partition: MonthPartition,
    month: OpenMonth,
    on_rows: Callable[[int], None],
) -> Tally:
    figures = RowFigures(month.file.dataset)
    statement = sql("copy_rows", incoming=qualified(partition.incoming))
    with connection.cursor() as cursor:
        with encoded_rows(month, figures) as pieces, cursor.copy(statement) as copy:
            for piece in pieces:
                copy.write(piece.data)
                on_rows(piece.rows)
        judge(month, figures.audit(cursor.rowcount))
    return figures.tally()


def _loaded(
    connection: Connection,
    month: OpenMonth,
    started: float,
    changed: bool,
    replaced: int,
    tally: Tally,
) -> Loaded:
    return Loaded(
        # What was held may be without rows that were rejected then.
        rows=month.landed.facts.rows if changed else replaced,
        changed=changed,
        seconds=time.perf_counter() - started,
        replaced_rows=replaced,
        table_rows=_number(connection, sql("sum_ledger"), taxi=month.file.dataset.taxi),
        tally=tally,
        rejected_rows=len(month.rejects) if changed else 0,
    )


def _analyze(server: PostgresServer, connection: Connection, table: str) -> None:
    """Refresh the whole table's statistics, which autovacuum never does for partitioned ones.

    Each month's own were taken with its rows. Before Postgres 18 this reads all months anew.
    """
    only = "ONLY" if connection.info.server_version >= _ANALYZE_ONLY_SINCE else ""
    try:
        with server.transaction(connection):
            connection.execute(sql("sample_lightly"))
            connection.execute(sql("analyze_table", only=only, table=table))
    except psycopg.Error as error:
        # The rows are in: the next load takes them, too.
        _log.warning("no statistics of %s were taken: %s", table, error.diag.message_primary)


def _number(connection: Connection, query: bytes, **values: object) -> int:
    row = connection.execute(query, values or None).fetchone()
    assert row is not None
    return int(str(row[0]))
