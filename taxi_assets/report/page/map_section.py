"""The section of the maps: each with its numbers, and the busiest zones beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from taxi_assets.report.charts.zone_map import LEAST_TRIPS
from taxi_assets.report.content import Content
from taxi_assets.report.page.layout import Part, Section, Table
from taxi_assets.report.period import TaxiReport
from taxi_assets.report.places import ranked, zone_name
from taxi_assets.report.zone_maps import change_map, figure_maps
from taxi_assets.warehouse.summaries import Zone

_BUSIEST = 10


def map_section(content: Content) -> Section:
    """The maps of each taxi; empty if the zones' shapes were not loaded."""
    return Section(
        "map",
        "On the map",
        "Zones as TLC publishes their shapes; circles mark the airports. Revenue is what "
        "passengers were charged, or fares where files have no more, by zone of pickup.",
        tuple(part for report in content.taxis for part in _parts(report, content)),
    )


def _parts(report: TaxiReport, content: Content) -> Iterator[Part]:
    if content.outlines is None:
        return
    drawn = list(figure_maps(report, content.outlines))
    for number, (picture, what, figures) in enumerate(drawn):
        yield Part(_table(picture.title, what, figures, content.zones), picture)
        if not number:
            columns = {what: figures for _, what, figures in drawn}
            yield Part(_busiest(report, columns, content.zones))
    if drawn and report.mapped.pickups_before:
        picture = change_map(report, content.outlines)
        yield Part(_change_table(picture.title, report, content.zones), picture)


def _table(
    caption: str, what: str, figures: Mapping[str, float], zones: Mapping[str, Zone]
) -> Table:
    total = sum(figures.values()) or 1
    rows = [
        (zone_name(zone, zones), _whole(figure), f"{figure / total:.2%}")
        for zone, figure in ranked(figures)
    ]
    return Table(caption, ("zone", what, "share"), rows, frozenset({1, 2}))


def _change_table(caption: str, report: TaxiReport, zones: Mapping[str, Zone]) -> Table:
    now, before = report.counts["zone"], report.mapped.pickups_before
    rows = [
        (
            zone_name(zone, zones),
            _whole(before.get(zone, 0)),
            _whole(now.get(zone, 0)),
            _change(now.get(zone, 0), before.get(zone, 0)),
        )
        for zone, _ in ranked(
            {zone: max(now.get(zone, 0), before.get(zone, 0)) for zone in {*now, *before}}
        )
    ]
    headings = ("zone", report.year_before.name, report.span.name, "change")
    return Table(caption, headings, rows, frozenset({1, 2, 3}))


def _busiest(
    report: TaxiReport, columns: Mapping[str, Mapping[str, float]], zones: Mapping[str, Zone]
) -> Table:
    """The zones with the most pickups, with all that the maps show of them."""
    first = next(iter(columns.values()))
    rows = [
        (zone_name(zone, zones), *(_whole(figures.get(zone, 0)) for figures in columns.values()))
        for zone, _ in ranked(first)[:_BUSIEST]
    ]
    busiest = f"the {len(rows)} busiest zones" if len(rows) > 1 else "the busiest zone"
    caption = f"{report.dataset.title}, {report.span.name}: {busiest}"
    return Table(caption, ("zone", *columns), rows, frozenset(range(1, len(columns) + 1)))


def _whole(figure: float) -> str:
    return f"{figure:z,.0f}"


def _change(now: float, before: float) -> str:
    if min(now, before) < LEAST_TRIPS:
        return "not compared"
    return f"{100 * (now / before - 1):+,.0f} %"
