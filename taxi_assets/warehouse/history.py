"""The months that a month is compared with: its neighbours, and the same month of other years."""

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
    """Another month of the same taxi, as its load left it.

    Attributes:
        month: which one.
        filename: its file.
        rows: rows of its file.
        tally: what was counted in it; empty where it was loaded before tallies were kept.
    """

    month: Month
    filename: str
    rows: int
    tally: Tally

    @property
    def rows_a_day(self) -> float:
        """Rows by the month's length."""
        return self.rows / self.month.days

    def comes_like(self, filename: str) -> bool:
        """Whether the other file has the same format: CSVs have rows without a vendor."""
        return PurePath(self.filename).suffixes[-1] == PurePath(filename).suffixes[-1]

    def share(self, figure: str) -> float | None:
        """A figure by the rows; None where it was not counted."""
        return self.tally[figure] / self.rows if self.rows and figure in self.tally else None


def comparable_files(file: TripFile) -> list[str]:
    """Names of the files that may hold the months to compare with: real ones, or synthetic ones."""
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
    """What ledger and tallies say of months, in their order."""
    found = [
        OtherMonth(
            Month.parse(entry.month), entry.filename, entry.rows, tallies.get(entry.filename, {})
        )
        for entry in entries
    ]
    return tuple(sorted(found, key=lambda other: other.month))
