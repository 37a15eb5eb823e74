"""When trips begin: rows spread over the hours of a month, no two of an hour at one instant.

That no two rows are duplicates is built in here, without comparing rows. Each hour has a fixed
number of instants at which a trip may begin (3,600 seconds, or 60 minutes). Rows beyond one
for each instant form a further round. The round's number then goes into another column of the
row's key (see `trips`), so that two rows of the same instant differ there.
"""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from taxi_assets.source.synthetic.draw import LOTS_PER_WORD, Integers, Lots, Stream
from taxi_assets.source.synthetic.profile import Profile
from taxi_assets.trips.month import Month

_DAY_HOURS = 24
_HOUR_SECONDS = 3600
DAY_SECONDS = _DAY_HOURS * _HOUR_SECONDS
_FIRST_WEEKEND_DAY = 5


@dataclass(frozen=True)
class Beginnings:
    """When the rows of a block begin.

    Attributes:
        seconds: since the month's first midnight.
        round: number of the row's round among those of its hour, from 0.
        rounds: how many rounds its hour has; two rows of an instant differ in ``round``.
    """

    seconds: Integers
    round: Integers
    rounds: Integers


class Timetable:
    """How many of a month's rows begin in each hour.

    Args:
        profile: the traffic of the hours of a day.
        month: the month.
        rows: how many rows begin in it.
        instants: at how many instants of an hour they may begin, up to 3,600.
        stream: draws that make one day differ from the next.
    """

    def __init__(
        self, profile: Profile, month: Month, rows: int, instants: int, stream: Stream
    ) -> None:
        first_weekday = month.start.weekday()
        hours = np.concatenate(
            [
                profile.weekend_hours
                if (first_weekday + day) % 7 >= _FIRST_WEEKEND_DAY
                else profile.weekday_hours
                for day in range(month.days)
            ]
        )
        lots = stream.lots(len(hours), LOTS_PER_WORD).astype(np.int64)
        weights = hours * (90 + lots[:, 0] % 21)
        until = np.concatenate([[0], np.cumsum(weights)])
        total = until[-1]
        self._instants = instants
        self._first_rows = (2 * until * rows + total) // (2 * total)
        rows_of_hour = np.diff(self._first_rows)
        self._rounds = np.maximum(1, -(-rows_of_hour // instants))
        self._per_round = np.maximum(1, -(-rows_of_hour // self._rounds))
        # A step that shares no factor with their number visits all places of a round once.
        steps = self._per_round * (300 + lots[:, 1] % 400) // 1000
        while (shares := np.gcd(steps, self._per_round) > 1).any():
            steps[shares] += 1
        self._steps = steps

    def beginnings(self, first: int, last: int, lots: Lots) -> Beginnings:
        """When the rows from ``first`` up to, not including, ``last`` begin.

        Within an hour the rows are out of order, as they are in the published files.
        """
        rows = np.arange(first, last, dtype=np.int64)
        hour = np.searchsorted(self._first_rows, rows, side="right") - 1
        per_round = self._per_round[hour]
        round_, place = np.divmod(rows - self._first_rows[hour], per_round)
        place = place * self._steps[hour] % per_round
        begin = place * self._instants // per_round
        span = (place + 1) * self._instants // per_round - begin
        instant = begin + lots % span
        seconds = hour * _HOUR_SECONDS + instant * (_HOUR_SECONDS // self._instants)
        return Beginnings(seconds, round_, self._rounds[hour])


class Calendar:
    """The days that timestamps of a month's file may fall on, in one row.

    The month with its neighbours, then the days around New Year 2009, where clocks that lost
    their time start again. Seconds count on through that row, from the month's first midnight.
    """

    _RESET = date(2008, 12, 17)
    _RESET_SINCE = Month(2010, 1)
    _MARGIN_DAYS = 2

    def __init__(self, month: Month) -> None:
        days, first = month.days, month.start.date()
        self._before = days + self._MARGIN_DAYS
        window = range(-self._before, 2 * days + self._MARGIN_DAYS)
        dates = [first + timedelta(day) for day in window]
        self.shifts_seconds: tuple[int, ...] = (-days * DAY_SECONDS, days * DAY_SECONDS)
        """By how much a time may be shifted to lie outside of the month, all apart."""
        # Around 2009 itself these days would be the month's own or its neighbours'.
        if month >= self._RESET_SINCE:
            begin = len(dates) + self._MARGIN_DAYS
            reset = range(-self._MARGIN_DAYS, days + self._MARGIN_DAYS)
            dates += [self._RESET + timedelta(day) for day in reset]
            self.shifts_seconds += ((begin - self._before) * DAY_SECONDS,)
        self.dates = dates

    def days(self, seconds: Integers) -> tuple[Integers, Integers]:
        """The places in ``dates`` of these times, and their seconds of the day."""
        days, seconds_of_day = np.divmod(seconds, DAY_SECONDS)
        return days + self._before, seconds_of_day
