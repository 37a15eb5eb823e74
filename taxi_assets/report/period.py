"""The months that a report tells of, and what is known of each taxi in them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from taxi_assets.errors import InvalidMonthError
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.month import MONTHS_PER_YEAR, Month
from taxi_assets.warehouse.summary_records import MonthSummary
from taxi_assets.warehouse.zone_figures import ChargedZones

_MOST_MONTHS = 100 * MONTHS_PER_YEAR


@dataclass(frozen=True)
class Choice:
    """The taxis and months that somebody chose.

    Attributes:
        datasets: the taxis.
        first: the first month; None for the newest one, or the first one if ``last`` is given.
        last: the last month; None for the newest one.
    """

    datasets: tuple[Dataset, ...]
    first: Month | None = None
    last: Month | None = None

    def months(self, dataset: Dataset, loaded: Sequence[Month]) -> tuple[Month, ...]:
        """The months of a taxi to tell of, loaded or not; none if nothing of it is loaded.

        Months before its first published one are left out.

        Raises:
            InvalidMonthError: they are those of more than a century.
        """
        if not loaded:
            return ()
        last = self.last or max(loaded[-1], self.first or loaded[-1])
        first = self.first or (min(loaded[0], last) if self.last else last)
        months = tuple(max(first, min(dataset.first_month, loaded[0])).through(last))
        if len(months) > _MOST_MONTHS:
            raise InvalidMonthError(
                f"{months[0]} to {last} are {len(months):,} months",
                f"choose {_MOST_MONTHS:,} at most",
            )
        return months


@dataclass(frozen=True)
class LoadedMonth:
    """A loaded month: its summary and its further figures.

    Attributes:
        summary: its summary.
        figures: the figures of `taxi_assets.warehouse.trip_figures`; empty if an older version
            summarized it.
        outside: trips whose pickup lies outside of the month.
        rejected: rows of its file that were rejected when it was loaded.
        doubts: why its figures may be wrong, in words; empty for a month that is proved.
        synthetic: whether its trips were made up.
    """

    summary: MonthSummary
    figures: Mapping[str, float]
    outside: int
    rejected: int
    doubts: tuple[str, ...]
    synthetic: bool


@dataclass(frozen=True)
class Span:
    """Months that are told of together, as far as they are loaded.

    Attributes:
        months: all of them, in order.
        loaded: those that are loaded.
    """

    months: tuple[Month, ...]
    loaded: Mapping[Month, LoadedMonth]

    @property
    def missing(self) -> list[Month]:
        """The months that are not loaded."""
        return [month for month in self.months if month not in self.loaded]

    @property
    def doubtful(self) -> dict[Month, tuple[str, ...]]:
        """The months that are not proved, and why."""
        return {month: each.doubts for month, each in self.loaded.items() if each.doubts}

    @property
    def trips(self) -> int:
        """Trips of the loaded months."""
        return sum(each.summary.trips for each in self.loaded.values())

    @property
    def days(self) -> int:
        """Days of the loaded months."""
        return sum(month.days for month in self.loaded)

    def total(self, figure: str) -> float | None:
        """Sum of a figure over the loaded months; None if one of them does not have it."""
        found = [each.figures.get(figure) for each in self.loaded.values()]
        known = [value for value in found if value is not None]
        return round(sum(known), 2) if known and len(known) == len(found) else None

    def values(self, figure: str) -> list[float]:
        """A figure of each loaded month that has it, in order."""
        found = [each.figures.get(figure) for each in self.loaded.values()]
        return [value for value in found if value is not None]

    @property
    def name(self) -> str:
        """Its months for people, such as ``April 2020`` or ``January to March 2020``."""
        first, last = self.months[0], self.months[-1]
        start, end = f"{first.start:%B %Y}", f"{last.start:%B %Y}"
        if first == last:
            return start
        return f"{first.start:%B} to {end}" if first.year == last.year else f"{start} to {end}"


@dataclass(frozen=True)
class MappedZones:
    """What only maps show of a taxi's trips; empty where there are no shapes to draw a map with.

    Attributes:
        charged: charges by zone of pickup.
        pickups_before: pickups of each zone in the months a year before; empty if one of them or
            of the span is not loaded.
    """

    charged: ChargedZones = field(default_factory=ChargedZones)
    pickups_before: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class TaxiReport:
    """What is known of a taxi's trips in the months that are told of.

    Attributes:
        dataset: the kind of taxi.
        span: the months.
        before: as many months just before.
        year_before: the same months a year before; the same as ``before`` for whole years.
        all_months: every loaded month up to the last one that is told of.
        counts: trips of the span by value, for each part, such as ``day`` and ``zone``.
        mapped: what only maps show.
    """

    dataset: Dataset
    span: Span
    before: Span
    year_before: Span
    all_months: Mapping[Month, LoadedMonth]
    counts: Mapping[str, Mapping[str, int]]
    mapped: MappedZones

    @property
    def heading(self) -> str:
        """The taxi and the months, for people."""
        return f"{self.dataset.title}, {self.span.name}"

    @property
    def comparisons(self) -> list[Span]:
        """The spans to compare with, each once."""
        same = self.before.months == self.year_before.months
        return [self.year_before] if same else [self.before, self.year_before]


def spans(chosen: Sequence[Month], loaded: Mapping[Month, LoadedMonth]) -> tuple[Span, Span, Span]:
    """These months, as many before, and the same a year before, as far as they are loaded."""

    def earlier(months: int) -> Span:
        moved = tuple(month.plus(-months) for month in chosen)
        return Span(moved, {month: loaded[month] for month in moved if month in loaded})

    years = -(-len(chosen) // MONTHS_PER_YEAR)
    return earlier(0), earlier(len(chosen)), earlier(years * MONTHS_PER_YEAR)
