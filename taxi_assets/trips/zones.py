"""The taxi zones: the names behind PULocationID and DOLocationID."""

from dataclasses import dataclass

ZONES_TABLE = "zones"
"""The table of the zones, in every warehouse."""

ZONES_FILE = "taxi_zone_lookup.csv"
"""Name of the zones' file, as TLC and the CSV releases publish it."""

ZONES_LANDED = f"zones/{ZONES_FILE}"
"""Name of the zones' file in the lake."""

ZONE_COUNT = 265
"""Number of zones that TLC publishes. 264 and 265 stand for places that are in no zone."""


UNKNOWN_ZONE = 264
"""The zone of trips whose place is not known. 265 is any place outside the city."""


@dataclass(frozen=True)
class ZoneColumn:
    """A column of the table of zones."""

    name: str
    description: str


ZONE_COLUMNS: tuple[ZoneColumn, ...] = (
    ZoneColumn("LocationID", "Number of the zone, as in PULocationID and DOLocationID."),
    ZoneColumn("Borough", "Borough that the zone lies in; EWR is Newark Airport."),
    ZoneColumn("Zone", "Name of the zone."),
    ZoneColumn("service_zone", "Which taxis may pick up there: yellow, boro (green) or airport."),
)
