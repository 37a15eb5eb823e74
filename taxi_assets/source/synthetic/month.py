"""A whole synthetic month as the bytes of its CSV, block by block."""

import hashlib
from collections.abc import Iterator

from taxi_assets.source.synthetic.clock import Calendar, Timetable
from taxi_assets.source.synthetic.draw import Stream
from taxi_assets.source.synthetic.profile import profile_of
from taxi_assets.source.synthetic.quirks import Quirks
from taxi_assets.source.synthetic.tariff import CONGESTION_SINCE
from taxi_assets.source.synthetic.text import Lines
from taxi_assets.source.synthetic.trips import (
    METERED_LOTS,
    UNMETERED_LOTS,
    draw_texts,
    metered_trips,
    unmetered_trips,
)
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.month import Month
from taxi_assets.trips.synthetic_profile import Unmetered

GENERATOR_VERSION = 1
"""Raised whenever the same arguments would give other bytes than before, also by other profiles."""

MAX_ROWS = 25_000_000
"""More rows than any month had (24 million); beyond it the rounds of `clock` would stretch the
distances."""

BLOCK_ROWS = 100_000
"""Rows made at a time: even, so that a pair of rows is never parted."""


def write_month(dataset: Dataset, month: Month, rows: int, seed: int) -> Iterator[bytes]:
    """The plain CSV of a synthetic month, in blocks.

    It has the layout of the CSV releases, or of the table where a dataset has none.

    The same arguments give the same bytes, on every platform. No two rows share their
    ``unique_row_id``, by construction. A block is at most BLOCK_ROWS lines long, some 10 MB,
    and the memory needed does not grow with ``rows``.

    Args:
        dataset: the kind of taxi; its profile says what they look like.
        month: the month; those after the last CSV release have its layout, too.
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


def version_of(dataset: Dataset, rows: int, seed: int) -> str:
    """What tells a synthetic month from those that other arguments would give.

    The layout of CSV releases stays; that of a table changes when a column is declared.
    """
    header = dataset.csv_header.encode()
    layout = "" if dataset.csv_releases else f"-{hashlib.sha256(header).hexdigest()[:12]}"
    return f"synthetic-{GENERATOR_VERSION}-{seed}-{rows}{layout}"


def _blocks(dataset: Dataset, month: Month, rows: int, seed: int) -> Iterator[bytes]:
    def stream(purpose: str) -> Stream:
        return Stream(f"{dataset.taxi} {month} {purpose}", seed)

    profile = profile_of(dataset)
    calendar = Calendar(month)
    lines = Lines(dataset, profile, calendar)
    unmetered = _unmetered_rows(dataset.synthetic.unmetered, month, rows)
    metered = rows - unmetered

    yield lines.header

    draws, texts = stream("metered rows"), stream("metered texts")
    timetable = Timetable(profile, month, metered, 3600, stream("metered hours"))
    quirks = Quirks(calendar, metered, profile.reversals, stream("quirks"))
    surcharged = month >= CONGESTION_SINCE
    for first, last in _ranges(metered):
        lots = draws.lots(last - first, METERED_LOTS)
        begin = timetable.beginnings(first, last, lots[:, 0])
        trips = metered_trips(profile, month, begin, lots, surcharged)
        draw_texts(trips, profile, texts)
        quirks.apply(trips, first)
        yield lines.block(trips)

    draws, texts = stream("unmetered rows"), stream("unmetered texts")
    timetable = Timetable(profile, month, unmetered, 60, stream("unmetered hours"))
    for first, last in _ranges(unmetered):
        lots = draws.lots(last - first, UNMETERED_LOTS)
        begin = timetable.beginnings(first, last, lots[:, 0])
        trips = unmetered_trips(profile, begin, lots)
        draw_texts(trips, profile, texts)
        yield lines.block(trips)


def _unmetered_rows(unmetered: Unmetered | None, month: Month, rows: int) -> int:
    if unmetered is None or month < unmetered.since:
        return 0
    return rows * unmetered.percent // 100


def _ranges(rows: int) -> Iterator[tuple[int, int]]:
    for first in range(0, rows, BLOCK_ROWS):
        yield first, min(first + BLOCK_ROWS, rows)
