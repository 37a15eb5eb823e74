"""What maps of a month need: its trips and charges by zone, and the shapes of the zones.

The figures are computed for the months that are shown, and stored until a month's file changes: a
report over hundreds of months scans a month of each taxi at most, and the one a year before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from taxi_assets.sql.dialect import Dialect
from taxi_assets.sql.statements import Statements
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.trips.month import MONTHS_PER_YEAR, Month
from taxi_assets.trips.zones import ZONE_SHAPES
from taxi_assets.warehouse.interface import Warehouse
from taxi_assets.warehouse.record_tables import RecordTable, recorded
from taxi_assets.warehouse.records import forget, ledger_entries, read
from taxi_assets.warehouse.session import Session
from taxi_assets.warehouse.summaries import MonthSummary

CHARGE_LIMIT = 1_000
"""In US dollars. Charges beyond are left out of sums, and counted: of real months they are some in
a million trips, and one of them can be as much as all others together."""


@dataclass(frozen=True)
class ZoneTrips:
    """Trips of one month's file from and to a zone."""

    filename: str = recorded("The file, as the column filename of the month's rows says.")
    zone: str = recorded("LocationID of the zone; empty where trips have none.")
    sha256: str = recorded("Hash of the published bytes that the figures are of, in hex.")
    pickups: int = recorded("Trips that began there.")
    dropoffs: int = recorded("Trips that ended there.")
    revenue: float | None = recorded(
        "Sum of the total charges of trips that began there, or of their fares where there are no "
        "totals, in US dollars; NULL if the dataset has neither."
    )
    odd_charges: int = recorded(
        f"Trips that began there whose charge is not in the sum: it is no number, or beyond "
        f"{CHARGE_LIMIT:,} dollars."
    )


ZONE_TRIPS = RecordTable(
    "tripdata_zones",
    ZoneTrips,
    ("filename", "zone"),
    "Trips and charges of a month by zone, taken when a map of it was drawn.",
)


@dataclass(frozen=True)
class ZoneShape:
    """A shape of a zone.

    Attributes:
        number: identifies the shape.
        zone: LocationID of its zone; several shapes may have the same one.
        name: of the zone.
        borough: of the zone.
        geometry: the shape as GeoJSON, in degrees.
    """

    number: str
    zone: int
    name: str
    borough: str
    geometry: str


@dataclass(frozen=True)
class ZoneMonth:
    """A month by zone, and the same month a year before.

    Attributes:
        taxi: kind of taxi.
        month: such as ``2020-04``.
        zones: the figures of each zone, by its LocationID; by an empty text for trips without one.
        year_before: those of the same month a year before; empty if it is not loaded.
    """

    taxi: str
    month: str
    zones: Mapping[str, ZoneTrips]
    year_before: Mapping[str, ZoneTrips]


@dataclass(frozen=True)
class ZoneFigures:
    """What maps are drawn from.

    Attributes:
        shapes: the shapes of the zones; empty if they were not loaded.
        months: the newest month of each taxi that has zones; empty without shapes.
    """

    shapes: Sequence[ZoneShape] = ()
    months: Sequence[ZoneMonth] = ()


def fresh_zone_figures(
    warehouse: Warehouse, datasets: Sequence[Dataset], months: Sequence[MonthSummary]
) -> ZoneFigures:
    """The newest of these months of each taxi by zone, computed where they are not stored.

    Nothing is computed where there are no shapes to draw a map with.

    Raises:
        WarehouseBusyError, WarehouseError: the warehouse cannot be queried or written.
    """
    if not months or not warehouse.exists():
        return ZoneFigures()
    with warehouse.session() as session:
        shapes = read_shapes(session)
        if not shapes:
            return ZoneFigures()
        session.ensure(ZONE_TRIPS)
        found = []
        for dataset in datasets:
            known = {month.month: month for month in months if month.taxi == dataset.taxi}
            if not known or dataset.pickup_zone is None:
                continue
            newest = max(known)
            before = known.get(str(Month.parse(newest).plus(-MONTHS_PER_YEAR)))
            zones = _of_month(session, dataset, known[newest])
            earlier = _of_month(session, dataset, before) if before else {}
            found.append(ZoneMonth(dataset.taxi, newest, zones, earlier))
    return ZoneFigures(shapes, found)


