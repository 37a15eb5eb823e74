"""Makes a month in the merged table equal to its landed file, in one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime

import duckdb

from taxi_assets.rows.bad_values import FIRST_TIME, LAST_TIME
from taxi_assets.rows.reading import OpenMonth
from taxi_assets.sql.identifiers import quoted
from taxi_assets.sql.statements import statement
from taxi_assets.trips.column import ColumnType
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.audit import MonthAudit, judge
from taxi_assets.warehouse.duckdb.rejects import keep_rejects
from taxi_assets.warehouse.duckdb.tables import ensure_tables, ledger_entries
from taxi_assets.warehouse.duckdb.tally import keep_tally, kept_tallies, take_tally
from taxi_assets.warehouse.ledger import LedgerEntry
from taxi_assets.warehouse.loading import Loaded
from taxi_assets.warehouse.tally import Tally

_SHOWN_CHARACTERS = 300


def replace_month(
    connection: duckdb.DuckDBPyConnection,
    month: OpenMonth,
    run_id: str = "",
    force: bool = False,
    before_commit: Callable[[], object] = lambda: None,
) -> Loaded:
    """Make the month's rows in the table those of the file, and the ledger say so.

    Whoever reads meanwhile sees the old rows; a failure leaves them. A table that holds this
    very file already is left alone.

    Args:
        connection: the only connection to the database.
        month: the landed file.
        run_id: Dagster's run, for the ledger.
        force: load even where the table holds this very file.
        before_commit: what else becomes visible with the month.

    Raises:
        InvalidFileError: a value does not fit its column; names file, line and value.
        WarehouseError: the table is not as declared.
    """
    started = time.perf_counter()
    file, landed = month.file, month.landed
    dataset = file.dataset
    table = quoted(dataset.table)
    ensure_tables(connection, dataset)
    if not force and holds(connection, file, landed.sha256):
        kept = kept_tallies(connection, [file.filename]).get(file.filename, {})
        held = ledger_entries(connection, [file.filename])[0].rows
        return _loaded(connection, month, started, False, held, kept)
    names = {"filenames": [sibling.filename for sibling in file.siblings]}
    entry = LedgerEntry.of(file, landed, datetime.now(UTC).replace(tzinfo=None), run_id)
    connection.begin()
    try:
        replaced = connection.execute(
            statement(__package__, "delete_month", table=table), names
        ).fetchall()[0][0]
        _insert(connection, month, table)
        _audit(connection, month, table)
        tally = take_tally(connection, dataset, [file.filename])
        keep_tally(connection, file.filename, names["filenames"], tally)
        keep_rejects(connection, month, names["filenames"])
        connection.execute(statement(__package__, "delete_from_ledger"), names)
        connection.execute(statement(__package__, "insert_into_ledger"), asdict(entry))
        before_commit()
        connection.commit()
    except BaseException:
        # After a failed commit there is nothing left to roll back.
        with suppress(duckdb.TransactionException):
            connection.rollback()
        raise
    return _loaded(connection, month, started, True, replaced, tally)


def holds(connection: duckdb.DuckDBPyConnection, file: TripFile, sha256: str) -> bool:
    """Whether the table holds exactly this version of the file, by ledger and by count."""
    names = [sibling.filename for sibling in file.siblings]
    entries = ledger_entries(connection, names)
    if [(entry.filename, entry.sha256) for entry in entries] != [(file.filename, sha256)]:
        return False
    query = statement(__package__, "count_month", table=quoted(file.dataset.table))
    return connection.execute(query, {"filenames": names}).fetchall() == [(entries[0].rows,)]


def _loaded(
    connection: duckdb.DuckDBPyConnection,
    month: OpenMonth,
    started: float,
    changed: bool,
    replaced: int,
    tally: Tally,
) -> Loaded:
    seconds = time.perf_counter() - started
    query = statement(__package__, "count_table", table=quoted(month.file.dataset.table))
    table_rows = int(connection.execute(query).fetchall()[0][0])
    return Loaded(
        # What was held may be without rows that were rejected then.
        rows=month.landed.facts.rows if changed else replaced,
        changed=changed,
        seconds=seconds,
        replaced_rows=replaced,
        table_rows=table_rows,
        tally=tally,
        rejected_rows=len(month.rejects) if changed else 0,
    )


def _insert(connection: duckdb.DuckDBPyConnection, month: OpenMonth, table: str) -> None:
    failure = None
    with month.rows(connection) as rows:
        query = statement(__package__, "insert_month", table=table, select=rows.select)
        try:
            connection.execute(query, dict(rows.parameters))
        except duckdb.OperationalError:
            raise
        except duckdb.Error as error:
            failure = " ".join(str(error).split())[:_SHOWN_CHARACTERS]
    if failure is not None:
        raise month.explain(failure)


def _audit(connection: duckdb.DuckDBPyConnection, month: OpenMonth, table: str) -> None:
    """Refuse what a blocking check would refuse, while nobody sees it yet."""
    dataset = month.file.dataset
    codes = [column for column in dataset.columns if column.type is ColumnType.CODE]
    infinite = " OR ".join(f"isinf({name})" for name in _names(dataset, ColumnType.DOUBLE))
    query = statement(
        __package__,
        "audit_month",
        table=table,
        pickup=quoted(dataset.pickup),
        dropoff=quoted(dataset.dropoff),
        infinite=infinite or "false",
        code_lists=", ".join(f"list(DISTINCT {quoted(code.name)})" for code in codes),
    )
    first, last = FIRST_TIME, LAST_TIME
    rows, pickups, dropoffs, infinite, found = connection.execute(
        query, {"filename": month.file.filename, "first_time": first, "last_time": last}
    ).fetchall()[0]
    by_column = {code.name: values or () for code, values in zip(codes, found, strict=True)}
    judge(month, MonthAudit(rows, pickups, dropoffs, infinite, by_column))


def _names(dataset: Dataset, type_: ColumnType) -> list[str]:
    return [quoted(column.name) for column in dataset.columns if column.type is type_]
