"""The rows of the tables about the zones, as texts, from their files in the lake."""

from __future__ import annotations

import csv
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from taxi_assets.lake.shapefile import Ring, read_shapes
from taxi_assets.rows.state_plane import degrees
from taxi_assets.trips.zones import ZONE_SHAPES, ZoneTable

ZoneRow = tuple[str, ...]

# A tenth of a metre. The published points are not more exact.
_DECIMALS = 6


def zone_rows(table: ZoneTable, path: Path) -> list[ZoneRow]:
    """The rows that a file gives to its table, in the order of the table's columns.

    Raises:
        InvalidFileError: the file is not what it was when it landed.
    """
    if table is ZONE_SHAPES:
        return _shape_rows(path)
    with path.open(encoding="utf-8", newline="") as text:
        return list(map(tuple, csv.reader(text)))[1:]


def _shape_rows(path: Path) -> list[ZoneRow]:
    return [
        (
            str(shape.object_id),
            str(shape.location_id),
            shape.borough,
            shape.zone,
            _geojson(shape.polygons),
        )
        for shape in read_shapes(path.name, path.read_bytes())
    ]


def _geojson(polygons: Sequence[Sequence[Ring]]) -> str:
    found = [
        [_in_degrees(ring, outer=number == 0) for number, ring in enumerate(polygon)]
        for polygon in polygons
    ]
    single = len(found) == 1
    geometry = {
        "type": "Polygon" if single else "MultiPolygon",
        "coordinates": found[0] if single else found,
    }
    return json.dumps(geometry, separators=(",", ":"))


def _in_degrees(ring: Ring, outer: bool) -> list[list[float]]:
    """The ring in degrees: outer rings counterclockwise, holes clockwise (RFC 7946, 3.1.6).

    BigQuery's and PostGIS's geographies need this order: the other one means the rest of the globe.
    """
    points = degrees(np.asarray(ring, dtype=np.float64))
    x, y = points[:, 0], points[:, 1]
    doubled_area = float(np.sum(x[:-1] * y[1:] - x[1:] * y[:-1]))
    if (doubled_area > 0) is not outer:
        points = points[::-1]
    rounded: list[list[float]] = np.round(points, _DECIMALS).tolist()
    return rounded
