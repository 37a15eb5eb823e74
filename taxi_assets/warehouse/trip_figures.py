"""The figures of one month's trips, computed with one scan of its rows in any warehouse.

The database only counts trips by value. Medians, sums and bars follow from these counts here, so
that they are the same numbers in every warehouse.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from taxi_assets.sql.dialect import Dialect
from taxi_assets.sql.statements import Statements, bound
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.trips.payments import CARD
from taxi_assets.warehouse import distributions as of
from taxi_assets.warehouse.record_tables import RecordTable, recorded
from taxi_assets.warehouse.session import Session, Value

OUTSIDE = "outside"
"""Stands for day and hour of a pickup that lies outside the month of its file."""

CHARGE_LIMIT = 1_000
"""Dollars. Charges beyond are counted, but left out of sums: of real months they are some in a
million trips, and one of them can be as much as all others together."""
MILE_LIMIT = 100
"""Miles, farther than from one end of the city to the other and back; meters send 300,000."""
SECOND_LIMIT = 6 * 3600
"""Longer trips are mostly meters that were switched off the next day."""

_PAIRS = 50
"""How many pairs of zones are kept of each month: all would be up to 70,000."""
_CENT, _SAFE = 0.01, 1_000_000
"""Dollars, less and more than any fare: a tip can be divided by what is between. NaN is not: DuckDB
and Postgres sort it behind all numbers."""
_NAMED = ("dropoff", "payment")
COUNTED = frozenset({"day", "hour", "zone"})
"""The parts that are kept in ``tripdata_counts``."""


@dataclass(frozen=True)
class TripFigure:
    """One figure of a month's trips. A figure that the dataset has no column for has no row."""

    filename: str = recorded("The file, as the column filename of the month's rows says.")
    sha256: str = recorded("Hash of the published bytes that the figure is of, in hex.")
    figure: str = recorded("What it is, such as median_miles.")
    value: float = recorded("The figure: a count, US dollars, miles, seconds or percent.")


@dataclass(frozen=True)
class TripPart:
    """Number of a file's trips that have something in common, beside day, hour and pickup zone."""

    filename: str = recorded("The file, as the column filename of the month's rows says.")
    part: str = recorded(
        "What they have in common: dropoff (its zone), pair of zones (the 50 most frequent), "
        "payment; or charge, miles or seconds: how much of it."
    )
    value: str = recorded(
        "A LocationID, or nothing where the trip has none; two of them, as 74-75; a code of "
        "payment; or from how many dollars, miles or minutes on, in steps of 5, 1 and 5, the last "
        "without end."
    )
    trips: int = recorded("How many.")


PARTS = RecordTable(
    "tripdata_parts",
    TripPart,
    ("filename", "part", "value"),
    "Trips of each month by dropoff, pair of zones, payment, charge, distance and duration.",
)
"""A table of its own: older versions read all parts of ``tripdata_counts``, and know three."""

FIGURES = RecordTable(
    "tripdata_figures",
    TripFigure,
    ("filename", "figure"),
    "Medians, shares and outliers of each month's trips, taken when a report was made.",
)

FIGURE_NAMES: Mapping[str, str] = {
    "charges": "sum of what passengers were charged, or of fares, in $; without charges_beyond",
    "charges_beyond": f"charges above ${CHARGE_LIMIT:,}, or below -${CHARGE_LIMIT:,}",
    "charges_below_zero": "negative charges: most of them take a charge back",
    "median_charge": "median of the charges, in $",
    "median_fare": "median of the fares, in $",
    "median_miles": "median distance",
    "miles_beyond": f"trips of more than {MILE_LIMIT} miles",
    "ninetieth_seconds": "duration that nine of ten trips stay below",
    "seconds_beyond": f"trips longer than {SECOND_LIMIT // 3600} hours",
    "backward_trips": "trips whose dropoff is before their pickup",
    "tipped_percent": "share of the trips with a known tip that have one",
    "median_tip_percent": "median tip as a percentage of the fare, where a tip is known",
    "tips_known": "trips with a fare that were paid by card, or all where there is no payment type",
}
"""Every figure, and what it means."""


@dataclass(frozen=True)
class CountedTrips:
    """A month's trips by what they have in common.

    Attributes:
        counts: for each part, such as ``day`` or ``zone``, number of trips by value.
        figures: the figures of `FIGURE_NAMES` that the dataset has columns for.
        median_seconds: median duration.
    """

    counts: Mapping[str, Mapping[str, int]]
    figures: Mapping[str, float]
    median_seconds: float | None


