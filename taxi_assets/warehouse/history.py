"""The months that a month is compared with: one month and one year before and after it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import PurePath

from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import MONTHS_PER_YEAR, Month
from taxi_assets.warehouse.ledger import LedgerEntry
from taxi_assets.warehouse.tally import Tally

_DISTANCES = (-MONTHS_PER_YEAR, -1, 1, MONTHS_PER_YEAR)


@dataclass(frozen=True)
class OtherMonth:
    """Another month of the same taxi, as it was loaded.

    Attributes:
        month: the month.
        filename: its file.
        rows: rows of its file.
        tally: its tally; empty if it was loaded before tallies were kept.
    """

    month: Month
    filename: str
    rows: int
    tally: Tally

    @property
    def rows_a_day(self) -> float:
        """Rows divided by the number of days of the month."""
        return self.rows / self.month.days

    def comes_like(self, filename: str) -> bool:
        """Whether another file has the same format. Shares of odd rows differ between formats."""
        return PurePath(self.filename).suffixes[-1] == PurePath(filename).suffixes[-1]

    def share(self, figure: str) -> float | None:
        """A figure divided by the rows; None if it was not counted."""
        return self.tally[figure] / self.rows if self.rows and figure in self.tally else None


def comparable_files(file: TripFile) -> list[str]:
    """File names of the months to compare with, only real ones or only synthetic ones."""
    synthetic = file.format is FileFormat.SYNTHETIC
    months = (file.month.plus(distance) for distance in _DISTANCES)
    return [
        other.filename
        for month in months
        for other in TripFile(file.dataset, month, file.format).siblings
        if (other.format is FileFormat.SYNTHETIC) == synthetic
    ]


def other_months(
    entries: Iterable[LedgerEntry], tallies: Mapping[str, Tally]
) -> tuple[OtherMonth, ...]:
    """The months that ledger and tallies describe, in order of time."""
    found = [
        OtherMonth(
            Month.parse(entry.month), entry.filename, entry.rows, tallies.get(entry.filename, {})
        )
        for entry in entries
    ]
    return tuple(sorted(found, key=lambda other: other.month))
