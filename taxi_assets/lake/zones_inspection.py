"""Verifies the files about the taxi zones: small enough to be looked at whole."""

from __future__ import annotations

import csv
from dataclasses import dataclass, field

from taxi_assets.errors import InvalidFileError
from taxi_assets.lake.inspection import refuse_wrong_content
from taxi_assets.lake.landed_file import FileFacts
from taxi_assets.lake.shapefile import read_shapes
from taxi_assets.trips.zones import ZONE_COLUMNS, ZONE_COUNT, ZONE_SHAPES, ZONES_FILE

_LARGEST_BYTES = 1 << 20
_LARGEST_SHAPES_BYTES = 16 << 20
_REMEDY = (
    "open the URL in a browser to see what it serves; run again once it serves the zones, or "
    "correct TAXI_CSV_BASE_URL"
)


@dataclass
class ZonesInspection:
    """The table of zones as it passes."""

    _text: bytes = b""

    def feed(self, data: bytes) -> None:
        """Look at the next bytes."""
        self._text += data
        if len(self._text) > _LARGEST_BYTES:
            raise InvalidFileError(
                f"{ZONES_FILE}: longer than {_LARGEST_BYTES:,} bytes, which no table of "
                f"{ZONE_COUNT} zones is",
                _REMEDY,
            )

    def finish(self) -> FileFacts:
        """What the table holds."""
        refuse_wrong_content(ZONES_FILE, self._text, b'"', "a CSV with a quoted header")
        text = self._text.decode("utf-8", "replace")
        header, *rows = csv.reader(text.splitlines())
        wanted = [column.name for column in ZONE_COLUMNS]
        if header != wanted:
            raise InvalidFileError(
                f"{ZONES_FILE}, line 1: expected the columns {wanted}, found {header}", _REMEDY
            )
        for number, row in enumerate(rows, start=2):
            if len(row) != len(wanted) or not row[0].isdecimal():
                raise InvalidFileError(
                    f"{ZONES_FILE}, line {number}: {row} is no zone with a number and three names",
                    _REMEDY,
                )
        ids = {int(row[0]) for row in rows}
        if len(rows) != ZONE_COUNT or ids != set(range(1, ZONE_COUNT + 1)):
            raise InvalidFileError(
                f"{ZONES_FILE}: {len(rows)} rows with {len(ids)} different LocationIDs, expected "
                f"1 to {ZONE_COUNT} once each",
                _REMEDY,
            )
        return FileFacts(rows=len(rows), uncompressed_bytes=len(self._text))


@dataclass
class ZoneShapesInspection:
    """The zipped shapes of the zones as they pass."""

    _data: bytearray = field(default_factory=bytearray)

    def feed(self, data: bytes) -> None:
        """Look at the next bytes."""
        if not self._data:
            refuse_wrong_content(ZONE_SHAPES.file, data[:512], b"PK", "a zipped shapefile")
        self._data += data
        if len(self._data) > _LARGEST_SHAPES_BYTES:
            raise InvalidFileError(
                f"{ZONE_SHAPES.file}: longer than {_LARGEST_SHAPES_BYTES:,} bytes, which no "
                "shapes of the zones are",
                "correct TAXI_PARQUET_BASE_URL: the shapes are looked for beside its folder",
            )

    def finish(self) -> FileFacts:
        """What the file holds."""
        refuse_wrong_content(ZONE_SHAPES.file, bytes(self._data[:512]), b"PK", "a zipped shapefile")
        shapes = read_shapes(ZONE_SHAPES.file, bytes(self._data))
        return FileFacts(rows=len(shapes), uncompressed_bytes=len(self._data))
