"""The rows of the zones' shapes: GeoJSON in degrees, as RFC 7946 wants it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from taxi_assets.rows.state_plane import degrees
from taxi_assets.rows.zone_rows import zone_rows
from taxi_assets.source.synthetic.zone_shapes import zone_shapes
from taxi_assets.trips.zones import ZONE_SHAPES

# What PROJ 9 says: cs2cs EPSG:2263 EPSG:4269.
KNOWN = {
    (984250.0, 0.0): (-74.0, 40.16666666666669),
    (1000000.0, 200000.0): (-73.94318506826245, 40.71561647872389),
    (913175.109008804, 120121.88125434518): (-74.25554696612534, 40.49609694623369),
}
# From maps: a point of each airport, in degrees.
AIRPORTS = {"1": (-74.174, 40.692), "132": (-73.786, 40.642), "138": (-73.873, 40.775)}


@pytest.fixture
def twin(tmp_path: Path) -> Path:
    path = tmp_path / "taxi_zones.zip"
    path.write_bytes(zone_shapes())
    return path


def geometries(path: Path) -> Mapping[str, Mapping[str, Any]]:
    return {row[0]: json.loads(row[4]) for row in zone_rows(ZONE_SHAPES, path)}


def polygons(geometry: Mapping[str, Any]) -> Iterator[list[list[list[float]]]]:
    found = geometry["coordinates"]
    yield from [found] if geometry["type"] == "Polygon" else found


def turns_left(ring: list[list[float]]) -> bool:
    pairs = pairwise(ring)
    return sum(x * b - a * y for (x, y), (a, b) in pairs) > 0


def test_places_are_those_that_proj_gives() -> None:
    found = degrees(np.array(list(KNOWN)))
    assert np.abs(found - np.array(list(KNOWN.values()))).max() < 1e-11


def test_each_shape_is_a_row_with_the_columns_of_the_table(twin: Path) -> None:
    rows = zone_rows(ZONE_SHAPES, twin)
    assert [row[0] for row in rows] == [str(number) for number in range(1, 264)]
    assert {len(row) for row in rows} == {len(ZONE_SHAPES.columns)}
    assert rows[56][:4] == ("57", "56", "Synthetic borough", "Synthetic zone 56")


def test_holes_and_parts_stay(twin: Path) -> None:
    found = geometries(twin)
    assert [len(found["2"]["coordinates"]), found["2"]["type"]] == [2, "Polygon"]
    assert [len(found["3"]["coordinates"]), found["3"]["type"]] == [2, "MultiPolygon"]


def check_rings(found: Mapping[str, Mapping[str, Any]]) -> None:
    for geometry in found.values():
        for outer, *holes in polygons(geometry):
            assert turns_left(outer)
            assert not any(map(turns_left, holes))
            assert all(ring[0] == ring[-1] for ring in (outer, *holes))


def test_outer_rings_turn_left_and_holes_right(twin: Path) -> None:
    check_rings(geometries(twin))


def test_the_real_shapes_lie_where_the_city_does(real_data: Path) -> None:
    found = geometries(real_data / "misc" / "taxi_zones.zip")
    check_rings(found)
    every = np.array([p for g in found.values() for poly in polygons(g) for r in poly for p in r])
    assert len(every) == 98_192
    assert np.round(every.min(axis=0), 3).tolist() == [-74.256, 40.496]
    assert np.round(every.max(axis=0), 3).tolist() == [-73.7, 40.916]
    for number, (longitude, latitude) in AIRPORTS.items():
        west, south = np.min([p for poly in polygons(found[number]) for p in poly[0]], axis=0)
        east, north = np.max([p for poly in polygons(found[number]) for p in poly[0]], axis=0)
        assert west < longitude < east, number
        assert south < latitude < north, number
