"""Summaries of months: computed in the database, kept there until the month's file changes.

Reading hundreds of millions of trips again for every picture of them would take minutes; a month
that was summarized once is read again only when its ledger line names another file. What a
database is asked stands in its own SQL files; what is asked, and when, stands here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.ledger import LEDGER_TABLE, LedgerEntry

SUMMARIES_TABLE = "tripdata_summaries"
COUNTS_TABLE = "tripdata_counts"
OUTSIDE = "outside"
"""In place of the day of a pickup that lies outside of its file's month."""


@dataclass(frozen=True)
class MonthSummary:
    """One file of one month.

    Attributes:
        filename: the file, as the tables name it.
        taxi: the dataset.
        month: such as ``2020-04``.
        sha256: hash of the published bytes that the figures are of.
        trips: rows.
        passengers: sum of passenger_count; rows without one add nothing.
        miles: sum of trip_distance, as published: with the meters' outliers.
        fares: sum of fare_amount, in US dollars.
        tips: sum of tip_amount, in US dollars; cash tips are not in the files.
        median_seconds: median of dropoff less pickup; None where no trip has both.
    """

    filename: str
    taxi: str
    month: str
    sha256: str
    trips: int
    passengers: int
    miles: float
    fares: float
    tips: float
    median_seconds: float | None


@dataclass(frozen=True)
class TripCount:
    """Trips of a file that have something in common.

    Attributes:
        filename: the file.
        part: ``day`` of pickup, ``hour`` of the week, or pickup ``zone``.
        value: a date or ``outside``; weekday (1 is Monday) and hour, as ``1-07``; a LocationID,
            or nothing where the trip has none.
        trips: how many.
    """

    filename: str
    part: str
    value: str
    trips: int


@dataclass(frozen=True)
class Zone:
    """A taxi zone: its number, borough and name."""

    number: str
    borough: str
    name: str


@dataclass(frozen=True)
class Summaries:
    """What a warehouse's months hold, in figures.

    Attributes:
        months: a summary for each summarized file, by taxi and month.
        counts: trips by day, hour of the week and zone, of the same files.
        zones: the taxi zones; none where they were not loaded.
    """

    months: tuple[MonthSummary, ...] = ()
    counts: tuple[TripCount, ...] = ()
    zones: tuple[Zone, ...] = ()


class SummaryDatabase(Protocol):
    """What a warehouse must be able to do to summarize its months."""

    def ask(self, name: str, values: Mapping[str, object] | None = None) -> Sequence[Sequence[str]]:
        """The rows that the statement of that name finds."""

    def summarize(self, name: str, file: TripFile, values: Mapping[str, object]) -> None:
        """Run the statement of that name on the file's merged table."""

    def has_table(self, name: str) -> bool:
        """Whether there is a table of that name."""

    def entries(self) -> list[LedgerEntry]:
        """The ledger's lines."""

    def changing(self, dataset: Dataset | None) -> AbstractContextManager[None]:
        """A transaction in which no month of the dataset is replaced."""


def refresh(database: SummaryDatabase, datasets: Sequence[Dataset]) -> int:
    """Summarize the months that were loaded since, and forget those that are gone.

    Each month is summarized in a transaction of its own.

    Returns:
        How many months were summarized.
    """
    if not database.has_table(LEDGER_TABLE):
        return 0
    if not (database.has_table(SUMMARIES_TABLE) and database.has_table(COUNTS_TABLE)):
        with database.changing(None):
            database.ask("create_summaries")
            database.ask("create_counts")
    done = {str(name): str(sha256) for name, sha256 in database.ask("list_summarized")}
    entries = {entry.filename: entry for entry in database.entries()}
    for filename in done.keys() - entries.keys():
        with database.changing(None):
            _forget(database, filename)
    summarized = 0
    for dataset in datasets:
        for filename, entry in entries.items():
            file = TripFile.loaded_as(dataset, filename)
            if file is not None and done.get(filename) != entry.sha256:
                summarized += _summarize(database, file)
    return summarized


def read_summaries(database: SummaryDatabase) -> Summaries:
    """What is summarized; nothing where nothing was."""
    if not (database.has_table(SUMMARIES_TABLE) and database.has_table(COUNTS_TABLE)):
        return Summaries()
    zones = database.ask("list_zones") if database.has_table("zones") else []
    return Summaries(
        tuple(MonthSummary(*row) for row in database.ask("list_summaries")),  # type: ignore[arg-type]
        tuple(TripCount(*row) for row in database.ask("list_counts")),  # type: ignore[arg-type]
        tuple(Zone(*(str(text) for text in row)) for row in zones),
    )


def _summarize(database: SummaryDatabase, file: TripFile) -> bool:
    with database.changing(file.dataset):
        # A load may have replaced the month since the ledger was read.
        entry = next((e for e in database.entries() if e.filename == file.filename), None)
        _forget(database, file.filename)
        if entry is None:
            return False
        month: Month = file.month
        database.summarize(
            "insert_summary",
            file,
            {
                "filename": entry.filename,
                "taxi": entry.taxi,
                "month": entry.month,
                "sha256": entry.sha256,
            },
        )
        database.summarize(
            "insert_counts",
            file,
            {"filename": entry.filename, "month_start": month.start, "month_end": month.end},
        )
    return True


def _forget(database: SummaryDatabase, filename: str) -> None:
    database.ask("delete_summary", {"filename": filename})
    database.ask("delete_counts", {"filename": filename})
