"""Reads TLC's zipped shapefile of the taxi zones.

A shapefile is several files: polygons (``.shp``), an index (``.shx``), a table (``.dbf``) and the
projection (``.prj``). Its form: https://www.esri.com/library/whitepapers/pdfs/shapefile.pdf
"""

from __future__ import annotations

import io
import math
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from taxi_assets.errors import InvalidFileError
from taxi_assets.trips.zones import ZONE_COUNT

Point = tuple[float, float]
Ring = Sequence[Point]
"""A closed line: its last point is its first one."""

_REMEDY = (
    "open the URL in a browser to see what it serves; run again once it serves the zones' shapes, "
    "or put the right file there: it is looked for beside the folder of TAXI_PARQUET_BASE_URL"
)
_PARTS = (".shp", ".shx", ".dbf", ".prj")
_PROJECTION = b"NAD_1983_StatePlane_New_York_Long_Island"
_FEET_X, _FEET_Y = (800_000.0, 1_200_000.0), (0.0, 400_000.0)
"""The city and its surroundings, in the feet of that projection."""
_LARGEST_BYTES = 64 << 20


@dataclass(frozen=True)
class PublishedShape:
    """One shape, as published.

    Attributes:
        object_id: its number.
        location_id: the zone that it belongs to; several shapes may belong to one.
        zone: name of the zone.
        borough: its borough.
        polygons: for each polygon its outer ring and those of its holes, in US feet, EPSG:2263.
    """

    object_id: int
    location_id: int
    zone: str
    borough: str
    polygons: Sequence[Sequence[Ring]]


def read_shapes(name: str, data: bytes) -> list[PublishedShape]:
    """The shapes of a zipped shapefile, in its order.

    Args:
        name: the file's name, for messages.
        data: its bytes.

    Raises:
        InvalidFileError: it is damaged, lacks a part, or holds something else than zones.
    """
    parts = _parts(name, data)
    if _PROJECTION not in parts[".prj"]:
        found = parts[".prj"][:80].decode("utf-8", "replace")
        raise InvalidFileError(f"{name}: its projection is not EPSG:2263, but {found!r}", _REMEDY)
    import shapefile  # only those who read shapes wait for it

    try:
        with shapefile.Reader(
            shp=io.BytesIO(parts[".shp"]),
            shx=io.BytesIO(parts[".shx"]),
            dbf=io.BytesIO(parts[".dbf"]),
        ) as reader:
            shapes = [
                _shape(name, number, entry.record.as_dict(), entry.shape.__geo_interface__)
                for number, entry in enumerate(reader.iterShapeRecords(), start=1)
            ]
    except InvalidFileError:
        raise
    except Exception as error:
        # The library raises whatever its parsing of bytes runs into.
        raise InvalidFileError(f"{name}: it cannot be read: {error}", _REMEDY) from None
    if not shapes:
        raise InvalidFileError(f"{name}: it holds no shape", _REMEDY)
    return shapes


def _parts(name: str, data: bytes) -> dict[str, bytes]:
    """The bytes of each part of the shapefile. The zip's checksums are compared."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = {info.filename: info for info in archive.infolist()}
            shapes = [member for member in members if member.lower().endswith(".shp")]
            if len(shapes) != 1:
                raise InvalidFileError(
                    f"{name}: it holds {len(shapes)} files .shp, expected one", _REMEDY
                )
            stem = shapes[0][: -len(".shp")]
            parts = {}
            for suffix in _PARTS:
                info = members.get(stem + suffix)
                if info is None or info.file_size > _LARGEST_BYTES:
                    found = "lacks" if info is None else f"has {info.file_size:,} bytes in"
                    raise InvalidFileError(f"{name}: it {found} {stem}{suffix}", _REMEDY)
                parts[suffix] = archive.read(info)
            return parts
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        raise InvalidFileError(f"{name}: it is a damaged zip: {error}", _REMEDY) from None


def _shape(
    name: str, number: int, record: dict[str, object], geometry: dict[str, object]
) -> PublishedShape:
    where = f"{name}, shape {number}"
    fields = {key.lower(): value for key, value in record.items()}
    wanted = ("objectid", "locationid", "zone", "borough")
    if missing := [field for field in wanted if field not in fields]:
        raise InvalidFileError(f"{where}: it has no {missing[0]}, only {list(record)}", _REMEDY)
    location = fields["locationid"]
    if not isinstance(location, int) or not 1 <= location <= ZONE_COUNT:
        raise InvalidFileError(
            f"{where}: its LocationID is {location}, expected 1 to {ZONE_COUNT}", _REMEDY
        )
    polygons = _polygons(geometry)
    for x, y in (point for polygon in polygons for ring in polygon for point in ring):
        in_frame = _FEET_X[0] <= x <= _FEET_X[1] and _FEET_Y[0] <= y <= _FEET_Y[1]
        if not (in_frame and math.isfinite(x + y)):
            raise InvalidFileError(f"{where}: its point {x}, {y} is not near the city", _REMEDY)
    if not polygons:
        raise InvalidFileError(f"{where}: it is {geometry['type']} without a polygon", _REMEDY)
    return PublishedShape(
        int(str(fields["objectid"])),
        location,
        str(fields["zone"]),
        str(fields["borough"]),
        polygons,
    )


def _polygons(geometry: dict[str, object]) -> list[list[Ring]]:
    coordinates = geometry.get("coordinates") or ()
    assert isinstance(coordinates, list | tuple)
    several = coordinates if geometry["type"] == "MultiPolygon" else [coordinates]
    return [list(polygon) for polygon in several if polygon]
