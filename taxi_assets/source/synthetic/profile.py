"""A dataset's profile as tables that draws are looked up in."""

from dataclasses import dataclass, field
from functools import cache

from taxi_assets.source.synthetic.draw import Integers, quantiles, weighted
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.month import Month
from taxi_assets.trips.synthetic_profile import ZoneTraffic

ZONES = 265
CONGESTION_SINCE = Month(2019, 2)
"""The surcharge was levied from February 2019; the files leave its column empty before."""

# Zones south of 96th Street: "Yellow Zone" in TLC's zone lookup.
SURCHARGED_ZONES = (
    *(4, 12, 13, 24, 43, 45, 48, 50, 68, 79, 87, 88, 90, 100, 103, 104, 105, 107, 113, 114, 125),
    *(137, 140, 141, 142, 143, 144, 148, 151, 158, 161, 162, 163, 164, 170, 186, 194, 209, 211),
    *(224, 229, 230, 231, 232, 233, 234, 236, 237, 238, 239, 246, 249, 261, 262, 263),
)


def _zones(traffic: ZoneTraffic | None) -> Integers:
    assert traffic is not None
    quiet = dict.fromkeys(range(1, ZONES + 1), traffic.quiet_weight)
    return weighted(quiet | {zone: 400 - 10 * rank for rank, zone in enumerate(traffic.busiest)})


@dataclass(frozen=True)
class Profile:
    """The shape of one taxi's months. Tables are looked up with a draw of 16 bits.

    Attributes:
        weekday_hours: relative traffic in each hour of a day from Monday to Friday.
        weekend_hours: the same for Saturday and Sunday.
        pickup_zones: table of zones where trips begin.
        dropoff_zones: table of zones where they end.
        distances: table of distances in hundredths of a mile.
        vendors: table of VendorID.
        passengers: table of passenger_count.
        payments: table of payment_type.
        congestion_cents: surcharge of a trip that begins or ends in SURCHARGED_ZONES.
        unmetered_percent: share of the rows at the end of the file that came without a meter.
        unmetered_since: the first month that has such rows.
        unmetered_congestion: whether these rows say 0 for the surcharge rather than nothing.
        unmetered_distances: table of their distances in hundredths of a mile.
    """

    weekday_hours: tuple[int, ...]
    weekend_hours: tuple[int, ...]
    pickup_zones: Integers = field(repr=False)
    dropoff_zones: Integers = field(repr=False)
    distances: Integers = field(repr=False)
    vendors: Integers = field(repr=False)
    passengers: Integers = field(repr=False)
    payments: Integers = field(repr=False)
    congestion_cents: int
    unmetered_percent: int
    unmetered_since: Month
    unmetered_congestion: bool
    unmetered_distances: Integers = field(repr=False)


@cache
def profile_of(dataset: Dataset) -> Profile:
    """The tables of that dataset's profile."""
    plain = dataset.synthetic
    meter, unmetered = plain.meter, plain.unmetered
    assert meter is not None
    assert unmetered is not None
    return Profile(
        weekday_hours=plain.weekday_hours,
        weekend_hours=plain.weekend_hours,
        pickup_zones=_zones(plain.pickups),
        dropoff_zones=_zones(plain.dropoffs),
        distances=quantiles(*plain.distances),
        vendors=weighted({int(code): weight for code, weight in plain.vendors.items()}),
        passengers=weighted(plain.passengers),
        payments=weighted(meter.payments),
        congestion_cents=meter.congestion_cents,
        unmetered_percent=unmetered.percent,
        unmetered_since=unmetered.since,
        unmetered_congestion=unmetered.congestion,
        unmetered_distances=quantiles(*unmetered.distances),
    )
