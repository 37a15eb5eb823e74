"""Outlines of the zones for a map: few points, as paths of SVG.

The points are put on a grid of whole numbers, which is the finest that a page can show. Of those
that then lie nearly on a line, only the ends are kept (the algorithm of Douglas and Peucker).
"""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from taxi_assets.warehouse.zone_figures import ZoneShape

WIDTH = 800
"""Grid units of the map of a page. A small picture does with half of them."""

_TOLERANCE = 0.75
"""How far a point may lie from the line that replaces it, in grid units."""
_LEAST_AREA = 1.0
"""Rings of a smaller area, in square grid units, are islands that nobody could see."""
_LATITUDE = math.radians(40.7)
"""The city's. A degree of longitude is shorter than one of latitude by its cosine."""

Point = tuple[int, int]


@dataclass(frozen=True)
class Outline:
    """A shape as it is drawn.

    Attributes:
        number: number of the shape.
        zone: LocationID of its zone.
        name: of the zone.
        path: the ``d`` of an SVG path.
        middle: the middle of its largest ring, for a label.
    """

    number: str
    zone: int
    name: str
    path: str
    middle: Point


@dataclass(frozen=True)
class Outlines:
    """The outlines of all shapes, and the size of the map in grid units."""

    shapes: Sequence[Outline]
    width: int
    height: int


def outlines(shapes: Sequence[ZoneShape], width: int = WIDTH) -> Outlines | None:
    """Draw the shapes on a grid of that width. Shapes too small for it still get a triangle.

    A shape that somebody changed into something else is left out; None without any other.
    """
    rings = {shape: found for shape in shapes if (found := _rings(shape.geometry))}
    if not rings:
        return None
    points = np.concatenate([ring for of_shape in rings.values() for ring in of_shape])
    points[:, 0] *= math.cos(_LATITUDE)
    west, south = points.min(axis=0)
    east, north = points.max(axis=0)
    scale = width / ((east - west) or 1)
    drawn = []
    for shape, of_shape in rings.items():
        gridded = [_on_grid(ring, west, north, scale) for ring in of_shape]
        kept = [ring for ring in gridded if _area(ring) >= _LEAST_AREA]
        if not kept:
            x, y = gridded[0][0]
            kept = [[(x, y), (x + 2, y), (x + 1, y + 2)]]
        path = "".join(map(_path, kept))
        largest = max(kept, key=_area)
        drawn.append(Outline(shape.number, shape.zone, shape.name, path, _middle(largest)))
    return Outlines(drawn, width, math.ceil((north - south) * scale))


def _rings(geometry: str) -> list[NDArray[np.float64]]:
    """The rings of a polygon or several in GeoJSON; none of what is no such text."""
    try:
        found = json.loads(geometry)
        polygons = [found["coordinates"]] if found["type"] == "Polygon" else found["coordinates"]
        rings = [np.array(ring, dtype=np.float64) for polygon in polygons for ring in polygon]
    except (ValueError, TypeError, KeyError):
        return []
    return (
        rings if all(ring.shape[1:] == (2,) and np.isfinite(ring).all() for ring in rings) else []
    )


def _on_grid(ring: NDArray[np.float64], west: float, north: float, scale: float) -> list[Point]:
    """The ring's points on the grid, without those that the line between others replaces."""
    x = (ring[:, 0] * math.cos(_LATITUDE) - west) * scale
    y = (north - ring[:, 1]) * scale
    grid = np.rint(np.column_stack((x, y))).astype(int)
    moved = np.any(np.diff(grid, axis=0) != 0, axis=1)
    points: list[Point] = [(a, b) for a, b in grid[np.concatenate(([True], moved))].tolist()]
    return simplified(points)


def simplified(ring: Sequence[Point]) -> list[Point]:
    """A closed ring without its last point, and without those that are nearly on a line."""
    far = max(range(len(ring)), key=lambda place: math.dist(ring[0], ring[place]))
    keep = {0, far}
    waiting = [(0, far), (far, len(ring) - 1)]
    while waiting:
        first, last = waiting.pop()
        farthest, distance = first, _TOLERANCE
        (x, y), (end_x, end_y) = ring[first], ring[last]
        along_x, along_y = end_x - x, end_y - y
        length = math.hypot(along_x, along_y)
        for place in range(first + 1, last):
            off_x, off_y = ring[place][0] - x, ring[place][1] - y
            off = (
                abs(along_x * off_y - along_y * off_x) / length
                if length
                else math.hypot(off_x, off_y)
            )
            if off > distance:
                farthest, distance = place, off
        if farthest != first:
            keep.add(farthest)
            waiting += [(first, farthest), (farthest, last)]
    return [ring[place] for place in sorted(keep)]


def _area(ring: Sequence[Point]) -> float:
    turned = [*ring[1:], *ring[:1]]
    return abs(sum(x * b - a * y for (x, y), (a, b) in zip(ring, turned, strict=True))) / 2


def _middle(ring: Sequence[Point]) -> Point:
    xs, ys = zip(*ring, strict=True)
    return (min(xs) + max(xs)) // 2, (min(ys) + max(ys)) // 2


def _path(ring: Sequence[Point]) -> str:
    """The ring as a path of relative steps, which are shorter than places."""
    (x, y), *_ = ring
    steps = " ".join(f"{b - a} {d - c}" for (a, c), (b, d) in pairwise(ring))
    return f"M{x} {y}l{steps.replace(' -', '-')}z"
