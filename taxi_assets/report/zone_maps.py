"""Maps of each taxi's newest month: pickups, dropoffs, revenue, and change on a year before."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from taxi_assets.report.charts.outlines import Outlines, outlines
from taxi_assets.report.charts.zone_map import NO_ZONE, ZoneMap, zone_change_map, zone_map
from taxi_assets.trips.month import MONTHS_PER_YEAR, Month
from taxi_assets.warehouse.zone_figures import CHARGE_LIMIT, ZoneFigures, ZoneMonth, ZoneTrips

_SMALL = 400
"""Grid units of a map that Dagster stores with each summary: a third smaller than a page's."""


@dataclass(frozen=True)
class MappedFigures:
    """A map with the figures that it shows.

    Attributes:
        picture: the map.
        what: what the figures are, such as ``trips``.
        zones: each zone's figure, by LocationID as text; by an empty text for trips without one.
    """

    picture: ZoneMap
    what: str
    zones: Mapping[str, float]


def page_maps(found: ZoneFigures) -> tuple[Outlines | None, list[MappedFigures]]:
    """The outlines, once, and the maps of all taxis; nothing if the shapes were not loaded."""
    if not found.shapes:
        return None, []
    drawn = outlines(found.shapes)
    return drawn, [each for month in found.months for each in _maps(drawn, month)]


def newest_maps(found: ZoneFigures) -> dict[str, ZoneMap]:
    """A map of the pickups of each taxi's newest month, by taxi, small enough for Dagster's UI."""
    if not found.shapes:
        return {}
    drawn = outlines(found.shapes, _SMALL)
    return {month.taxi: _pickups(drawn, month).picture for month in found.months}


def _maps(drawn: Outlines, month: ZoneMonth) -> Iterator[MappedFigures]:
    name = f"{month.taxi} {month.month}"
    pickups = _pickups(drawn, month)
    yield pickups
    dropoffs = {zone: float(line.dropoffs) for zone, line in month.zones.items() if line.dropoffs}
    if set(dropoffs) - {""}:
        title = f"{name}: trips by zone of dropoff"
        picture = zone_map(drawn, _numbered(dropoffs), title=title, unit="trips")
        yield MappedFigures(picture, "trips", dropoffs)
    revenue = {z: line.revenue for z, line in month.zones.items() if line.revenue is not None}
    if revenue:
        title = f"{name}: revenue by zone of pickup"
        picture = zone_map(drawn, _numbered(revenue), title=title, unit="dollars")
        yield MappedFigures(_with_odd_charges(picture, month.zones.values()), "dollars", revenue)
    if month.year_before:
        before = Month.parse(month.month).plus(-MONTHS_PER_YEAR)
        title = f"{name}: change of trips by zone of pickup on {before}"
        earlier = _numbered(_trips(month.year_before))
        now = _numbered(pickups.zones)
        picture = zone_change_map(drawn, now, earlier, title=title, unit="trips")
        yield MappedFigures(picture, "trips", pickups.zones)


def _pickups(drawn: Outlines, month: ZoneMonth) -> MappedFigures:
    trips = _trips(month.zones)
    title = f"{month.taxi} {month.month}: trips by zone of pickup"
    return MappedFigures(
        zone_map(drawn, _numbered(trips), title=title, unit="trips"), "trips", trips
    )


def _trips(zones: Mapping[str, ZoneTrips]) -> dict[str, float]:
    return {zone: float(line.pickups) for zone, line in zones.items() if line.pickups}


def _numbered(figures: Mapping[str, float]) -> dict[int, float]:
    """Figures by number of the zone. A code that is no number has no zone."""
    found: dict[int, float] = {}
    for zone, figure in figures.items():
        number = int(zone) if zone.isdecimal() else NO_ZONE
        found[number] = found.get(number, 0) + figure
    return found


def _with_odd_charges(picture: ZoneMap, lines: Iterable[ZoneTrips]) -> ZoneMap:
    odd = sum(line.odd_charges for line in lines)
    if not odd:
        return picture
    told = f" Left out: {odd:,} charges that are no number, or beyond {CHARGE_LIMIT:,} dollars."
    return replace(picture, text=picture.text + told)
