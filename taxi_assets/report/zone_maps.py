"""The maps of a taxi's trips: pickups, dropoffs, revenue, and the change on a year before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from taxi_assets.report.charts.outlines import Outlines, outlines
from taxi_assets.report.charts.zone_map import NO_ZONE, ZoneMap, zone_change_map, zone_map
from taxi_assets.report.period import TaxiReport
from taxi_assets.warehouse.summaries import Summaries
from taxi_assets.warehouse.trip_figures import CHARGE_LIMIT
from taxi_assets.warehouse.zone_figures import ZoneShape

_SMALL = 400
"""Grid units of a map that Dagster stores with each summary: a third smaller than a page's."""


def figure_maps(
    report: TaxiReport, drawn: Outlines
) -> Iterator[tuple[ZoneMap, str, Mapping[str, float]]]:
    """The maps of the months that are told of, as far as there are figures for them.

    Yields:
        A map; what its figures are, in words; and the figures by zone, as the table has them.
    """
    name, charged = f"{report.dataset.title}, {report.span.name}", report.mapped.charged
    for part, what in (("zone", "pickups"), ("dropoff", "dropoffs")):
        trips = report.counts.get(part, {})
        if any(trips):
            title = f"{name}: map of {what}"
            yield zone_map(drawn, numbered(trips), title=title, unit="trips"), what, trips
    if any(charged.charges):
        title = f"{name}: map of revenue"
        picture = zone_map(drawn, numbered(charged.charges), title=title, unit="dollars")
        if charged.odd:
            left_out = f"{charged.odd:,} charges that are no number or beyond ${CHARGE_LIMIT:,}"
            picture = replace(picture, note=f"{picture.note} Left out: {left_out}.")
        yield picture, "revenue, $", charged.charges


def change_map(report: TaxiReport, drawn: Outlines) -> ZoneMap:
    """The change of pickups on the same months a year before."""
    return zone_change_map(
        drawn,
        numbered(report.counts["zone"]),
        numbered(report.mapped.pickups_before),
        title=f"{report.dataset.title}, {report.span.name}: map of change of pickups on "
        f"{report.year_before.name}",
        unit="trips",
    )


def newest_maps(found: Summaries, shapes: list[ZoneShape]) -> dict[str, ZoneMap]:
    """A map of the pickups of each taxi's newest month, by taxi, small enough for Dagster's UI."""
    drawn = outlines(shapes, _SMALL)
    if drawn is None:
        return {}
    newest = {month.taxi: month for month in found.months}  # they are in order
    maps = {}
    for taxi, month in newest.items():
        counts = [count for count in found.parts["zone"] if count.filename == month.filename]
        trips = numbered({count.value: count.trips for count in counts})
        title = f"{taxi} {month.month}: trips by zone of pickup"
        maps[taxi] = zone_map(drawn, trips, title=title, unit="trips")
    return maps


def numbered(figures: Mapping[str, float]) -> dict[int, float]:
    """Figures by number of the zone. A code that is no number has no zone."""
    found: dict[int, float] = {}
    for zone, figure in figures.items():
        number = int(zone) if zone.isdecimal() else NO_ZONE
        found[number] = found.get(number, 0) + figure
    return found
