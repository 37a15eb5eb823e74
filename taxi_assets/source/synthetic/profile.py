"""What tells the taxis apart: when, where, how far they drive and who pays how.

Round figures in the neighbourhood of what the published months show; they make a chart of
synthetic trips look like a city, and prove nothing about New York.
"""

from dataclasses import dataclass, field

from taxi_assets.source.synthetic.draw import Integers, quantiles, weighted
from taxi_assets.trips.month import Month

ZONES = 265
CONGESTION_SINCE = Month(2019, 2)
"""The surcharge was levied from February 2019; the files leave its column empty before."""

# Zones south of 96th Street: "Yellow Zone" in TLC's zone lookup.
SURCHARGED_ZONES = (
    *(4, 12, 13, 24, 43, 45, 48, 50, 68, 79, 87, 88, 90, 100, 103, 104, 105, 107, 113, 114, 125),
    *(137, 140, 141, 142, 143, 144, 148, 151, 158, 161, 162, 163, 164, 170, 186, 194, 209, 211),
    *(224, 229, 230, 231, 232, 233, 234, 236, 237, 238, 239, 246, 249, 261, 262, 263),
)


def _zones(busiest: tuple[int, ...], quiet_weight: int) -> Integers:
    quiet = dict.fromkeys(range(1, ZONES + 1), quiet_weight)
    return weighted(quiet | {zone: 400 - 10 * rank for rank, zone in enumerate(busiest)})


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


_YELLOW_BUSY = (
    *(237, 236, 161, 132, 162, 186, 230, 170, 142, 48, 138, 234, 163, 239, 141, 68, 79, 107),
    *(238, 164, 263, 249, 140, 229, 246, 100, 231, 113, 114, 137, 90, 262, 143, 43, 233, 50),
)
_GREEN_PICKUPS = (74, 75, 41, 42, 166, 95, 97, 244, 82, 7, 65, 116, 181, 129, 152, 43, 33, 25, 260)
_GREEN_DROPOFFS = (74, 75, 42, 41, 236, 166, 238, 244, 263, 116, 151, 7, 61, 97, 129, 82, 262, 239)

PROFILES = {
    "yellow": Profile(
        weekday_hours=(
            *(28, 16, 9, 6, 7, 14, 36, 62, 76, 76, 74, 77),
            *(82, 83, 87, 86, 80, 92, 106, 104, 94, 88, 76, 52),
        ),
        weekend_hours=(
            *(84, 70, 55, 38, 21, 9, 13, 21, 34, 53, 70, 82),
            *(90, 91, 90, 89, 86, 88, 92, 86, 75, 72, 74, 66),
        ),
        pickup_zones=_zones(_YELLOW_BUSY, 3),
        dropoff_zones=_zones(_YELLOW_BUSY, 11),
        distances=quantiles(
            *((0, 0), (12, 0), (14, 10), (100, 60), (250, 98), (500, 165), (750, 306)),
            *((900, 790), (970, 1650), (998, 2150), (1000, 3900)),
        ),
        vendors=weighted({1: 36, 2: 64}),
        passengers=weighted({1: 715, 2: 145, 3: 42, 4: 20, 5: 35, 6: 23, 0: 20}),
        payments=weighted({1: 7200, 2: 2690, 3: 70, 4: 40}),
        congestion_cents=250,
        unmetered_percent=2,
        unmetered_since=Month(2020, 1),
        unmetered_congestion=True,
        unmetered_distances=quantiles((0, 10), (250, 780), (750, 1710), (990, 2620), (1000, 3900)),
    ),
    "green": Profile(
        weekday_hours=(
            *(20, 13, 9, 8, 10, 18, 40, 70, 90, 86, 80, 80),
            *(82, 82, 92, 104, 108, 114, 112, 92, 74, 58, 46, 32),
        ),
        weekend_hours=(
            *(56, 44, 34, 26, 20, 14, 18, 26, 40, 56, 68, 76),
            *(82, 84, 86, 88, 88, 88, 86, 78, 68, 60, 54, 44),
        ),
        pickup_zones=_zones(_GREEN_PICKUPS, 6),
        dropoff_zones=_zones(_GREEN_DROPOFFS, 14),
        distances=quantiles(
            *((0, 0), (40, 0), (45, 10), (100, 52), (250, 104), (500, 184), (750, 365)),
            *((900, 730), (990, 2400), (1000, 3800)),
        ),
        vendors=weighted({1: 17, 2: 83}),
        passengers=weighted({1: 880, 2: 66, 3: 14, 4: 5, 5: 18, 6: 14, 0: 3}),
        payments=weighted({1: 5600, 2: 4300, 3: 75, 4: 25}),
        congestion_cents=275,
        unmetered_percent=40,
        unmetered_since=Month(2020, 3),
        unmetered_congestion=False,
        unmetered_distances=quantiles(
            (0, 0), (17, 0), (100, 198), (500, 800), (900, 1400), (1000, 2800)
        ),
    ),
}
