"""The taxi zones: the names behind PULocationID and DOLocationID, and the zones' shapes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

ZONES_TABLE = "zones"
"""The table of the zones, in every warehouse."""

ZONES_FILE = "taxi_zone_lookup.csv"
"""Name of the zones' file, as TLC and the CSV releases publish it."""

ZONE_COUNT = 265
"""Number of zones that TLC publishes. 264 and 265 stand for places that are in no zone."""


UNKNOWN_ZONE = 264
"""The zone of trips whose place is not known. 265 is any place outside the city."""

AIRPORTS: Mapping[int, str] = {1: "EWR", 132: "JFK", 138: "LGA"}
"""The zones that are airports, by their codes of the IATA."""


@dataclass(frozen=True)
class ZoneColumn:
    """A column of a table of zones."""

    name: str
    description: str


ZONE_COLUMNS: tuple[ZoneColumn, ...] = (
    ZoneColumn("LocationID", "Number of the zone, as in PULocationID and DOLocationID."),
    ZoneColumn("Borough", "Borough that the zone lies in; EWR is Newark Airport."),
    ZoneColumn("Zone", "Name of the zone."),
    ZoneColumn("service_zone", "Which taxis may pick up there: yellow, boro (green) or airport."),
)


@dataclass(frozen=True)
class ZoneTable:
    """A table about the zones, which a small file of its own fills. All its columns are texts.

    Attributes:
        name: the table, in every warehouse, and its assets.
        file: name of the published file.
        columns: its columns, in order.
        description: what it holds.
    """

    name: str
    file: str
    columns: tuple[ZoneColumn, ...]
    description: str

    @property
    def landed(self) -> str:
        """Name of the file in the lake."""
        return f"zones/{self.file}"

    @property
    def column_names(self) -> list[str]:
        """The names of its columns, in order."""
        return [column.name for column in self.columns]


ZONES = ZoneTable(
    ZONES_TABLE,
    ZONES_FILE,
    ZONE_COLUMNS,
    f"The {ZONE_COUNT} taxi zones, to join the trips with.\n\nBy PULocationID and DOLocationID.",
)
ZONE_SHAPES = ZoneTable(
    "zone_shapes",
    "taxi_zones.zip",
    (
        ZoneColumn("OBJECTID", "Number of the shape. It identifies the row."),
        ZoneColumn(
            "LocationID", "Number of the zone, as published: 56 and 103 have several shapes."
        ),
        ZoneColumn("Borough", "Borough that the zone lies in; EWR is Newark Airport."),
        ZoneColumn("Zone", "Name of the zone."),
        ZoneColumn(
            "geometry",
            "The shape as GeoJSON, a Polygon or MultiPolygon; longitudes and latitudes in degrees.",
        ),
    ),
    "Shapes of the taxi zones, for maps.\n\nA row for each polygon that TLC publishes, as GeoJSON.",
)
ZONE_TABLES: tuple[ZoneTable, ...] = (ZONES, ZONE_SHAPES)
"""The tables about the zones, in the order in which they are loaded."""
