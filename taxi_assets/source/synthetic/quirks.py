"""What is odd in the published files, at places spread over the metered rows of a month.

Reversed fares, clocks that are wrong, dropoffs before their pickups. (Distances of zero and
rows without a vendor are common enough to be part of `profile`.)
"""

import numpy as np

from taxi_assets.source.synthetic.clock import Calendar
from taxi_assets.source.synthetic.draw import Integers, Stream, spread
from taxi_assets.source.synthetic.tariff import CASH, DISPUTE
from taxi_assets.source.synthetic.trips import Trips

_ROWS_PER_VOID_PAIR = 500
_ROWS_PER_STRAY = 10_000
_ROWS_PER_BACKWARD = 20_000
_ALWAYS_FROM_ROWS = 500
"""From so many metered rows on, a month has at least one of each."""


class Quirks:
    """The odd rows of a month.

    Every place is the first of two rows that no other place has, so that the second can become
    the reversal of the first; a block of an even number of rows has both.

    Args:
        calendar: the days there are.
        rows: how many metered rows the month has.
        reversals: whether a fare may have its reversal beside it.
        stream: draws for the places.
    """

    def __init__(self, calendar: Calendar, rows: int, reversals: bool, stream: Stream) -> None:
        pairs = rows // 2
        at_least = int(rows >= _ALWAYS_FROM_ROWS)
        void = 2 * spread(pairs, _ROWS_PER_VOID_PAIR // 2, at_least, stream)
        self._void = void if reversals else void[:0]
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
        if "tip" in trips.amounts:
            trips.amounts["tip"][void] = 0
        for amount in trips.amounts.values():
            amount[void + 1] = -amount[void]
        times = (trips.pickup, trips.dropoff)
        for same in (*times, trips.distance, *trips.codes.values(), *trips.places.values()):
            same[void + 1] = same[void]
        if "payment" in trips.codes:
            payment = trips.codes["payment"]
            payment[void], payment[void + 1] = CASH, DISPUTE


def _within(places: Integers, first: int, last: int) -> Integers:
    begin, end = np.searchsorted(places, [first, last])
    return places[begin:end] - first
