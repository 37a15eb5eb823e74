"""Makes a month in the merged table equal to its landed file, in one transaction."""

from __future__ import annotations

import time
from collections.abc import Callable

import duckdb

from taxi_assets.rows.domain import FIRST_TIME, LAST_TIME
from taxi_assets.rows.reading import OpenMonth, one_line
from taxi_assets.sql.duckdb import DUCKDB
from taxi_assets.trips.column import ColumnType
from taxi_assets.trips.dataset import Dataset
from taxi_assets.warehouse.audit import MonthAudit, judge
from taxi_assets.warehouse.duckdb.session import DuckDBSession, sql
from taxi_assets.warehouse.duckdb.tables import add_columns, ensure_tables
from taxi_assets.warehouse.ledger import LedgerEntry
from taxi_assets.warehouse.loading import Loaded
from taxi_assets.warehouse.measuring import measure_rows
from taxi_assets.warehouse.records import keep, kept_tallies, ledger_entries
from taxi_assets.warehouse.rejects import rejected_rows
from taxi_assets.warehouse.tally import Tally


def replace_month(
    session: DuckDBSession,
    month: OpenMonth,
    run_id: str = "",
    force: bool = False,
    before_commit: Callable[[], object] = lambda: None,
) -> Loaded:
    """Replace the month's rows in the table with those of the file, and write the ledger.

    Readers see the old rows until the commit, and a failure leaves them in place. If the table
    already holds this version of the file, nothing is done.

    Args:
        session: the only connection to the database.
        month: the landed file.
        run_id: Dagster's run, for the ledger.
        force: load even if the table already holds this version of the file.
        before_commit: called before the commit; its changes become visible with the month.

    Raises:
        InvalidFileError: a value does not fit its column; names file, line and value.
        WarehouseError: the table is not as declared.
    """
    started = time.perf_counter()
    file = month.file
    table = session.table(file.dataset.table)
    ensure_tables(session, file.dataset)
    if not force and is_loaded(session, month):
        kept = kept_tallies(session, [file.filename]).get(file.filename, {})
        rows = ledger_entries(session, [file.filename])[0].rows
        return _loaded(session, month, started, False, rows, kept)
    names = [sibling.filename for sibling in file.siblings]
    with session.transaction():
        add_columns(session, file.dataset)
        [(deleted,)] = session.ask(sql("delete_month", table=table), {"filenames": names})
        _insert(session, month, table)
        _audit(session, month, table)
        tally, digests = measure_rows(session, file)
        month.note_digests(month, digests)
        keep(session, LedgerEntry.of(month, digests, run_id), tally, rejected_rows(month), names)
        before_commit()
    return _loaded(session, month, started, True, int(str(deleted)), tally)


def is_loaded(session: DuckDBSession, month: OpenMonth) -> bool:
    """Whether the table holds exactly this version of the file, by ledger and by count."""
    file = month.file
    names = [sibling.filename for sibling in file.siblings]
    entries = ledger_entries(session, names)
    if [entry.is_of(file, month.landed) for entry in entries] != [True]:
        return False
    query = sql("count_month", table=session.table(file.dataset.table))
    return session.ask(query, {"filenames": names}) == [(entries[0].rows,)]


def _loaded(
    session: DuckDBSession,
    month: OpenMonth,
    started: float,
    changed: bool,
    replaced: int,
    tally: Tally,
) -> Loaded:
    seconds = time.perf_counter() - started
    [(count,)] = session.ask(sql("count_table", table=session.table(month.file.dataset.table)))
    return Loaded(
        # If nothing changed, the table may lack rows that the earlier load rejected.
        rows=month.landed.facts.rows if changed else replaced,
        changed=changed,
        seconds=seconds,
        replaced_rows=replaced,
        table_rows=int(str(count)),
        tally=tally,
        rejected_rows=len(month.rejects) if changed else 0,
    )


def _insert(session: DuckDBSession, month: OpenMonth, table: str) -> None:
    failure = None
    with month.rows(session.connection) as rows:
        query = sql("insert_month", table=table, select=rows.select)
        try:
            session.connection.execute(query.text, dict(rows.parameters))
        except duckdb.OperationalError:
            raise
        except duckdb.Error as error:
            failure = one_line(error)
    if failure is not None:
        raise month.explain(failure)


def _audit(session: DuckDBSession, month: OpenMonth, table: str) -> None:
    """Refuse rows that a blocking check would refuse, before readers can see them."""
    dataset = month.file.dataset
    codes = [column.name for column in dataset.columns if column.type is ColumnType.CODE]
    query = sql(
        "audit_month",
        table=table,
        pickup=DUCKDB.identifier(dataset.pickup),
        dropoff=DUCKDB.identifier(dataset.dropoff),
        amounts=_names(dataset, ColumnType.DOUBLE),
        codes=_names(dataset, ColumnType.CODE),
    )
    [(rows, pickups, dropoffs, others, amounts, found)] = session.connection.execute(
        query.text,
        {
            "filename": month.file.filename,
            "first_time": FIRST_TIME,
            "last_time": LAST_TIME,
            "month_start": month.file.month.start,
            "month_end": month.file.month.end,
        },
    ).fetchall()
    by_column = {code: values or () for code, values in zip(codes, found, strict=True)}
    judge(month, MonthAudit(rows, pickups, dropoffs, others, amounts, by_column))


def _names(dataset: Dataset, type_: ColumnType) -> list[str]:
    return [DUCKDB.identifier(column.name) for column in dataset.columns if column.type is type_]
