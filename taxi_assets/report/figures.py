"""Computes figures from a warehouse's summaries: by month, day, hour, zone and borough."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from taxi_assets.warehouse.summaries import OUTSIDE, MonthSummary, Summaries

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
    names = zone_names(summaries)
    zones: dict[str, Counter[str]] = {}
    hours: dict[str, Counter[str]] = {}
    outside: Counter[str] = Counter()
    for count in summaries.parts["zone"]:
        label = names.get(count.value, _unnamed(count.value))
        zones.setdefault(count.filename, Counter())[label] += count.trips
    for count in summaries.parts["hour"]:
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


def trips_by_day(summaries: Summaries) -> dict[str, dict[date, int]]:
    """Trips of each day of the loaded months, by taxi."""
    taxis = _taxis(summaries)
    days: dict[str, dict[date, int]] = {taxi: {} for taxi in dict.fromkeys(taxis.values())}
    for count in summaries.parts["day"]:
        if count.value != OUTSIDE and count.filename in taxis:
            days[taxis[count.filename]][date.fromisoformat(count.value)] = count.trips
    return days


def trips_by_hour(summaries: Summaries) -> dict[str, Counter[tuple[int, int]]]:
    """Trips of each weekday (1 is Monday) and hour, by taxi."""
    taxis = _taxis(summaries)
    hours: dict[str, Counter[tuple[int, int]]] = {}
    for count in summaries.parts["hour"]:
        if count.filename in taxis:
            weekday, _, hour = count.value.partition("-")
            if hour:
                by_taxi = hours.setdefault(taxis[count.filename], Counter())
                by_taxi[int(weekday), int(hour)] += count.trips
    return hours


def trips_by_zone(summaries: Summaries) -> list[tuple[str, int]]:
    """Trips that began in each zone, the busiest first."""
    names = zone_names(summaries)
    return _ranked((names.get(v, _unnamed(v)), trips) for v, trips in _by_zone(summaries).items())


def trips_by_borough(summaries: Summaries) -> list[tuple[str, int]]:
    """Trips that began in each borough, the busiest first; empty if zones are not loaded."""
    boroughs = {zone.number: zone.borough for zone in summaries.zones}
    if not boroughs:
        return []
    found = _by_zone(summaries).items()
    return _ranked((boroughs.get(v, "no such zone" if v else "no zone"), n) for v, n in found)


def zone_names(summaries: Summaries) -> Mapping[str, str]:
    """Name and number of each zone, by its number. Some names belong to several zones."""
    return {zone.number: f"{zone.name} ({zone.number})" for zone in summaries.zones}


def _unnamed(number: str) -> str:
    return f"zone {number}" if number else "no zone"


def _by_zone(summaries: Summaries) -> Counter[str]:
    zones: Counter[str] = Counter()
    for count in summaries.parts["zone"]:
        zones[count.value] += count.trips
    return zones


def _taxis(summaries: Summaries) -> dict[str, str]:
    return {month.filename: month.taxi for month in summaries.months}


def _busiest(counter: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(_ranked(counter.items())[:_BUSIEST])


def _ranked(pairs: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    total: Counter[str] = Counter()
    for label, trips in pairs:
        total[label] += trips
    return sorted(total.items(), key=lambda pair: (-pair[1], pair[0]))
