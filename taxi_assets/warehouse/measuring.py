"""Measures a month for the checks, the same way in every warehouse."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from taxi_assets.sql.statements import Statements
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.checks import MonthFigures, RowCounts
from taxi_assets.warehouse.columns import declared_columns, differences, pending_columns
from taxi_assets.warehouse.history import comparable_files, other_months
from taxi_assets.warehouse.ledger import LedgerEntry
from taxi_assets.warehouse.reconcile import HeldMonth
from taxi_assets.warehouse.records import kept_tallies, ledger_entries, reject_counts
from taxi_assets.warehouse.rejects import RejectCounts
from taxi_assets.warehouse.session import Session, Value
from taxi_assets.warehouse.tally import Tally, as_kept, tally_expressions

CountRows = Callable[[TripFile, Mapping[str, Value]], RowCounts]
"""Counts the rows of a file's month. The values to bind are the month's file names, the name of the
loaded file, and the month's start and end."""


def measure_month(session: Session, file: TripFile, count_rows: CountRows) -> MonthFigures:
    """Measure the file's month in the merged table and the record tables, in any format."""
    dataset = file.dataset
    present = session.columns(dataset.table)
    if not present:
        return MonthFigures()
    found = differences(present, declared_columns(session.dialect, dataset))
    filenames = [sibling.filename for sibling in file.siblings]
    entry = next(iter(ledger_entries(session, filenames)), None)
    if not has_key_columns(session, dataset):
        return MonthFigures(entry=entry, column_differences=found)
    loaded = loaded_file(file, entry)
    others = comparable_files(loaded)
    kept = kept_tallies(session, [loaded.filename, *others])
    values: dict[str, Value] = {
        **session.month_rows(file).values,
        "filename": loaded.filename,
        "month_start": file.month.start,
        "month_end": file.month.end,
    }
    return MonthFigures(
        **vars(count_rows(file, values)),
        entry=entry,
        column_differences=found,
        tally=None if found else take_tally(session, file),
        loaded_tally=as_kept(kept.get(loaded.filename, {}), dataset),
        other_months=other_months(ledger_entries(session, others), kept),
        rejects=reject_counts(session).get(loaded.filename, RejectCounts()),
        left_out=entry.left_out_columns if entry else (),
    )


def held_month(session: Session, file: TripFile) -> HeldMonth:
    """The ledger's entry and the tally of the file's month, in any format."""
    dataset = file.dataset
    filenames = [sibling.filename for sibling in file.siblings]
    entry = next(iter(ledger_entries(session, filenames)), None)
    present = session.columns(dataset.table)
    if not present or differences(present, declared_columns(session.dialect, dataset)):
        return HeldMonth(entry, None)
    return HeldMonth(entry, take_tally(session, file))


def take_tally(session: Session, file: TripFile) -> Tally:
    """Compute the tally of the month's rows. The table's columns must be as declared."""
    dataset, dialect = file.dataset, session.dialect
    missing = pending_columns(session.columns(dataset.table), declared_columns(dialect, dataset))
    expressions = tally_expressions(dataset, dialect, missing)
    condition, values = session.month_rows(file)
    query = Statements(__package__, dialect)(
        "take_tally",
        figures=list(expressions.values()),
        table=session.table(dataset.table),
        month_rows=condition,
    )
    [row] = session.ask(query, values)
    # Some databases return large sums as decimals.
    return {
        name: int(str(value).partition(".")[0])
        for name, value in zip(expressions, row, strict=True)
    }


def count_months(session: Session, dataset: Dataset) -> dict[str, int]:
    """Number of rows of each file in a merged table; empty if there is no table."""
    return session.count_files(dataset) if session.columns(dataset.table) else {}


def loaded_file(file: TripFile, entry: LedgerEntry | None) -> TripFile:
    """The file that the month was loaded from, by the ledger's entry; else the given file."""
    return (TripFile.loaded_as(file.dataset, entry.filename) if entry else None) or file


def has_key_columns(session: Session, dataset: Dataset) -> bool:
    """Whether the table has the columns that counting needs: file name, id, time of pickup."""
    declared = declared_columns(session.dialect, dataset)
    names = map(session.dialect.column_name, ("filename", "unique_row_id", dataset.pickup))
    present = {(column.name, column.type) for column in session.columns(dataset.table)}
    return all((name, declared[name]) in present for name in names)
