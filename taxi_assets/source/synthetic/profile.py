"""A dataset's profile as tables that draws are looked up in."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from taxi_assets.source.synthetic.draw import Integers, quantiles, weighted
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.synthetic_profile import TextWeights, Unmetered, ZoneTraffic
from taxi_assets.trips.zones import ZONE_COUNT

_BUSIEST_WEIGHT = 400
_WEIGHT_STEP = 10


@dataclass(frozen=True)
class Profile:
    """The shape of one dataset's months. Tables are looked up with a draw of 16 bits.

    Attributes:
        weekday_hours: relative traffic in each hour of a day from Monday to Friday.
        weekend_hours: the same for Saturday and Sunday.
        distances: table of distances in hundredths of a mile.
        pickup_zones: table of zones where trips begin; None for a dataset without zones.
        dropoff_zones: table of zones where they end.
        vendors: table of places in `vendor_texts`.
        vendor_texts: the codes of the vendors.
        passengers: table of numbers of passengers.
        payments: table of codes of payment.
        congestion_cents: surcharge of a trip that touches the zones where it is levied.
        columns: the column that holds a figure, by the figure's name: its role, what a meter calls
            it, ``duration``, or ``texts.`` or ``ahead.`` and the column's own name.
        reversals: whether a fare and its reversal have different row ids, so that there may be
            such pairs.
        unmetered: the rows without a vendor.
        unmetered_distances: table of their distances in hundredths of a mile.
        texts: by the figure's name, the table of places in its texts, and these.
        ahead_seconds: by the figure's name, how long a further time precedes the pickup.
    """

    weekday_hours: tuple[int, ...]
    weekend_hours: tuple[int, ...]
    distances: Integers
    pickup_zones: Integers | None
    dropoff_zones: Integers | None
    vendors: Integers | None
    vendor_texts: tuple[str, ...]
    passengers: Integers | None
    payments: Integers | None
    congestion_cents: int
    columns: Mapping[str, str]
    reversals: bool
    unmetered: Unmetered | None
    unmetered_distances: Integers | None
    texts: Mapping[str, tuple[Integers, tuple[str, ...]]]
    ahead_seconds: Mapping[str, int]


@cache
def profile_of(dataset: Dataset) -> Profile:
    """The tables of that dataset's profile."""
    plain = dataset.synthetic
    meter, unmetered = plain.meter, plain.unmetered
    of_meter = dict(meter.columns) if meter else {}
    return Profile(
        weekday_hours=plain.weekday_hours,
        weekend_hours=plain.weekend_hours,
        distances=quantiles(*plain.distances),
        pickup_zones=_zones(plain.pickups) if plain.pickups else None,
        dropoff_zones=_zones(plain.dropoffs) if plain.dropoffs else None,
        vendors=_places(plain.vendors) if plain.vendors else None,
        vendor_texts=tuple(plain.vendors),
        passengers=weighted(plain.passengers) if plain.passengers else None,
        payments=weighted(meter.payments) if meter else None,
        congestion_cents=meter.congestion_cents if meter else 0,
        columns={
            **dataset.roles,
            **of_meter,
            **{_figure(name): name for name in plain.texts},
            **{_ahead(name): name for name in plain.ahead_seconds},
            **({"duration": plain.duration} if plain.duration else {}),
        },
        reversals=dataset.fare in dataset.row_id_key,
        unmetered=unmetered,
        unmetered_distances=quantiles(*unmetered.distances) if unmetered else None,
        texts={_figure(name): (_places(t), tuple(t)) for name, t in plain.texts.items()},
        ahead_seconds={_ahead(name): seconds for name, seconds in plain.ahead_seconds.items()},
    )


def _figure(column: str) -> str:
    return f"texts.{column}"


def _ahead(column: str) -> str:
    return f"ahead.{column}"


def _zones(traffic: ZoneTraffic) -> Integers:
    weights = dict.fromkeys(range(1, ZONE_COUNT + 1), traffic.quiet_weight)
    for rank, zone in enumerate(traffic.busiest):
        weights[zone] = _BUSIEST_WEIGHT - _WEIGHT_STEP * rank
    return weighted(weights)


def _places(texts: TextWeights) -> Integers:
    return weighted(dict(enumerate(texts.values())))
