"""A calendar month, the unit in which trips are published, loaded and replaced."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, datetime

from taxi_assets.errors import InvalidMonthError

MONTHS_PER_YEAR = 12

_FORM = re.compile(r"(\d{4})-(\d{2})", re.ASCII)


@dataclass(frozen=True, order=True)
class Month:
    """A month of a year, ordered by time and written ``2020-04``."""

    year: int
    number: int

    def __post_init__(self) -> None:
        if not (1 <= self.number <= MONTHS_PER_YEAR and MINYEAR <= self.year <= MAXYEAR):
            raise InvalidMonthError(
                f"{self.year:04d}-{self.number:02d} is not a month",
                "write a month as YYYY-MM, such as 2020-04",
            )

    @classmethod
    def parse(cls, text: str) -> Month:
        """The month that ``2020-04`` names.

        Raises:
            InvalidMonthError: the text has another form, or the month's number is not valid.
        """
        form = _FORM.fullmatch(text)
        if form is None:
            raise InvalidMonthError(
                f"{text!r} is not a month", "write a month as YYYY-MM, such as 2020-04"
            )
        return cls(int(form[1]), int(form[2]))

    @classmethod
    def of(cls, day: date) -> Month:
        """The month that a day lies in."""
        return cls(day.year, day.month)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.number:02d}"

    def plus(self, months: int) -> Month:
        """The month that is this number of months later (earlier if it is negative)."""
        passed = self.year * MONTHS_PER_YEAR + self.number - 1 + months
        return Month(passed // MONTHS_PER_YEAR, passed % MONTHS_PER_YEAR + 1)

    @property
    def start(self) -> datetime:
        """Midnight of its first day, in New York's local time like all times of the trips."""
        return datetime(self.year, self.number, 1)  # noqa: DTZ001 - the files name no zone

    @property
    def end(self) -> datetime:
        """Midnight of the next month's first day: the first instant that is not in it."""
        return self.plus(1).start

    @property
    def days(self) -> int:
        """Number of its days."""
        return (self.end - self.start).days

    def through(self, last: Month) -> Iterator[Month]:
        """This month and those that follow, up to and including the last."""
        passed = (last.year - self.year) * MONTHS_PER_YEAR + last.number - self.number
        for months in range(passed + 1):
            yield self.plus(months)
