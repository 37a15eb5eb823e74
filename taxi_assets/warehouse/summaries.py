"""Summaries of months: computed and stored in the database until the month's rows change.

To read hundreds of millions of trips for every chart would take minutes. A summary says which rows
it is of: when they were loaded, and the database's text of them. A month that was loaded anew is
summarized again, and so is one whose rows somebody changed, once they are looked at.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from taxi_assets.sql.dialect import Dialect
from taxi_assets.sql.statements import Statements, bound
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.trips.zones import ZONES_TABLE
from taxi_assets.warehouse.interface import Warehouse
from taxi_assets.warehouse.ledger import LEDGER, LedgerEntry
from taxi_assets.warehouse.measuring import rows_changed
from taxi_assets.warehouse.record_tables import RecordTable
from taxi_assets.warehouse.records import forget, ledger_entries, read
from taxi_assets.warehouse.session import Session
from taxi_assets.warehouse.summary_records import COUNTS, SUMMARIES, MonthSummary, TripCount
from taxi_assets.warehouse.trip_figures import (
    COUNTED,
    FIGURES,
    OUTSIDE,
    PARTS,
    TripFigure,
    TripPart,
    count_trips,
)
from taxi_assets.warehouse.zone_figures import ZONE_CHARGES


@dataclass(frozen=True)
class Zone:
    """A taxi zone: its number, borough and name."""

    number: str
    borough: str
    name: str


@dataclass(frozen=True)
class Summaries:
    """The summaries of a warehouse's months.

    Attributes:
        months: a summary for each summarized file, by taxi and month.
        counts: trips by day, hour of the week and zone, of the same files.
        zones: the taxi zones; empty if they were not loaded.
    """

    months: tuple[MonthSummary, ...] = ()
    counts: tuple[TripCount, ...] = ()
    zones: tuple[Zone, ...] = ()

    @cached_property
    def parts(self) -> Mapping[str, Sequence[TripCount]]:
        """The counts by what their trips have in common: ``day``, ``hour`` or ``zone``.

        A month has some 400 counts, most of them of zones: who wants days need not pass over all.
        """
        parts: dict[str, list[TripCount]] = {"day": [], "hour": [], "zone": []}
        for count in self.counts:
            parts[count.part].append(count)
        return parts


def fresh_summaries(warehouse: Warehouse, datasets: Sequence[Dataset]) -> tuple[int, Summaries]:
    """Summarize new months; return their number, and the summaries of all loaded months.

    Raises:
        WarehouseBusyError, WarehouseError: the warehouse cannot be queried or written.
    """
    if not warehouse.exists():
        return 0, Summaries()
    with warehouse.session() as session:
        return refresh(session, datasets), read_summaries(session)


def refresh(
    session: Session, datasets: Sequence[Dataset], looked_at: Collection[str] | None = None
) -> int:
    """Summarize months that were loaded since, and delete summaries of months that are gone.

    Each month is summarized in a transaction of its own.

    Args:
        session: a session of the warehouse.
        datasets: whose months.
        looked_at: file names. If their rows are others than those summarized, or if an older
            edition summarized them, they are summarized anew. None: all. To look at a month reads
            its rows in DuckDB and Postgres; a summary of an older edition costs one scan more, and
            a report needs few months.

    Returns:
        How many months were summarized.
    """
    if not session.columns(LEDGER.name):
        return 0
    for table in _TABLES:
        session.ensure(table)
    done = {summary.filename: summary for summary in read(session, SUMMARIES)}
    entries = {entry.filename: entry for entry in ledger_entries(session)}
    if gone := sorted(done.keys() - entries.keys()):
        with session.transaction(writes=SUMMARIES):
            _forget(session, gone)
    kept = {f: done[f] for f, entry in entries.items() if f in done and done[f].is_of(entry)}
    suspects = {
        name
        for name, summary in kept.items()
        if looked_at is None or name in looked_at or summary.trips != entries[name].rows
    }
    changed = {
        name
        for dataset in datasets
        for name, version in _versions(session, _files([dataset], suspects)).items()
        if kept[name].version != version
    }
    files = _files(datasets, (entries.keys() - kept.keys()) | changed)
    return sum(_summarize_month(session, file) for file in files)


def read_summaries(session: Session) -> Summaries:
    """Read all summaries; they are empty if no month was summarized."""
    months = sorted(read(session, SUMMARIES), key=lambda month: (month.taxi, month.month))
    counts = sorted(read(session, COUNTS), key=lambda c: (c.filename, c.part, c.value))
    return Summaries(tuple(months), tuple(counts), read_zones(session))


def read_zones(session: Session) -> tuple[Zone, ...]:
    """The taxi zones; empty if they were not loaded, or somebody's other table has their name."""
    dialect, wanted = session.dialect, ("LocationID", "Borough", "Zone")
    present = {column.name for column in session.columns(ZONES_TABLE)}
    if not present.issuperset(map(dialect.column_name, wanted)):
        return ()
    names = list(map(dialect.identifier, wanted))
    place = session.table(ZONES_TABLE)
    found = session.ask(Statements(__package__, dialect)("list_zones", table=place, columns=names))
    return tuple(Zone(*map(str, row)) for row in found if None not in row)


