"""Summaries of months: computed and stored in the database until the month's file changes.

To read hundreds of millions of trips for every chart would take minutes. A month is summarized
again only if its ledger entry has another file or another hash.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from taxi_assets.sql.dialect import Dialect
from taxi_assets.sql.statements import Statements
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.trips.zones import ZONES_TABLE
from taxi_assets.warehouse.interface import Warehouse
from taxi_assets.warehouse.ledger import LEDGER, LedgerEntry
from taxi_assets.warehouse.record_tables import RecordTable, recorded
from taxi_assets.warehouse.records import forget, ledger_entries, read
from taxi_assets.warehouse.session import Session, Value

OUTSIDE = "outside"
"""Stands for the day of a pickup that lies outside the month of its file."""


@dataclass(frozen=True)
class MonthSummary:
    """Figures of one month's file. A figure is NULL if the dataset has no column for it."""

    filename: str = recorded("The file, as the column filename of the month's rows says.")
    taxi: str = recorded("Kind of taxi.")
    month: str = recorded("The month, such as 2020-04.")
    sha256: str = recorded("Hash of the published bytes that the figures are of, in hex.")
    trips: int = recorded("Rows.")
    passengers: int | None = recorded("Sum of passengers; rows without a number add nothing.")
    miles: float | None = recorded("Sum of distances, as published: with the meters' outliers.")
    fares: float | None = recorded("Sum of fares, in US dollars.")
    tips: float | None = recorded("Sum of tips, in US dollars; cash tips are not in the files.")
    median_seconds: float | None = recorded(
        "Median of dropoff less pickup, in seconds; NULL where no trip has both."
    )


@dataclass(frozen=True)
class TripCount:
    """Number of a file's trips on a day, in an hour of the week, or from a zone."""

    filename: str = recorded("The file, as the column filename of the month's rows says.")
    part: str = recorded("What they have in common: day of pickup, hour of the week, or zone.")
    value: str = recorded(
        "A date or outside; weekday (1 is Monday) and hour, as 1-07; a LocationID, or nothing "
        "where the trip has none."
    )
    trips: int = recorded("How many.")


SUMMARIES = RecordTable(
    "tripdata_summaries",
    MonthSummary,
    ("filename",),
    "Figures of each month, taken when a report was made.",
)
COUNTS = RecordTable(
    "tripdata_counts",
    TripCount,
    ("filename", "part", "value"),
    "Trips of each month by day, hour of the week and zone of their pickup.",
)


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


def refresh(session: Session, datasets: Sequence[Dataset]) -> int:
    """Summarize months that were loaded since, and delete summaries of months that are gone.

    Each month is summarized in a transaction of its own.

    Returns:
        How many months were summarized.
    """
    if not session.columns(LEDGER.name):
        return 0
    session.ensure(SUMMARIES)
    session.ensure(COUNTS)
    done = {summary.filename: summary.sha256 for summary in read(session, SUMMARIES)}
    entries = {entry.filename: entry for entry in ledger_entries(session)}
    if gone := sorted(done.keys() - entries.keys()):
        with session.transaction(writes=SUMMARIES):
            _forget(session, gone)
    summarized = 0
    for dataset in datasets:
        for filename, entry in entries.items():
            file = TripFile.loaded_as(dataset, filename)
            if file is not None and done.get(filename) != entry.sha256:
                summarized += _summarize(session, file)
    return summarized


def read_summaries(session: Session) -> Summaries:
    """Read all summaries; they are empty if no month was summarized."""
    months = sorted(read(session, SUMMARIES), key=lambda month: (month.taxi, month.month))
    counts = sorted(read(session, COUNTS), key=lambda c: (c.filename, c.part, c.value))
    return Summaries(tuple(months), tuple(counts), _zones(session))


