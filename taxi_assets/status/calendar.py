"""Coverage as a calendar: for each taxi and year, the state of its twelve months."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from taxi_assets.status.coverage import Coverage
from taxi_assets.trips.month import MONTHS_PER_YEAR


class MonthState(StrEnum):
    """What a month's coverage says, told apart by letter and colour."""

    OK = "agrees"
    """In every warehouse, with the rows of its file, and the published ones where known."""
    PARTIAL = "in part"
    """In the lake, but not in every warehouse."""
    WRONG = "differs"
    """Loaded, but something does not agree: rows, ledger, published count or version."""
    ABSENT = "not loaded"
    """Nothing is known of it here."""


@dataclass(frozen=True)
class Year:
    """A taxi's twelve months of a year, January first."""

    taxi: str
    year: int
    months: tuple[MonthState, ...]


def calendar(lines: Sequence[Coverage]) -> list[Year]:
    """Each taxi's years, from its first loaded one to its last."""
    states: dict[tuple[str, str], MonthState] = {}
    for line in lines:
        known = states.get((line.taxi, line.month))
        found = state_of(line)
        states[line.taxi, line.month] = found if known in (None, found) else MonthState.WRONG
    years = []
    for taxi in dict.fromkeys(taxi for taxi, _ in states):
        own = [int(month[:4]) for each, month in states if each == taxi]
        for year in range(min(own), max(own) + 1):
            months = (f"{year:04d}-{number:02d}" for number in range(1, MONTHS_PER_YEAR + 1))
            found_months = tuple(states.get((taxi, month), MonthState.ABSENT) for month in months)
            years.append(Year(taxi, year, found_months))
    return years


def state_of(line: Coverage) -> MonthState:
    """The state of a file's month."""
    if line.agreement.startswith("ok"):
        return MonthState.OK
    return MonthState.PARTIAL if line.agreement.startswith("not loaded") else MonthState.WRONG