def read_shapes(session: Session) -> list[ZoneShape]:
    """The shapes of the zones, by number; empty if they were not loaded."""
    if not session.columns(ZONE_SHAPES.name):
        return []
    dialect = session.dialect
    names = ("OBJECTID", "LocationID", "Zone", "Borough", "geometry")
    query = Statements(__package__, dialect)(
        "list_zones",
        table=session.table(ZONE_SHAPES.name),
        columns=list(map(dialect.identifier, names)),
    )
    rows = [tuple(map(str, row)) for row in session.ask(query)]
    return [
        ZoneShape(number, int(zone), name, borough, geometry)
        for number, zone, name, borough, geometry in sorted(rows, key=lambda row: int(row[0]))
    ]


def _of_month(session: Session, dataset: Dataset, month: MonthSummary) -> dict[str, ZoneTrips]:
    kept = read(session, ZONE_TRIPS, [month.filename])
    if not kept or any(line.sha256 != month.sha256 for line in kept):
        file = TripFile.loaded_as(dataset, month.filename)
        kept = _counted(session, file) if file is not None else []
    return {line.zone: line for line in kept}


def _counted(session: Session, file: TripFile) -> list[ZoneTrips]:
    """Count a month's trips by zone, and store what was counted, in one transaction."""
    with session.transaction(file.dataset, writes=ZONE_TRIPS):
        forget(session, ZONE_TRIPS, [sibling.filename for sibling in file.siblings])
        # A load may have replaced the month since it was summarized.
        entries = ledger_entries(session, [file.filename])
        counted = [line for entry in entries for line in _count(session, file, entry.sha256)]
        session.append(ZONE_TRIPS, counted)
    return counted


def _count(session: Session, file: TripFile, sha256: str) -> list[ZoneTrips]:
    rows = session.month_rows(file)
    query = Statements(__package__, session.dialect)(
        "count_by_zone",
        table=session.table(file.dataset.table),
        month_rows=rows.condition,
        **zone_parts(file.dataset, session.dialect),
    )
    found: dict[str, ZoneTrips] = {}
    for pickup, dropoff, trips, revenue, odd in session.ask(query, rows.values):
        zone = str(dropoff if pickup is None else pickup)
        line = found.get(zone, ZoneTrips(file.filename, zone, sha256, 0, 0, None, 0))
        if pickup is None:
            found[zone] = replace(line, dropoffs=int(str(trips)))
            continue
        found[zone] = replace(
            line,
            pickups=int(str(trips)),
            # A database may add up in a different order each time.
            revenue=None if revenue is None else round(float(str(revenue)), 2),
            odd_charges=int(str(odd)),
        )
    return sorted(found.values(), key=lambda line: line.zone)


def zone_parts(dataset: Dataset, dialect: Dialect) -> dict[str, str]:
    """The SQL expressions of ``count_by_zone`` for a dataset, by their names there."""
    pickup, dropoff = (
        f"coalesce({dialect.identifier(zone)}, '')" if zone else "''"
        for zone in (dataset.pickup_zone, dataset.dropoff_zone)
    )
    charge = dataset.total or dataset.fare
    within = f"charge BETWEEN -{CHARGE_LIMIT} AND {CHARGE_LIMIT}"
    return {
        "pickup_zone": pickup,
        "dropoff_zone": dropoff,
        "charge": dialect.identifier(charge) if charge else "NULL",
        "revenue": f"sum(CASE WHEN {within} THEN charge END)" if charge else "NULL",
        # NaN lies between no two numbers in any of the databases.
        "odd_charges": f"count(CASE WHEN NOT ({within}) THEN 1 END)" if charge else "0",
    }
