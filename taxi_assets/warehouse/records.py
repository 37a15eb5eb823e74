"""Reads and writes the records of months, the same way in every warehouse."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import fields
from typing import Any

from taxi_assets.sql.statements import Statements, bound
from taxi_assets.warehouse.ledger import LEDGER, LedgerEntry
from taxi_assets.warehouse.record_tables import Record, RecordTable
from taxi_assets.warehouse.rejects import REJECTS, RejectCounts, RejectedRow
from taxi_assets.warehouse.session import Session
from taxi_assets.warehouse.tally import TALLIES, Tally, TallyFigure

MONTH_TABLES: tuple[RecordTable[object], ...] = (LEDGER, TALLIES, REJECTS)  # type: ignore[assignment]
"""The tables that are written with each month's rows, in its transaction."""


def ensure_month_tables(session: Session) -> None:
    """Create or upgrade the tables that are written with each month."""
    for table in MONTH_TABLES:
        session.ensure(table)


def read(
    session: Session, table: RecordTable[Record], filenames: Sequence[str] | None = None
) -> list[Record]:
    """The records of a table: all, or those of some files. Empty if there is no table.

    A column that the table does not have yet gets its default.

    Raises:
        WarehouseError: a later edition made the table.
    """
    present = {column.name for column in session.columns(table.name)}
    if not present:
        return []
    require_known(session, [table])
    dialect = session.dialect
    names = [f.name for f in fields(table.record) if f.name in present]  # type: ignore[arg-type]
    parts = {"table": session.table(table.name), "columns": list(map(dialect.identifier, names))}
    if filenames is not None and not filenames:
        return []
    query = _sql(session)("select_records", **parts, condition=filenames and _of_files(session))
    found = session.ask(query, {"filenames": list(filenames or ())})
    return [table.record(**dict(zip(names, row, strict=True))) for row in found]


def require_known(session: Session, tables: Iterable[RecordTable[Any]]) -> None:
    """Refuse record tables that a later edition made; one that is missing is none.

    Raises:
        WarehouseError: names the first such table.
    """
    for table in tables:
        table.require_known(session.table(table.name), session.comment(table.name))


def ledger_entries(session: Session, filenames: Sequence[str] | None = None) -> list[LedgerEntry]:
    """The ledger's entries: those of some files, newest first; or all, by taxi and month."""
    found = read(session, LEDGER, filenames)
    if filenames is not None:
        return sorted(found, key=lambda entry: entry.loaded_at, reverse=True)
    return sorted(found, key=lambda entry: (entry.taxi, entry.month))


def kept_tallies(session: Session, filenames: Sequence[str]) -> dict[str, Tally]:
    """The tally of each file when it was loaded, by file name."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    for line in read(session, TALLIES, filenames):
        found[line.filename][line.figure] = int(line.value)
    return dict(found)


def reject_counts(session: Session) -> dict[str, RejectCounts]:
    """The counts of rejects of each file that has some, by file name."""
    if not session.columns(REJECTS.name):
        return {}
    found = session.ask(_sql(session)("count_rejects", table=session.table(REJECTS.name)))
    return {
        str(filename): RejectCounts(int(str(count)), int(str(in_file)))
        for filename, count, in_file in found
    }


def keep(
    session: Session,
    entry: LedgerEntry,
    tally: Tally,
    rejects: Sequence[RejectedRow],
    superseded: Sequence[str],
) -> None:
    """Replace the records of a month, within the transaction of its load.

    Args:
        session: a session of the warehouse.
        entry: the ledger's entry.
        tally: counts and sums of the rows.
        rejects: rows that were not loaded.
        superseded: the month's file names in every format; their records are deleted first.
    """
    for table in MONTH_TABLES:
        forget(session, table, superseded)
    session.append(LEDGER, [entry])
    session.append(TALLIES, [TallyFigure(entry.filename, *figure) for figure in tally.items()])
    session.append(REJECTS, rejects)


def forget(session: Session, table: RecordTable[Record], filenames: Sequence[str]) -> None:
    """Delete the records of some files, within a transaction."""
    place, condition = session.table(table.name), _of_files(session)
    guarded = session.dialect.guards_deletes
    query = _sql(session)("delete_records", table=place, condition=condition, guarded=guarded)
    session.change(query, {"filenames": list(filenames)})


def _sql(session: Session) -> Statements:
    return Statements(__package__, session.dialect)


def _of_files(session: Session) -> str:
    return session.dialect.among.format(column="filename", values=bound("filenames"))
