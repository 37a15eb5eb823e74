"""The known row counts of published files.

The CSV beside this module has a line per taxi, month and format. ``basis`` says whether the count
was published with the file, measured on a complete copy of it, or counted in the file that stood
at the source on the day ``counted``. Counts of the last kind may be those of a file that was
published anew meanwhile. Those of August 2024 were counted by others
(https://github.com/lykmapipo/NYC-TLC-Trip-Data); they have the month's first day. The counts of
other months are not known. `taxi-assets counts` writes the list anew.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from email.utils import parsedate_to_datetime
from functools import cache
from importlib import resources

from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import FileFormat, TripFile

_COLUMNS = ("taxi", "month", "format", "rows", "basis", "counted")
_Key = tuple[str, str, str]


@dataclass(frozen=True)
class PublishedCount:
    """The row count of a published file.

    Attributes:
        rows: how many rows it has.
        basis: ``published``, ``measured`` or ``counted``.
        counted: the day on which the source had the file that was counted; None for a count that
            holds for every version of the file.
    """

    rows: int
    basis: str
    counted: date | None = None

    def binds(self, last_modified: str | None) -> bool:
        """Whether a file must have so many rows: one that is not newer than the count.

        Args:
            last_modified: HTTP date of the file's last change; None if the source did not say.
        """
        if self.counted is None:
            return True
        changed = day_of(last_modified)
        return changed is not None and changed <= self.counted

    @property
    def words(self) -> str:
        """What kind of count it is, for sentences."""
        return f"counted in the file of {self.counted}" if self.counted else "published"


def day_of(http_date: str | None) -> date | None:
    """The day of an HTTP date, UTC; None if there is none."""
    try:
        return parsedate_to_datetime(http_date or "").date()
    except ValueError:
        return None


@cache
def _counts() -> dict[_Key, PublishedCount]:
    text = resources.files(__package__).joinpath("published_row_counts.csv").read_text("utf-8")
    return {
        (row["taxi"], row["month"], row["format"]): PublishedCount(
            int(row["rows"]),
            row["basis"],
            date.fromisoformat(row["counted"]) if row["counted"] else None,
        )
        for row in csv.DictReader(text.splitlines())
    }


def has_published_counts(dataset: Dataset) -> bool:
    """Whether the row count of any month of the dataset is known."""
    return any(taxi == dataset.taxi for taxi, _, _ in _counts())


def published_count(file: TripFile) -> PublishedCount | None:
    """The row count of the published file; None if it is not known."""
    return _counts().get(_key(file))


def published_rows(file: TripFile) -> int | None:
    """The row count of the published file as a number; None if it is not known."""
    known = published_count(file)
    return known.rows if known else None


def counts_csv(proved: Iterable[tuple[TripFile, int, date]]) -> str:
    """The list anew, as CSV, sorted by taxi, month and format.

    Args:
        proved: files, their rows, and the day on which the source had them. They replace counts
            that are older; counts without a day, and synthetic files, are left as they are.
    """
    known = dict(_counts())
    for file, rows, day in proved:
        before = known.get(_key(file))
        is_newer = before is None or (before.counted is not None and before.counted < day)
        if is_newer and file.format is not FileFormat.SYNTHETIC:
            known[_key(file)] = PublishedCount(rows, "counted", day)
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(_COLUMNS)
    for key, count in sorted(known.items()):
        lines.writerow((*key, count.rows, count.basis, count.counted or ""))
    return text.getvalue()


def _key(file: TripFile) -> _Key:
    return file.dataset.taxi, str(file.month), str(file.format)
