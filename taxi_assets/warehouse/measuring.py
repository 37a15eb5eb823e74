"""Measures a month for the checks, the same way and in one scan in every warehouse."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from taxi_assets.rows.row_digest import (
    Digests,
    as_digest,
    column_texts,
    digest_sum,
    engine_label,
    engine_sum,
    id_of,
)
from taxi_assets.sql.dialect import Dialect
from taxi_assets.sql.statements import Statements, bound
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.checks import MonthFigures
from taxi_assets.warehouse.columns import declared_columns, differences, pending_columns
from taxi_assets.warehouse.history import comparable_files, other_months
from taxi_assets.warehouse.ledger import LedgerEntry
from taxi_assets.warehouse.reconcile import HeldMonth
from taxi_assets.warehouse.records import kept_tallies, ledger_entries, reject_counts
from taxi_assets.warehouse.rejects import RejectCounts
from taxi_assets.warehouse.session import Session, Value
from taxi_assets.warehouse.tally import ROWS, SHARED_ROW_IDS, Tally, tally_expressions

CountIds = Callable[[str, Mapping[str, Value]], int | None]
"""Counts ids of a file's month by the statement ``count_shared_ids`` or ``count_ids_elsewhere``.
The values to bind are the month's file names, the name of the loaded file, and the month's start
and end."""

_DIGEST = "digest"
_ENGINE_DIGEST = "engine_digest"
_WRONG_ROW_IDS = "wrong_row_ids"


def measure_month(session: Session, file: TripFile, count_ids: CountIds) -> MonthFigures:
    """Measure the file's month in the merged table and the record tables, in any format.

    Args:
        session: a session of the warehouse.
        file: the month.
        count_ids: counts the rows that share their id with another row of the month, or with one
            of another file.
    """
    dataset = file.dataset
    present = session.columns(dataset.table)
    if not present:
        return MonthFigures()
    declared = declared_columns(session.dialect, dataset)
    found = differences(present, declared)
    entry = _entry(session, file)
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
    known = entry.digests if entry else Digests()
    counted = _counted(session.dialect, dataset)
    anew: dict[str, str] = {}
    hashed = _Hashed()
    if not found:
        missing = pending_columns(present, declared)
        anew = _rows_anew(session.dialect, dataset, missing)
        hashed = _compared(session, dataset, missing, known)
    measured = _scan(session, file, {**counted, **hashed.sums}, values)
    digests = hashed.digests(measured)
    # With the digest of the load, ids and values are those of the load, and so is what was counted.
    as_loaded = digests.conflict(known) is False
    when_loaded = {_WRONG_ROW_IDS: 0, **kept.get(loaded.filename, {})} if as_loaded else {}
    if anew.keys() - when_loaded.keys():
        when_loaded |= _scan(session, file, anew, {})
    if SHARED_ROW_IDS not in when_loaded:
        when_loaded[SHARED_ROW_IDS] = count_ids("count_shared_ids", values) or 0
    measured = when_loaded | measured
    return MonthFigures(
        **{name: measured[name] for name in counted},
        wrong_row_ids=measured.get(_WRONG_ROW_IDS, 0),
        shared_row_ids=measured[SHARED_ROW_IDS],
        ids_in_other_files=count_ids("count_ids_elsewhere", values),
        entry=entry,
        column_differences=found,
        tally=None if found else {name: measured[name] for name in anew if name != _WRONG_ROW_IDS},
        digests=digests,
        other_months=other_months(ledger_entries(session, others), kept),
        rejects=reject_counts(session).get(loaded.filename, RejectCounts()),
        left_out=entry.left_out_columns if entry else (),
    )


def measure_rows(session: Session, file: TripFile) -> tuple[Tally, Digests]:
    """The tally and a digest of the month's rows. The table's columns must be as declared."""
    dataset = file.dataset
    missing = pending_columns(
        session.columns(dataset.table), declared_columns(session.dialect, dataset)
    )
    tallied = tally_expressions(dataset, session.dialect)
    hashed = _hashed(session, dataset, missing)
    measured = _scan(session, file, {**tallied, **hashed.sums}, {})
    return {name: measured[name] for name in tallied}, hashed.digests(measured)


def held_month(session: Session, file: TripFile) -> HeldMonth:
    """The ledger's entry, and rows and digests of the file's month, in any format."""
    held = measure_digests(session, file, portable=True)
    if held.tally is None:
        filename = loaded_file(file, held.entry).filename
        return HeldMonth(held.entry, count_months(session, file.dataset).get(filename, 0))
    return HeldMonth(held.entry, held.rows, held.digests, held.rejects.rejected, held.foreign_rows)


def measure_digests(session: Session, file: TripFile, portable: bool = False) -> MonthFigures:
    """The figures by which a changed month is told: rows and digests, in one scan.

    Nothing else is measured. The tally is empty; it is None if the columns are not as declared.

    Args:
        session: a session of the warehouse.
        file: the month, in any format.
        portable: whether to compute the digest that is the same in every database and the one by
            this database's own hash. Otherwise one is enough that the ledger has, too.
    """
    dataset = file.dataset
    entry = _entry(session, file)
    present = session.columns(dataset.table)
    declared = declared_columns(session.dialect, dataset)
    found = differences(present, declared) if present else ()
    if found or not present:
        return MonthFigures(entry=entry, column_differences=found)
    filename = loaded_file(file, entry).filename
    missing = pending_columns(present, declared)
    known = entry.digests if entry else Digests()
    hashed = _compared(session, dataset, missing, known, all_kinds=portable)
    counted = _counted(session.dialect, dataset)
    figures = {ROWS: counted[ROWS], "foreign_rows": counted["foreign_rows"], **hashed.sums}
    measured = _scan(session, file, figures, {"filename": filename})
    return MonthFigures(
        rows=measured[ROWS],
        foreign_rows=measured["foreign_rows"],
        entry=entry,
        tally={},
        digests=hashed.digests(measured),
        rejects=reject_counts(session).get(filename, RejectCounts()),
        left_out=entry.left_out_columns if entry else (),
    )


def rows_changed(session: Session, file: TripFile, entry: LedgerEntry) -> bool | None:
    """Whether the month's rows are others than those that were loaded; None if nothing tells."""
    dataset = file.dataset
    present = session.columns(dataset.table)
    declared = declared_columns(session.dialect, dataset)
    known = entry.digests
    if differences(present, declared) or not (_columns_hashed(session, known) or known.digest):
        return None
    hashed = _compared(session, dataset, pending_columns(present, declared), known)
    return hashed.digests(_scan(session, file, hashed.sums, {})).conflict(entry.digests)


