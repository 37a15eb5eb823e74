"""What maps need besides the kept counts of trips: charges by zone, and the shapes of the zones.

Charges are added up for the months that are shown, and stored as long as a month's summary is.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

from taxi_assets.sql.dialect import Dialect
from taxi_assets.sql.statements import Statements
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.trips.zones import ZONE_SHAPES
from taxi_assets.warehouse.record_tables import RecordTable, recorded
from taxi_assets.warehouse.records import forget, read
from taxi_assets.warehouse.session import Session
from taxi_assets.warehouse.trip_figures import CHARGE_LIMIT


@dataclass(frozen=True)
class ZoneCharges:
    """Charges of one month's trips that began in a zone."""

    filename: str = recorded("The file, as the column filename of the month's rows says.")
    sha256: str = recorded("Hash of the published bytes that the figures are of, in hex.")
    zone: str = recorded("LocationID of the zone; empty where trips have none.")
    charges: float = recorded(
        "Sum of what passengers were charged, or of fares, in US dollars; without odd_charges."
    )
    odd_charges: int = recorded(
        f"How many charges are no number, above ${CHARGE_LIMIT:,} or below -${CHARGE_LIMIT:,}."
    )


ZONE_CHARGES = RecordTable(
    "tripdata_zone_charges",
    ZoneCharges,
    ("filename", "zone"),
    "Charges of each month by zone of pickup, taken when a map was drawn.",
)


@dataclass(frozen=True)
class ZoneShape:
    """A shape of a zone.

    Attributes:
        number: identifies the shape.
        zone: LocationID of its zone; several shapes may have the same one.
        name: of the zone.
        geometry: the shape as GeoJSON, in degrees.
    """

    number: str
    zone: int
    name: str
    geometry: str


@dataclass(frozen=True)
class ChargedZones:
    """Charges of several months together.

    Attributes:
        charges: the sum of each zone of pickup in US dollars; empty if a dataset has no charges.
        odd: how many charges are in no sum.
    """

    charges: Mapping[str, float] = field(default_factory=dict)
    odd: int = 0


def read_shapes(session: Session) -> list[ZoneShape]:
    """The shapes of the zones, by number; empty if they were not loaded."""
    if not session.columns(ZONE_SHAPES.name):
        return []
    dialect = session.dialect
    names = ("OBJECTID", "LocationID", "Zone", "geometry")
    query = Statements(__package__, dialect)(
        "list_zones",
        table=session.table(ZONE_SHAPES.name),
        columns=list(map(dialect.identifier, names)),
    )
    rows = [tuple(map(str, row)) for row in session.ask(query)]
    return [
        ZoneShape(number, int(zone), name, geometry)
        for number, zone, name, geometry in sorted(rows, key=lambda row: int(row[0]))
    ]


def charged_zones(session: Session, months: Mapping[TripFile, str]) -> ChargedZones:
    """The charges of months by zone, added up where they are not stored.

    Args:
        session: a session of the warehouse, whose months are summarized.
        months: each month's file, with the hash of its bytes.

    Raises:
        WarehouseBusyError, WarehouseError: the warehouse cannot be queried or written.
    """
    stored: dict[str, list[ZoneCharges]] = defaultdict(list)
    for line in read(session, ZONE_CHARGES, [file.filename for file in months]):
        stored[line.filename].append(line)
    charges: dict[str, float] = defaultdict(float)
    odd = 0
    for file, sha256 in months.items():
        # An older version, after a rollback, summarizes months and knows nothing of these.
        lines = [line for line in stored[file.filename] if line.sha256 == sha256]
        for line in lines or _add_up(session, file, sha256):
            charges[line.zone] += line.charges
            odd += line.odd_charges
    return ChargedZones({zone: round(total, 2) for zone, total in charges.items()}, odd)


def _add_up(session: Session, file: TripFile, sha256: str) -> list[ZoneCharges]:
    """Add up a month's charges by zone, and store the sums, in one transaction."""
    parts = zone_parts(file.dataset, session.dialect)
    if not parts:
        return []
    rows = session.month_rows(file)
    query = Statements(__package__, session.dialect)(
        "charges_by_zone",
        table=session.table(file.dataset.table),
        month_rows=rows.condition,
        **parts,
    )
    with session.transaction(file.dataset, writes=ZONE_CHARGES):
        forget(session, ZONE_CHARGES, [file.filename])
        found = [
            # A database may add up in a different order each time.
            ZoneCharges(
                file.filename, sha256, str(zone), round(float(str(charges)), 2), int(str(odd))
            )
            for zone, charges, odd in session.ask(query, rows.values)
        ]
        session.append(ZONE_CHARGES, found)
    return found


def zone_parts(dataset: Dataset, dialect: Dialect) -> dict[str, str]:
    """The SQL expressions of ``charges_by_zone``; empty for a dataset without zones or charges."""
    charge = dataset.total or dataset.fare
    if charge is None or dataset.pickup_zone is None:
        return {}
    column = dialect.identifier(charge)
    # NaN lies between no two numbers in any of the databases.
    within = f"{column} BETWEEN -{CHARGE_LIMIT} AND {CHARGE_LIMIT}"
    return {
        "zone": f"coalesce({dialect.identifier(dataset.pickup_zone)}, '')",
        "charges": f"coalesce(sum(CASE WHEN {within} THEN {column} END), 0)",
        "odd": f"count(CASE WHEN NOT ({within}) THEN 1 END)",
    }
