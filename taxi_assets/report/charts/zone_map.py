"""Maps of the city: each zone in a tone by its figure, as SVG for a page or as an image.

A page has the outlines once (`outlines_of_page`); its maps refer to them. Tones are CSS variables
of ``zone_map.css``, which fit a light page, a dark one and paper, and differ without colour, too.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from taxi_assets.report.charts.drawing import amount
from taxi_assets.report.charts.outlines import Outlines
from taxi_assets.report.charts.zone_scale import NONE, Scale, by_change, by_quantile, finite
from taxi_assets.report.templates import markdown_image, template
from taxi_assets.trips.zones import AIRPORTS, UNKNOWN_ZONE, ZONE_COUNT

WIDTH = 420
"""Units of a map. As wide as a phone, where a unit is about a pixel and labels can be read."""

NO_ZONE = 0
"""Stands for the zone of trips that have none."""

LEAST_TRIPS = 30
"""Zones with fewer trips in one of two months are not compared: chance alone changes them by a
fifth."""

_PLACES = {
    NO_ZONE: "without a zone",
    UNKNOWN_ZONE: "zone 264 (unknown)",
    ZONE_COUNT: "zone 265 (outside the city)",
}
_NAMED = 3
_TEMPLATE = "zone_map.svg.jinja"
_LEAST_SHARE = 0.001
_LEGEND_COLUMNS, _LEGEND_ROW, _LEGEND_HEAD = 2, 20, 28


@dataclass(frozen=True)
class Area:
    """A shape in its tone, and what is said of it when it is pointed at."""

    number: str
    tone: str
    hint: str


@dataclass(frozen=True)
class Airport:
    """The mark of an airport, in units of the map."""

    x: float
    y: float
    code: str


@dataclass(frozen=True)
class LegendEntry:
    """A class of the scale below the map."""

    x: float
    y: float
    tone: str
    label: str


@dataclass(frozen=True)
class ZoneMap:
    """A map that is drawn.

    Attributes:
        name: unique among the pictures of a page; ids in the SVG begin with it.
        title: what it shows, in a line.
        text: its highest figures, for people who do not see it.
        note: for everybody: what is not on it, and how the scale is made.
        unit: unit of its figures.
        shapes: the outlines that it refers to.
        areas: every shape with its tone.
        scale_labels: tone and label of each class.
    """

    name: str
    title: str
    text: str
    note: str
    unit: str
    shapes: Outlines = field(repr=False)
    areas: Sequence[Area] = field(repr=False)
    scale_labels: Sequence[tuple[str, str]]

    width = WIDTH

    @property
    def scale(self) -> float:
        """Units of the map for one of the outlines' grid."""
        return round(self.width / self.shapes.width, 4)

    @property
    def legend_y(self) -> float:
        """Where the legend begins."""
        return round(self.shapes.height * self.scale) + _LEGEND_HEAD

    @property
    def height(self) -> float:
        """Units of map and legend."""
        rows = -(-len(self.scale_labels) // _LEGEND_COLUMNS)
        return self.legend_y + rows * _LEGEND_ROW

    @property
    def legend(self) -> list[LegendEntry]:
        """The classes, down the first column and then the second one."""
        rows = -(-len(self.scale_labels) // _LEGEND_COLUMNS)
        return [
            LegendEntry(
                place // rows * self.width / _LEGEND_COLUMNS,
                self.legend_y + place % rows * _LEGEND_ROW,
                tone,
                label,
            )
            for place, (tone, label) in enumerate(self.scale_labels)
        ]

    @property
    def airports(self) -> list[Airport]:
        """The marks of the airports that have a shape."""
        return [
            Airport(
                round(shape.middle[0] * self.scale, 1),
                round(shape.middle[1] * self.scale, 1),
                AIRPORTS[shape.zone],
            )
            for shape in self.shapes.shapes
            if shape.zone in AIRPORTS
        ]

    @property
    def inline(self) -> str:
        """The SVG for a page that has the outlines and the style."""
        return template(_TEMPLATE).render(map=self, shapes=(), css="")

    @property
    def markdown(self) -> str:
        """The map as an image in Markdown, outlines included; what is not on it stands below."""
        svg = template(_TEMPLATE).render(map=self, shapes=self.shapes.shapes, css=map_style())
        return f"{markdown_image(self.title, svg)}\n\n{self.note}"


def outlines_of_page(shapes: Outlines) -> str:
    """The outlines, invisible, for the maps of a page to refer to."""
    return template(_TEMPLATE).render(map=None, shapes=shapes.shapes, css="")


@cache
def map_style() -> str:
    """The CSS of the maps."""
    return resources.files(__package__).joinpath("zone_map.css").read_text("utf-8")


def zone_map(
    shapes: Outlines, figures_by_zone: Mapping[int, float], *, title: str, unit: str
) -> ZoneMap:
    """A map of figures, in six classes that hold about as many zones each.

    Args:
        shapes: the outlines of the zones.
        figures_by_zone: figure of each zone, by its LocationID; that of `NO_ZONE` for trips
            without one. A figure that is no number is left out.
        title: what it shows. Titles of a page differ.
        unit: unit of the figures.
    """
    figures = finite(figures_by_zone)
    on_map = {shape.zone for shape in shapes.shapes}
    shown = {zone: figure for zone, figure in figures.items() if zone in on_map}
    scale = by_quantile(shown.values())
    scaled = "Each tone stands for about as many zones as the others."
    note = f"{scaled if shown else f'No zone on the map has {unit}.'} {_elsewhere(figures, on_map)}"
    hints = {
        zone: amount(f"{figure:z,.0f}".replace("-", "−"), unit) for zone, figure in shown.items()
    }
    return _drawn(shapes, shown, scale, hints, (title, note.strip(), unit), "none")


def zone_change_map(
    shapes: Outlines,
    figures_by_zone: Mapping[int, float],
    figures_before: Mapping[int, float],
    *,
    title: str,
    unit: str,
) -> ZoneMap:
    """A map of changes in percent: falls are hatched, so that they differ without colour.

    Args:
        shapes: the outlines of the zones.
        figures_by_zone: trips of each zone, as for `zone_map`.
        figures_before: those of the earlier month.
        title: what it shows. Titles of a page differ.
        unit: what changed, such as ``trips``.
    """
    now, before = finite(figures_by_zone), finite(figures_before)
    on_map = {shape.zone for shape in shapes.shapes}
    either = (now.keys() | before.keys()) & on_map
    changes = {
        zone: 100 * (now[zone] / before[zone] - 1)
        for zone in either
        if min(now.get(zone, 0), before.get(zone, 0)) >= LEAST_TRIPS
    }
    few = len(either) - len(changes)
    note = "Falls are hatched, rises are not. " + (
        f"Not compared: {few} {'zone' if few == 1 else 'zones'} with fewer than {LEAST_TRIPS} "
        f"{unit} in one of the months. "
        if few
        else ""
    )
    hints = {
        zone: f"{change:+,.0f} %, from {before[zone]:,.0f} to {now[zone]:,.0f} {unit}".replace(
            "-", "−"
        )
        for zone, change in changes.items()
    }
    scale = by_change(changes.values())
    words = (title, note + _elsewhere(now, on_map), f"change of {unit}")
    return _drawn(shapes, changes, scale, hints, words, "not compared")


def _drawn(
    shapes: Outlines,
    shown: Mapping[int, float],
    scale: Scale,
    hints: Mapping[int, str],
    words: tuple[str, str, str],
    none: str,
) -> ZoneMap:
    title, note, unit = words
    said = {shape.zone: f"{shape.name} ({shape.zone})" for shape in shapes.shapes}
    said = {zone: f"{name}: {hints.get(zone, none)}" for zone, name in said.items()}
    areas = [
        Area(
            shape.number,
            scale.tone(shown.get(shape.zone)),
            said[shape.zone],
        )
        for shape in shapes.shapes
    ]
    used = {area.tone for area in areas}
    labels = [*zip(scale.tones, scale.labels, strict=True)]
    if NONE in used:
        labels.insert(0, (NONE, none))
    name = "map-" + re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")
    highest = sorted(shown, key=lambda zone: (-shown[zone], zone))[:_NAMED]
    text = f"The highest: {'; '.join(said[zone] for zone in highest)}." if highest else ""
    return ZoneMap(name, title, text, note, unit, shapes, areas, labels)


def _elsewhere(figures: Mapping[int, float], on_map: Iterable[int]) -> str:
    """Which figures are not on the map, with their share of all."""
    total = sum(figures.values())
    elsewhere = {zone: figure for zone, figure in figures.items() if zone not in on_map}
    if not elsewhere or total <= 0:
        return "" if elsewhere else "Everything is on the map."
    unnamed = sorted(zone for zone in elsewhere if zone not in _PLACES)
    parts = [
        f"{name} {_share(elsewhere[zone] / total)}"
        for zone, name in _PLACES.items()
        if zone in elsewhere
    ]
    if unnamed:
        share = sum(elsewhere[zone] for zone in unnamed) / total
        word = "zones" if len(unnamed) > 1 else "zone"
        parts.append(f"{word} {', '.join(map(str, unnamed))} (no shape) {_share(share)}")
    whole = sum(elsewhere.values()) / total
    return f"Not on the map, {_share(whole)} of all: {', '.join(parts)}."


def _share(share: float) -> str:
    return f"{share:.1%}" if abs(share) >= _LEAST_SHARE else f"less than {_LEAST_SHARE:.1%}"