def _zones(session: Session) -> tuple[Zone, ...]:
    if not session.columns(ZONES_TABLE):
        return ()
    dialect = session.dialect
    names = list(map(dialect.identifier, ("LocationID", "Borough", "Zone")))
    place = session.table(ZONES_TABLE)
    found = session.ask(Statements(__package__, dialect)("list_zones", table=place, columns=names))
    return tuple(Zone(*(str(text) for text in row)) for row in found)


def _summarize(session: Session, file: TripFile) -> bool:
    with session.transaction(file.dataset, writes=SUMMARIES):
        # A load may have replaced the month since the ledger was read.
        found = ledger_entries(session, [file.filename])
        _forget(session, [file.filename])
        for entry in found:
            summary, counts = _figures(session, file, entry)
            session.append(SUMMARIES, [summary])
            session.append(COUNTS, counts)
    return bool(found)


def _forget(session: Session, filenames: Sequence[str]) -> None:
    forget(session, SUMMARIES, filenames)
    forget(session, COUNTS, filenames)


def _figures(
    session: Session, file: TripFile, entry: LedgerEntry
) -> tuple[MonthSummary, list[TripCount]]:
    dataset, dialect = file.dataset, session.dialect
    rows = session.month_rows(file)
    values: dict[str, Value] = {
        **rows.values,
        "month_start": file.month.start,
        "month_end": file.month.end,
    }
    place = {"table": session.table(dataset.table), "month_rows": rows.condition}
    sql = Statements(__package__, dialect)
    [(trips, passengers, miles, fares, tips)] = session.ask(
        sql("sum_up", **place, sums=month_sums(dataset, dialect)), values
    )
    found = session.ask(
        sql("count_trips", **place, **month_parts(dataset, dialect), outside=OUTSIDE), values
    )
    counts, seconds = [], {}
    for part, day, hour, zone, duration, number in found:
        if part == "seconds":
            seconds[duration] = int(str(number))
        else:
            value = {"day": day, "hour": hour, "zone": zone}[str(part)]
            counts.append(TripCount(entry.filename, str(part), str(value or ""), int(str(number))))
    summary = MonthSummary(
        filename=entry.filename,
        taxi=entry.taxi,
        month=entry.month,
        sha256=entry.sha256,
        trips=int(str(trips)),
        passengers=None if passengers is None else int(str(passengers)),
        miles=_cents(miles),
        fares=_cents(fares),
        tips=_cents(tips),
        median_seconds=_median({float(str(s)): n for s, n in seconds.items() if s is not None}),
    )
    return summary, counts


def month_sums(dataset: Dataset, dialect: Dialect) -> list[str]:
    """SQL of the sums of passengers, miles, fares and tips, in that order; NULL if absent."""
    roles = (dataset.passengers, dataset.distance, dataset.fare, dataset.tip)
    return [f"coalesce(sum({dialect.identifier(name)}), 0)" if name else "NULL" for name in roles]


def month_parts(dataset: Dataset, dialect: Dialect) -> dict[str, str]:
    """The SQL expressions by which trips are counted, by their names in ``count_trips``."""
    pickup, dropoff = dialect.identifier(dataset.pickup), dialect.identifier(dataset.dropoff)
    functions = dialect.functions
    zone = dataset.pickup_zone
    return {
        "pickup": pickup,
        "day": functions.day.format(time=pickup),
        "hour_of_week": functions.hour_of_week.format(time=pickup),
        "zone": f"coalesce({dialect.identifier(zone)}, '')" if zone else "",
        "seconds": functions.seconds_between.format(start=pickup, end=dropoff),
    }


def _cents(total: object) -> float | None:
    """Round to cents, since a database may add up in a different order each time."""
    return None if total is None else round(float(str(total)), 2)


def _median(counts: dict[float, int]) -> float | None:
    """The median of values; ``counts`` says how often each of them occurs."""
    total = sum(counts.values())
    if not total:
        return None
    middle, passed = [], 0
    places = {(total - 1) // 2, total // 2}
    for value in sorted(counts):
        middle += [value for place in places if passed <= place < passed + counts[value]]
        passed += counts[value]
    return sum(middle) / len(middle)
