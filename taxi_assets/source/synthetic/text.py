"""Trips as lines of CSV, spelled as in the releases: ``.79`` miles, ``9.5`` dollars, CRLF.

Each value is looked up in a table of texts of one width, filled up with NUL bytes. A block is
an array of records of such texts; its bytes without the NULs are the lines. That is ten times
as fast as to format numbers, and the same on every platform.
"""

from collections.abc import Iterable, Mapping
from functools import cache

import numpy as np
from numpy.typing import NDArray

from taxi_assets.source.synthetic.clock import DAY_SECONDS, Calendar
from taxi_assets.source.synthetic.draw import Integers
from taxi_assets.source.synthetic.profile import Profile
from taxi_assets.source.synthetic.tariff import STORED_TEXTS
from taxi_assets.source.synthetic.trips import Trips
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.zones import ZONE_COUNT

Texts = NDArray[np.bytes_]

LINE_END = b"\r\n"
LARGEST_CENTS = 30_000
LARGEST_HUNDREDTHS = 9_999
LONGEST_SECONDS = 50_000


def _table(texts: Iterable[str]) -> Texts:
    return np.array([text.encode() for text in texts], dtype=np.bytes_)


def amount_text(cents: int) -> str:
    """An amount in dollars as the releases write it, in the shortest form: 8, 0.5, -3.65."""
    dollars, rest = divmod(abs(cents), 100)
    decimals = f".{rest:02}".rstrip("0") if rest else ""
    return f"{'-' if cents < 0 else ''}{dollars}{decimals}"


def distance_text(hundredths: int) -> str:
    """A distance in miles as the releases write it: two decimals, no leading zero."""
    miles, rest = divmod(hundredths, 100)
    return f"{miles or ''}.{rest:02}"


@cache
def _amounts() -> Texts:
    # Negative cents index from the end, as negative indexes do.
    return _table(
        amount_text(cents) for cents in (*range(LARGEST_CENTS), *range(-LARGEST_CENTS, 0))
    )


@cache
def _distances() -> Texts:
    return _table(distance_text(hundredths) for hundredths in range(LARGEST_HUNDREDTHS + 1))


@cache
def _codes() -> Texts:
    return _table(str(code) for code in range(ZONE_COUNT + 1))


@cache
def _durations() -> Texts:
    # Negative ones, of trips that end before they begin, index from the end.
    return _table(map(str, (*range(LONGEST_SECONDS), *range(-LONGEST_SECONDS, 0))))


@cache
def _times() -> Texts:
    return _table(
        f" {second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}"
        for second in range(DAY_SECONDS)
    )


class Lines:
    """Writes the lines of one month.

    Args:
        dataset: the kind of taxi, whose columns the lines have.
        profile: the texts of its columns.
        calendar: the days that its times may fall on.
    """

    def __init__(self, dataset: Dataset, profile: Profile, calendar: Calendar) -> None:
        self._dataset = dataset
        self._calendar = calendar
        self._days = _table(day.isoformat() for day in calendar.dates)
        self._figures = {column: figure for figure, column in profile.columns.items()}
        self._ahead_seconds = profile.ahead_seconds
        texts = {figure: texts for figure, (_, texts) in profile.texts.items()}
        texts |= {"vendor": profile.vendor_texts, "stored": STORED_TEXTS}
        self._texts = {figure: _table(texts) for figure, texts in texts.items() if texts}

    @property
    def header(self) -> bytes:
        """The first line, with its end."""
        return self._dataset.csv_header.encode() + LINE_END

    def block(self, trips: Trips) -> bytes:
        """The lines of these trips, each with its end."""
        cells = self._cells(trips)
        parts: list[Texts | bytes] = []
        for column in self._dataset.csv_columns:
            parts += [*cells.get(self._figures.get(column.name, ""), ()), b","]
        parts[-1] = LINE_END
        layout = [f"S{len(p)}" if isinstance(p, bytes) else p.dtype.str for p in parts]
        records = np.zeros(len(trips.pickup), dtype=",".join(layout))
        assert records.dtype.names is not None
        for name, part in zip(records.dtype.names, parts, strict=True):
            records[name] = part
        return records.tobytes().translate(None, b"\0")

    def _cells(self, trips: Trips) -> Mapping[str, tuple[Texts, ...]]:
        """The texts of each figure, side by side; those that all rows leave empty are not there."""
        cells: dict[str, tuple[Texts, ...]] = {
            "pickup": self._time(trips.pickup),
            "dropoff": self._time(trips.dropoff),
            "distance": (_distances()[trips.distance],),
            "total": (_amounts()[trips.total],),
        }
        for figure, seconds in self._ahead_seconds.items():
            cells[figure] = self._time(trips.pickup - seconds)
        if "duration" in self._figures.values():
            cells["duration"] = (_durations()[trips.dropoff - trips.pickup],)
        cells |= {figure: (_amounts()[values],) for figure, values in trips.amounts.items()}
        cells |= {figure: (_codes()[values],) for figure, values in trips.codes.items()}
        cells |= {figure: (self._texts[figure][v],) for figure, v in trips.places.items()}
        return cells

    def _time(self, seconds: Integers) -> tuple[Texts, Texts]:
        days, seconds_of_day = self._calendar.days(seconds)
        return self._days[days], _times()[seconds_of_day]
