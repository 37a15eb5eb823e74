"""A stand-in for TLC's shapes of the taxi zones: a square for each zone, as a zipped shapefile.

It has the odd ids of the real file: 56 and 103 have several shapes, 57, 104 and 105 have none. One
zone has a hole, another one two parts.
"""

from __future__ import annotations

import io
import zipfile

from taxi_assets.trips.zones import ZONE_COUNT

_SHAPES = ZONE_COUNT - 2  # 264 and 265 are no places
_COLUMNS = 17
_WEST_FEET, _NORTH_FEET, _SIDE_FEET = 915_000, 270_000, 9_000
_GAP_FEET = 200
_LOCATIONS = {57: 56, 104: 103, 105: 103}
"""The zone of a shape whose number is not that of its zone."""
_WITH_HOLE, _IN_TWO_PARTS = 2, 3
_DATE = bytes((124, 4, 1))
"""The day of the last change that a ``.dbf`` names: the bytes must not depend on today."""
_PROJECTION = 'PROJCS["NAD_1983_StatePlane_New_York_Long_Island_FIPS_3104_Feet"]'

_Ring = list[tuple[int, int]]


def zone_shapes() -> bytes:
    """The zip with the shapefile, laid out like ``taxi_zones.zip``."""
    import shapefile

    shp, shx, dbf = io.BytesIO(), io.BytesIO(), io.BytesIO()
    with shapefile.Writer(shp=shp, shx=shx, dbf=dbf, shapeType=shapefile.POLYGON) as writer:
        writer.field("OBJECTID", "N", 9)
        writer.field("zone", "C", 254)
        writer.field("LocationID", "N", 4)
        writer.field("borough", "C", 254)
        for number in range(1, _SHAPES + 1):
            zone = _LOCATIONS.get(number, number)
            writer.poly(_rings(number))
            writer.record(number, f"Synthetic zone {zone}", zone, "Synthetic borough")
    table = dbf.getvalue()
    parts = {
        ".shp": shp.getvalue(),
        ".shx": shx.getvalue(),
        ".dbf": table[:1] + _DATE + table[1 + len(_DATE) :],
        ".prj": _PROJECTION.encode(),
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for suffix, data in parts.items():
            name = zipfile.ZipInfo(f"taxi_zones/taxi_zones{suffix}")
            archive.writestr(name, data, zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def _rings(number: int) -> list[_Ring]:
    """The rings of a shape, in feet: outer ones clockwise, as in every shapefile."""
    row, column = divmod(number - 1, _COLUMNS)
    x, y = _WEST_FEET + column * _SIDE_FEET, _NORTH_FEET - row * _SIDE_FEET
    side = _SIDE_FEET - _GAP_FEET
    if number == _IN_TWO_PARTS:
        third = side // 3
        return [_square(x, y, third), _square(x + 2 * third, y, third)]
    if number == _WITH_HOLE:
        inset = side // 3
        return [_square(x, y, side), _square(x + inset, y - inset, inset)[::-1]]
    return [_square(x, y, side)]


def _square(west: int, north: int, side: int) -> _Ring:
    east, south = west + side, north - side
    return [(west, north), (east, north), (east, south), (west, south), (west, north)]
