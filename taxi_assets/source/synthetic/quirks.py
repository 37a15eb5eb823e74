"""What is odd in the published files, at places spread over the metered rows of a month.

Reversed fares, clocks that are wrong, dropoffs before their pickups. (Distances of zero and
rows without a vendor are common enough to be part of `profile`.)
"""

from dataclasses import fields

import numpy as np

from taxi_assets.source.synthetic.clock import Calendar
from taxi_assets.source.synthetic.draw import Integers, Stream, spread
from taxi_assets.source.synthetic.trips import Trips

_ROWS_PER_VOID_PAIR = 500
_ROWS_PER_STRAY = 10_000
_ROWS_PER_BACKWARD = 20_000
_ALWAYS_FROM_ROWS = 500
"""From so many metered rows on, a month has at least one of each."""

_CASH, _DISPUTE = 2, 4
_AMOUNTS = {"fare", "extra", "mta_tax", "tip", "tolls", "improvement", "congestion"}


class Quirks:
    """The odd rows of a month.

    Every place is the first of two rows that no other place has, so that the second can become
    the reversal of the first; a block of an even number of rows has both.

    Args:
        calendar: the days there are.
        rows: how many metered rows the month has.
        stream: draws for the places.
    """

    def __init__(self, calendar: Calendar, rows: int, stream: Stream) -> None:
        pairs = rows // 2
        at_least = int(rows >= _ALWAYS_FROM_ROWS)
        self._void = 2 * spread(pairs, _ROWS_PER_VOID_PAIR // 2, at_least, stream)
        self._stray = 2 * spread(pairs, _ROWS_PER_STRAY // 2, at_least, stream)
        self._backward = 2 * spread(pairs, _ROWS_PER_BACKWARD // 2, at_least, stream)
        shifts = np.array(calendar.shifts_seconds, dtype=np.int64)
        self._shifts = shifts[np.arange(len(self._stray)) % len(shifts)]

    def apply(self, trips: Trips, first: int) -> None:
        """Make the block's rows odd that have to be; the block begins with row ``first``.

        Rows stay distinct: a shift moves all times of a kind alike and out of the others'
        reach, a backward trip lasts as long as it did but below zero, where no other does, and
        a reversal differs from its fare in the sign.
        """
        last = first + len(trips.pickup)
        backward = _within(self._backward, first, last)
        trips.dropoff[backward] = 2 * trips.pickup[backward] - trips.dropoff[backward] - 1

        stray = _within(self._stray, first, last)
        begin = np.searchsorted(self._stray, first)
        shifts = self._shifts[begin : begin + len(stray)]
        trips.pickup[stray] += shifts
        trips.dropoff[stray] += shifts

        void = _within(self._void, first, last)
        trips.tip[void] = 0
        for column in fields(trips):
            values = getattr(trips, column.name)
            if values is not None:
                values[void + 1] = -values[void] if column.name in _AMOUNTS else values[void]
        if trips.payment is not None:
            trips.payment[void], trips.payment[void + 1] = _CASH, _DISPUTE


def _within(places: Integers, first: int, last: int) -> Integers:
    begin, end = np.searchsorted(places, [first, last])
    return places[begin:end] - first