def count_trips(session: Session, file: TripFile) -> CountedTrips:
    """Count the trips of a month in the merged table."""
    dataset = file.dataset
    rows = session.month_rows(file)
    values: dict[str, Value] = {
        **rows.values,
        "month_start": file.month.start,
        "month_end": file.month.end,
    }
    parts = month_parts(dataset, session.dialect)
    query = Statements(__package__, session.dialect)(
        "count_trips",
        table=session.table(dataset.table),
        month_rows=rows.condition,
        parts=parts,
    )
    found: dict[str, Counter[object]] = defaultdict(Counter)
    for name, *rest in session.ask(query, values):
        *cells, trips = rest
        value = dict(zip(parts, cells, strict=True))[str(name)]
        found[str(name)][value] += int(str(trips))
    counts = {name: _texts(found[name]) for name in (*COUNTED, *_NAMED) if name in parts}
    if "pair" in parts:
        ranked = sorted(_texts(found["pair"]).items(), key=lambda pair: (-pair[1], pair[0]))
        counts["pair"] = dict(ranked[:_PAIRS])
    spread = {name: _numbers(found[name]) for name in parts if name not in counts}
    for name, bins in _BINS.items():
        if name in spread:
            counts[name] = {str(start): n for start, n in bins(spread[name]).items()}
    seconds = spread["seconds"]
    return CountedTrips(counts, _figures(spread), of.quantile(seconds, 0.5))


def month_parts(dataset: Dataset, dialect: Dialect) -> dict[str, str]:
    """The SQL expressions by which trips are counted, by the name of what they count."""
    columns = {role: dialect.identifier(name) for role, name in dataset.roles.items()}
    pickup, dropoff, functions = columns["pickup"], columns["dropoff"], dialect.functions
    inside = f"{pickup} >= {bound('month_start')} AND {pickup} < {bound('month_end')}"
    of_month = f"CASE WHEN {inside} THEN {{}} ELSE '{OUTSIDE}' END"
    parts = {
        "day": of_month.format(functions.day.format(time=pickup)),
        "hour": of_month.format(functions.hour_of_week.format(time=pickup)),
        "seconds": functions.seconds_between.format(start=pickup, end=dropoff),
    }
    if "pickup_zone" in columns:
        start, end = (f"coalesce({columns[f'{way}_zone']}, '')" for way in ("pickup", "dropoff"))
        parts |= {"zone": start, "dropoff": end, "pair": f"{start} || '-' || {end}"}
    for part, role in (("fare", "fare"), ("miles", "distance"), ("payment", "payment")):
        if role in columns:
            parts[part] = columns[role]
    if charge := columns.get("total", columns.get("fare")):
        parts["charge"] = charge
    if "tip" in columns and "fare" in columns:
        known = f"{columns['fare']} >= {_CENT} AND {columns['fare']} < {_SAFE}"
        known += f" AND {columns['tip']} >= 0 AND {columns['tip']} < {_SAFE}"
        known += f" AND {columns['payment']} = {CARD}" if "payment" in columns else ""
        # In tenths; a cent on a long ride is less than one, and still a tip.
        percent = f"floor({columns['tip']} / {columns['fare']} * 1000 + 0.5) / 10"
        least = f"CASE WHEN {columns['tip']} > 0 THEN 0.01 ELSE 0 END"
        parts["tip_percent"] = f"CASE WHEN {known} THEN greatest({percent}, {least}) END"
    return parts


_BINS: Mapping[str, Callable[[of.Distribution], dict[int, int]]] = {
    "charge": of.CHARGE_BINS.of,
    "miles": of.MILE_BINS.of,
    "seconds": lambda seconds: of.MINUTE_BINS.of(_in_minutes(seconds)),
}


def _in_minutes(seconds: of.Distribution) -> dict[float, int]:
    minutes: Counter[float] = Counter()
    for value, trips in of.finite(seconds).items():
        minutes[value / 60] += trips
    return minutes


def _figures(spread: Mapping[str, of.Distribution]) -> dict[str, float]:
    seconds = spread["seconds"]
    found: dict[str, float | None] = {
        "ninetieth_seconds": of.quantile(seconds, 0.9),
        "seconds_beyond": sum(n for value, n in seconds.items() if value > SECOND_LIMIT),
        "backward_trips": of.count_below_zero(seconds),
    }
    if (charges := spread.get("charge")) is not None:
        found |= {
            "charges": of.total_within(charges, CHARGE_LIMIT),
            "charges_beyond": of.count_beyond(charges, CHARGE_LIMIT),
            "charges_below_zero": of.count_below_zero(charges),
            "median_charge": of.quantile(charges, 0.5),
            "median_fare": of.quantile(spread["fare"], 0.5) if "fare" in spread else None,
        }
    if (miles := spread.get("miles")) is not None:
        found |= {
            "median_miles": of.quantile(miles, 0.5),
            "miles_beyond": sum(n for value, n in miles.items() if value > MILE_LIMIT),
        }
    if (tips := spread.get("tip_percent")) is not None:
        known = sum(tips.values())
        tipped = sum(n for value, n in tips.items() if value > 0)
        found |= {
            "tips_known": known,
            "tipped_percent": 100 * tipped / known if known else None,
            "median_tip_percent": of.quantile(tips, 0.5),
        }
    return {name: float(value) for name, value in found.items() if value is not None}


def _texts(counts: Mapping[object, int]) -> dict[str, int]:
    texts: Counter[str] = Counter()
    for value, trips in counts.items():
        texts["" if value is None else str(value)] += trips
    return texts


def _numbers(counts: Mapping[object, int]) -> dict[float, int]:
    return {float(str(value)): trips for value, trips in counts.items() if value is not None}
