"""A whole synthetic month as the bytes of its CSV, block by block."""

from collections.abc import Iterator

from taxi_assets.source.synthetic.clock import Calendar, Timetable
from taxi_assets.source.synthetic.draw import Stream
from taxi_assets.source.synthetic.profile import CONGESTION_SINCE, profile_of
from taxi_assets.source.synthetic.quirks import Quirks
from taxi_assets.source.synthetic.text import Lines
from taxi_assets.source.synthetic.trips import (
    METERED_LOTS,
    UNMETERED_LOTS,
    metered_trips,
    unmetered_trips,
)
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.month import Month

GENERATOR_VERSION = 1
"""Raised whenever the same arguments would give other bytes than before."""

MAX_ROWS = 20_000_000
"""More rows than any month had; beyond it the rounds of `clock` would stretch the distances."""

BLOCK_ROWS = 100_000
"""Rows made at a time: even, so that a pair of rows is never parted."""


def write_month(dataset: Dataset, month: Month, rows: int, seed: int) -> Iterator[bytes]:
    """The plain CSV of a synthetic month in the layout of the CSV releases, in blocks.

    The same arguments give the same bytes, on every platform. No two rows share their
    ``unique_row_id``, by construction. A block is at most BLOCK_ROWS lines long, some 10 MB,
    and the memory needed does not grow with ``rows``.

    Args:
        dataset: the kind of taxi; its profile says what they look like.
        month: the month; those after the last CSV release have its layout too.
        rows: how many rows it has, 1 to MAX_ROWS; the header comes on top.
        seed: which of the possible months, any whole number from 0.

    Raises:
        InvalidMonthError: the month lies before the dataset's first.
        ValueError: ``rows`` or ``seed`` is out of range.
    """
    dataset.require(month)
    if not 1 <= rows <= MAX_ROWS:
        raise ValueError(f"a synthetic month has 1 to {MAX_ROWS:,} rows, not {rows:,}")
    if seed < 0:
        raise ValueError(f"the seed of a synthetic month is a whole number from 0, not {seed}")
    return _blocks(dataset, month, rows, seed)


def _blocks(dataset: Dataset, month: Month, rows: int, seed: int) -> Iterator[bytes]:
    def stream(purpose: str) -> Stream:
        return Stream(f"{dataset.taxi} {month} {purpose}", seed)

    profile = profile_of(dataset)
    calendar = Calendar(month)
    lines = Lines(dataset, calendar)
    has_unmetered = month >= profile.unmetered_since
    unmetered = rows * profile.unmetered_percent // 100 if has_unmetered else 0
    metered = rows - unmetered

    yield lines.header

    draws = stream("metered rows")
    timetable = Timetable(profile, month, metered, 3600, stream("metered hours"))
    quirks = Quirks(calendar, metered, stream("quirks"))
    surcharged = month >= CONGESTION_SINCE
    for first, last in _ranges(metered):
        lots = draws.lots(last - first, METERED_LOTS)
        begin = timetable.beginnings(first, last, lots[:, 0])
        trips = metered_trips(profile, month, begin, lots, surcharged)
        quirks.apply(trips, first)
        yield lines.block(trips)

    draws = stream("unmetered rows")
    timetable = Timetable(profile, month, unmetered, 60, stream("unmetered hours"))
    for first, last in _ranges(unmetered):
        lots = draws.lots(last - first, UNMETERED_LOTS)
        begin = timetable.beginnings(first, last, lots[:, 0])
        yield lines.block(unmetered_trips(profile, begin, lots))


def _ranges(rows: int) -> Iterator[tuple[int, int]]:
    for first in range(0, rows, BLOCK_ROWS):
        yield first, min(first + BLOCK_ROWS, rows)