@dataclass(frozen=True)
class _Hashed:
    """The sums that a scan takes for digests, by name, and the `Digests.engine` of its own hash."""

    sums: Mapping[str, str] = field(default_factory=dict)
    engine: str = ""

    def digests(self, measured: Mapping[str, int]) -> Digests:
        found = {name: as_digest(measured[name]) for name in self.sums}
        return Digests(found.get(_DIGEST), self.engine, found.get(_ENGINE_DIGEST, ""))


def _columns_hashed(session: Session, known: Digests) -> int | None:
    """Over how many columns a digest by this database's own hash is; None if it is by another."""
    engine, _, columns = known.engine.rpartition("/")
    own = engine and engine == session.engine and columns.isdecimal()
    return int(columns) if own else None


def _compared(
    session: Session,
    dataset: Dataset,
    missing: Collection[str],
    known: Digests,
    all_kinds: bool = False,
) -> _Hashed:
    """What to add up for the digests of a month, so that they can be compared with known ones.

    Args:
        session: a session of the warehouse.
        dataset: the dataset of the rows.
        missing: columns that the table does not have yet.
        known: what they are compared with. Where one of its digests is of a kind that this database
            computes, no other kind is computed; its own hash takes a third of the time, or less.
        all_kinds: whether all kinds are computed whatever is known.
    """
    columns = _columns_hashed(session, known)
    own = all_kinds or columns is not None or known.digest is None
    return _hashed(session, dataset, missing, columns, all_kinds or columns is None, own)


def _hashed(
    session: Session,
    dataset: Dataset,
    missing: Collection[str],
    columns: int | None = None,
    portable: bool = False,
    own: bool = True,
) -> _Hashed:
    """What to add up for the digests of a month.

    Args:
        session: a session of the warehouse.
        dataset: the dataset of the rows.
        missing: columns that the table does not have yet.
        columns: over how many columns the database's own hash is to be; None: over all.
        portable: whether to add up the digest that is the same in every database, too.
        own: whether to add up the one by the database's own hash, if it has one.
    """
    sums, engine = {}, ""
    if own and session.engine:
        columns = len(dataset.columns) - len(missing) if columns is None else columns
        sums[_ENGINE_DIGEST] = engine_sum(dataset, session.dialect, columns, missing)
        engine = engine_label(session.engine, columns)
    if portable or not session.engine:
        sums[_DIGEST] = digest_sum(dataset, session.dialect, missing)
    return _Hashed(sums, engine)


def _rows_anew(dialect: Dialect, dataset: Dataset, missing: Collection[str]) -> dict[str, str]:
    """The tally of a month's rows, and the count of ids that are not what the values say."""
    identity = id_of(dataset, dialect, column_texts(dataset, dialect, missing))
    wrong = f"count(CASE WHEN unique_row_id IS DISTINCT FROM {identity} THEN 1 END)"
    return {**tally_expressions(dataset, dialect), _WRONG_ROW_IDS: wrong}


def _counted(dialect: Dialect, dataset: Dataset) -> dict[str, str]:
    pickup, start, end = (
        dialect.identifier(dataset.pickup),
        bound("month_start"),
        bound("month_end"),
    )
    conditions = {
        "foreign_rows": f"filename IS DISTINCT FROM {bound('filename')}",
        "null_pickups": f"{pickup} IS NULL",
        "out_of_month_pickups": f"{pickup} < {start} OR {pickup} >= {end}",
    }
    counted = {name: f"count(CASE WHEN {c} THEN 1 END)" for name, c in conditions.items()}
    return {ROWS: "count(*)", **counted}


def _scan(
    session: Session, file: TripFile, figures: Mapping[str, str], values: Mapping[str, Value]
) -> dict[str, int]:
    condition, month = session.month_rows(file)
    query = Statements(__package__, session.dialect)(
        "measure_rows",
        figures=list(figures.values()),
        table=session.table(file.dataset.table),
        month_rows=condition,
    )
    [row] = session.ask(query, {**values, **month})
    # Some databases return large sums as decimals. A sum over no rows is NULL.
    return {
        name: int(str(value or 0).partition(".")[0])
        for name, value in zip(figures, row, strict=True)
    }


def _entry(session: Session, file: TripFile) -> LedgerEntry | None:
    filenames = [sibling.filename for sibling in file.siblings]
    return next(iter(ledger_entries(session, filenames)), None)


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