def counts_together(session: Session, filenames: Sequence[str]) -> dict[str, dict[str, int]]:
    """Trips of these files together, by value, for each part that was counted."""
    condition = session.dialect.among.format(column="filename", values=bound("filenames"))
    add = partial(Statements(__package__, session.dialect), "add_counts", condition=condition)
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    for table in (COUNTS, PARTS):
        query = add(table=session.table(table.name))
        for part, value, trips in session.ask(query, {"filenames": list(filenames)}):
            counts[str(part)][str(value or "")] = int(str(trips))
    return counts


def outside_counts(session: Session) -> dict[str, int]:
    """Trips whose pickup lies outside the month of their file, by file."""
    query = Statements(__package__, session.dialect)(
        "count_outside", table=session.table(COUNTS.name), outside=OUTSIDE
    )
    return {str(filename): int(str(trips)) for filename, trips in session.ask(query)}


def _files(datasets: Sequence[Dataset], filenames: Collection[str]) -> list[TripFile]:
    """Those of the files that are of these datasets."""
    return [
        file
        for dataset in datasets
        for filename in sorted(filenames)
        if (file := TripFile.loaded_as(dataset, filename)) is not None
    ]


def _versions(session: Session, files: Sequence[TripFile]) -> dict[str, str]:
    """The text of the rows of each month, in any format, by the name of its file."""
    if not files:
        return {}
    names = {file.filename: [each.filename for each in file.siblings] for file in files}
    every = [name for siblings in names.values() for name in siblings]
    found = session.row_versions(files[0].dataset, every)
    return {
        name: ", ".join(sorted({found[sibling] for sibling in siblings if sibling in found}))
        for name, siblings in names.items()
    }


def _summarize_month(session: Session, file: TripFile) -> bool:
    with session.transaction(file.dataset, writes=SUMMARIES):
        # A load may have replaced the month since the ledger was read.
        found = ledger_entries(session, [file.filename])
        _forget(session, [file.filename])
        for entry in found:
            # First: rows that are changed meanwhile are seen to be others at the next look.
            version = _versions(session, [file])[file.filename]
            counted = count_trips(session, file)
            summary = _summary(session, file, entry, counted.median_seconds, version)
            session.append(SUMMARIES, [summary])
            name = file.filename
            figures = counted.figures.items()
            session.append(FIGURES, [TripFigure(name, entry.sha256, *each) for each in figures])
            rows = [
                (name, part, value, trips)
                for part, values in counted.counts.items()
                for value, trips in values.items()
            ]
            session.append(COUNTS, [TripCount(*row) for row in rows if row[1] in COUNTED])
            session.append(PARTS, [TripPart(*row) for row in rows if row[1] not in COUNTED])
    return bool(found)


_TABLES: tuple[RecordTable[Any], ...] = (SUMMARIES, COUNTS, PARTS, FIGURES, ZONE_CHARGES)


def _forget(session: Session, filenames: Sequence[str]) -> None:
    for table in _TABLES:
        forget(session, table, filenames)


def _summary(
    session: Session,
    file: TripFile,
    entry: LedgerEntry,
    median_seconds: float | None,
    version: str,
) -> MonthSummary:
    rows = session.month_rows(file)
    query = Statements(__package__, session.dialect)(
        "sum_up",
        table=session.table(file.dataset.table),
        month_rows=rows.condition,
        sums=month_sums(file.dataset, session.dialect),
    )
    [(trips, passengers, miles, fares, tips)] = session.ask(query, rows.values)
    changed = rows_changed(session, file, entry)
    return MonthSummary(
        filename=entry.filename,
        taxi=entry.taxi,
        month=entry.month,
        sha256=entry.sha256,
        trips=int(str(trips)),
        passengers=None if passengers is None else int(str(passengers)),
        miles=_cents(miles),
        fares=_cents(fares),
        tips=_cents(tips),
        median_seconds=median_seconds,
        loaded_at=entry.loaded_at,
        version=version,
        changed=None if changed is None else int(changed),
    )


def month_sums(dataset: Dataset, dialect: Dialect) -> list[str]:
    """SQL of the sums of passengers, miles, fares and tips, in that order; NULL if absent."""
    roles = (dataset.passengers, dataset.distance, dataset.fare, dataset.tip)
    return [f"coalesce(sum({dialect.identifier(name)}), 0)" if name else "NULL" for name in roles]


def _cents(total: object) -> float | None:
    """Round to cents, since a database may add up in a different order each time."""
    return None if total is None else round(float(str(total)), 2)
