"""The zones' outlines, as reports draw them from a file of shapes."""

from __future__ import annotations

from pathlib import Path

from taxi_assets.report.charts.outlines import Outlines, outlines
from taxi_assets.rows.zone_rows import zone_rows
from taxi_assets.source.synthetic.zone_shapes import zone_shapes
from taxi_assets.trips.zones import ZONE_SHAPES
from taxi_assets.warehouse.zone_figures import ZoneShape


def drawn_zones(path: Path) -> Outlines:
    """The outlines of the shapes in a zip."""
    drawn = outlines(
        [
            ZoneShape(number, int(zone), name, geometry)
            for number, zone, _, name, geometry in zone_rows(ZONE_SHAPES, path)
        ]
    )
    assert drawn is not None
    return drawn


def drawn_twin(folder: Path) -> Outlines:
    """The outlines of the synthetic zones, whose file is put into a folder."""
    path = folder / ZONE_SHAPES.file
    path.write_bytes(zone_shapes())
    return drawn_zones(path)
