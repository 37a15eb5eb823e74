"""Coverage as a calendar: for each taxi and year, the state of its twelve months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from taxi_assets.status.coverage import Coverage, MonthState
from taxi_assets.trips.month import MONTHS_PER_YEAR


@dataclass(frozen=True)
class Year:
    """A taxi's twelve months of a year, January first."""

    taxi: str
    year: int
    months: tuple[MonthState, ...]


def calendar(lines: Sequence[Coverage]) -> list[Year]:
    """Each taxi's years, from the first to the last one with a known month."""
    states: dict[tuple[str, str], MonthState] = {}
    for line in lines:
        known = states.get((line.taxi, line.month))
        found = line.state
        states[line.taxi, line.month] = found if known in (None, found) else MonthState.WRONG
    years = []
    for taxi in dict.fromkeys(taxi for taxi, _ in states):
        own = [int(month[:4]) for each, month in states if each == taxi]
        for year in range(min(own), max(own) + 1):
            months = (f"{year:04d}-{number:02d}" for number in range(1, MONTHS_PER_YEAR + 1))
            found_months = tuple(states.get((taxi, month), MonthState.ABSENT) for month in months)
            years.append(Year(taxi, year, found_months))
    return years
