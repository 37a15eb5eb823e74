"""The known row counts of published files.

The CSV beside this module has a line per taxi, month and format. ``basis`` says whether the count
was published with the file or measured on a complete copy of it. The counts of other months are
not known.
"""

import csv
from functools import cache
from importlib import resources

from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile


@cache
def _counts() -> dict[tuple[str, str, str], int]:
    text = resources.files(__package__).joinpath("published_row_counts.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return {(row["taxi"], row["month"], row["format"]): int(row["rows"]) for row in rows}


def has_published_counts(dataset: Dataset) -> bool:
    """Whether the row count of any month of the dataset is known."""
    return any(taxi == dataset.taxi for taxi, _, _ in _counts())


def published_rows(file: TripFile) -> int | None:
    """The row count of the published file; None if it is not known."""
    return _counts().get((file.dataset.taxi, str(file.month), file.format))
