"""Days and hours of a taxi's trips: what is usual, and which days are not."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from statistics import median
from zoneinfo import ZoneInfo

from taxi_assets.report.period import TaxiReport
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.trip_figures import OUTSIDE

NEW_YORK = ZoneInfo("America/New_York")
"""The zone of all times of the trips."""

_HOURS = 24
_ODD_SHARE = 0.25
_CHANCE = 4
_WEEKS = 4


@dataclass(frozen=True)
class OddDay:
    """A day with many more or fewer trips than usual.

    Attributes:
        day: the day.
        trips: its trips.
        usual: the median of the same weekday in its month.
    """

    day: date
    trips: int
    usual: float

    @property
    def distance(self) -> float:
        """How far it is from the usual, as a share of that."""
        return abs(self.trips / self.usual - 1)


def trips_by_day(report: TaxiReport) -> dict[date, int]:
    """Trips of each day of the loaded months; 0 for a day without one."""
    days = {
        month.start.date() + timedelta(number): 0
        for month in report.span.loaded
        for number in range(month.days)
    }
    for text, trips in report.counts.get("day", {}).items():
        if text != OUTSIDE:
            days[date.fromisoformat(text)] = trips
    return days


def usual_hours(report: TaxiReport) -> dict[tuple[int, int], float]:
    """Trips of each weekday (1 is Monday) and hour, as the mean over such hours of the months.

    On the days on which clocks are changed, an hour is left out, or comes twice.
    """
    counts = report.counts.get("hour", {})
    hours = Counter(hour for day in trips_by_day(report) for hour in _hours_of(day))
    return {
        (weekday, hour): counts.get(f"{weekday}-{hour:02d}", 0) / number
        for (weekday, hour), number in sorted(hours.items())
        if counts
    }


def _hours_of(day: date) -> Iterator[tuple[int, int]]:
    """Weekday and hour of each hour of a day in New York."""
    start, end = (
        datetime.combine(each, time(), NEW_YORK).astimezone(UTC)
        for each in (day, day + timedelta(1))
    )
    number = (end - start) // timedelta(hours=1)
    for passed in range(number):
        local = start + timedelta(hours=passed)
        hour = passed if number == _HOURS else local.astimezone(NEW_YORK).hour
        yield day.isoweekday(), hour


def odd_days(report: TaxiReport) -> list[OddDay]:
    """The days that differ by a quarter or more from the median of their weekday and month.

    The farthest first. Small counts vary by chance: a difference has to exceed four times the
    square root of the usual count, too.
    """
    groups: dict[tuple[Month, int], dict[date, int]] = defaultdict(dict)
    for day, trips in trips_by_day(report).items():
        groups[Month.of(day), day.weekday()][day] = trips
    found = []
    for group in groups.values():
        usual = median(group.values())
        for day, trips in group.items():
            least = max(_ODD_SHARE * usual, _CHANCE * usual**0.5)
            if len(group) >= _WEEKS and usual and abs(trips - usual) >= least:
                found.append(OddDay(day, trips, usual))
    return sorted(found, key=lambda odd: (-odd.distance, odd.day))
