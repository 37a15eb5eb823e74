"""The record tables of summaries: figures of each month, and counts of its trips."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from taxi_assets.warehouse.ledger import LedgerEntry
from taxi_assets.warehouse.record_tables import RecordTable, recorded


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
    loaded_at: datetime | None = recorded(
        "When the rows that the figures are of were loaded, UTC, as the ledger says; NULL where an "
        "older edition took them.",
        default=None,
    )
    version: str | None = recorded(
        "A text of these rows in this database, another one after any change of them; empty "
        "without rows.",
        default=None,
    )
    changed: int | None = recorded(
        "1 where these rows are others than those that were loaded, 0 where they are the same; "
        "NULL where no digest tells.",
        default=None,
    )

    def is_of(self, entry: LedgerEntry) -> bool:
        """Whether its figures are of this load of the file, as far as it says."""
        return self.sha256 == entry.sha256 and self.loaded_at in (None, entry.loaded_at)


@dataclass(frozen=True)
class TripCount:
    """Number of a file's trips on a day, in an hour of the week, or from a zone."""

    filename: str = recorded("The file, as the column filename of the month's rows says.")
    part: str = recorded("What they have in common: day of pickup, hour of the week, or zone.")
    value: str = recorded(
        "A date, or weekday (1 is Monday) and hour, as 1-07, or outside for pickups in another "
        "month than the file's; a LocationID, or nothing where the trip has none."
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
