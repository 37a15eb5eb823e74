"""Busiest zones and hours of each month, from a warehouse's summaries."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from taxi_assets.report.places import ranked, zone_name
from taxi_assets.warehouse.summaries import Summaries
from taxi_assets.warehouse.summary_records import MonthSummary
from taxi_assets.warehouse.trip_figures import OUTSIDE

_BUSIEST = 3


@dataclass(frozen=True)
class BusyMonth:
    """A month's summary, with its busiest zones and hours of pickup.

    Attributes:
        summary: its figures.
        zones: name and trips of its busiest zones, the busiest first.
        hours: hour of the day and trips of its busiest hours, the busiest first.
        outside: trips whose pickup lies outside of the month.
    """

    summary: MonthSummary
    zones: tuple[tuple[str, int], ...]
    hours: tuple[tuple[str, int], ...]
    outside: int


def busy_months(summaries: Summaries) -> list[BusyMonth]:
    """Every summarized month, by taxi and month."""
    named = {zone.number: zone for zone in summaries.zones}
    zones: dict[str, Counter[str]] = {}
    hours: dict[str, Counter[str]] = {}
    outside: Counter[str] = Counter()
    for count in summaries.parts["zone"]:
        label = zone_name(count.value, named)
        zones.setdefault(count.filename, Counter())[label] += count.trips
    for count in summaries.parts["hour"]:
        if count.value != OUTSIDE:
            label = f"{count.value.partition('-')[2]}:00"
            hours.setdefault(count.filename, Counter())[label] += count.trips
    for count in summaries.parts["day"]:
        if count.value == OUTSIDE:
            outside[count.filename] += count.trips
    return [
        BusyMonth(
            month,
            _busiest(zones.get(month.filename, Counter())),
            _busiest(hours.get(month.filename, Counter())),
            outside[month.filename],
        )
        for month in summaries.months
    ]


def _busiest(counts: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(ranked(counts)[:_BUSIEST])
