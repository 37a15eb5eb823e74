"""The trips of a block of rows, in whole numbers, and how one figure follows from others."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from taxi_assets.source.synthetic import tariff
from taxi_assets.source.synthetic.clock import Beginnings
from taxi_assets.source.synthetic.draw import LOTS_PER_WORD, Integers, Lots, Stream, weighted
from taxi_assets.source.synthetic.profile import Profile
from taxi_assets.trips.month import Month

METERED_LOTS = 12
UNMETERED_LOTS = 8

_SECONDS_AT_1_MPH = 36  # for a hundredth of a mile
_UNMETERED_TIPS = weighted({275: 62, 0: 38})


@dataclass
class Trips:
    """Rows of a month, column by column; what all rows leave empty is not there.

    Figures are named as in `Profile.columns`; ``fare`` is there even where no column has it.

    Attributes:
        pickup: in seconds of the month's `Calendar`.
        dropoff: the same.
        distance: in hundredths of a mile.
        amounts: figures in cents.
        codes: figures that are written as whole numbers.
        places: figures that are texts, as places among the texts there are.
    """

    pickup: Integers
    dropoff: Integers
    distance: Integers
    amounts: dict[str, Integers]
    codes: dict[str, Integers]
    places: dict[str, Integers]

    @property
    def total(self) -> Integers:
        """What the passenger was charged, in cents: the sum of the amounts."""
        total: Integers = np.sum(list(self.amounts.values()), axis=0)
        return total


def metered_trips(
    profile: Profile, month: Month, begin: Beginnings, lots: Lots, surcharged: bool
) -> Trips:
    """Trips as the meters report them.

    Two that begin in the same second end in different ones: the round that a row belongs to is
    the remainder of its duration.

    Args:
        profile: the kind of taxi.
        month: the month they begin in.
        begin: when they begin.
        lots: METERED_LOTS draws a row; the first is the one that ``begin`` was drawn with.
        surcharged: whether the congestion surcharge is levied yet.
    """
    # Each draw decides one thing. A table uses its high bits first, so low bits are free.
    _, by_speed, by_distance, by_pickup, by_dropoff, by_vendor = lots[:, :6].T
    by_passengers, by_payment, by_tip, by_toll, by_rate, by_stored = lots[:, 6:].T
    places = _drawn({"vendor": (profile.vendors, by_vendor)})
    distance = profile.distances[by_distance]
    if "vendor" in places:
        # The first vendor's meters measure tenths.
        distance = np.where(places["vendor"] == 0, distance // 10 * 10, distance)
    speed_mph = tariff.SPEEDS_MPH[by_speed] + distance // 300
    seconds = distance * _SECONDS_AT_1_MPH // speed_mph + 5 + by_speed % 60
    seconds = seconds // begin.rounds * begin.rounds + begin.round
    zones = _drawn(
        {
            "pickup_zone": (profile.pickup_zones, by_pickup),
            "dropoff_zone": (profile.dropoff_zones, by_dropoff),
        }
    )
    rate, fare = tariff.RATES[by_rate], tariff.fare_cents(distance, seconds)
    charged = {
        "extra": tariff.extra_cents(month, begin.seconds),
        "mta_tax": tariff.mta_tax_cents(rate),
        "tolls": tariff.toll_cents(distance, tariff.TOLLED[by_toll]),
        "improvement": np.full_like(fare, tariff.IMPROVEMENT_CENTS),
    }
    if surcharged:
        charged["congestion"] = tariff.congestion_cents(zones, profile.congestion_cents, fare)
    codes = zones | _drawn({"passengers": (profile.passengers, by_passengers)})
    of_meter = {"rate": rate, "trip_type": np.where(rate == tariff.NEGOTIATED, 2, 1)}
    of_meter |= _drawn({"payment": (profile.payments, by_payment)})
    trips = Trips(
        pickup=begin.seconds.copy(),
        dropoff=begin.seconds + seconds,
        distance=distance,
        amounts={"fare": fare} | _known(profile, charged),
        codes=codes | _known(profile, of_meter),
        places=places | _known(profile, {"stored": tariff.STORED[by_stored]}),
    )
    if "tip" in profile.columns:
        tip = trips.total * tariff.TIPS_PERCENT[by_tip] // 100
        # Cash tips are not recorded.
        paid_by_card = of_meter.get("payment", tariff.CARD) == tariff.CARD
        trips.amounts["tip"] = np.where(paid_by_card, tip, 0)
    return trips


def unmetered_trips(profile: Profile, begin: Beginnings, lots: Lots) -> Trips:
    """Trips that another way than the meter reported: whole minutes, uneven fares, empty codes.

    Two that begin in the same minute differ in distance: the round that a row belongs to is
    the remainder of its distance.

    Args:
        profile: the kind of taxi.
        begin: when they begin.
        lots: UNMETERED_LOTS draws a row; the first is the one that ``begin`` was drawn with.
    """
    assert profile.unmetered is not None
    assert profile.unmetered_distances is not None
    _, by_speed, by_distance, by_pickup, by_dropoff, by_toll, by_tip, by_fare = lots.T
    distance = profile.unmetered_distances[by_distance]
    distance = distance // begin.rounds * begin.rounds + begin.round
    speed_mph = tariff.SPEEDS_MPH[by_speed] + distance // 150
    minutes = distance * _SECONDS_AT_1_MPH // speed_mph // 60 + 1 + by_speed % 4
    fare = 500 + distance * 2 + minutes * 25 + by_fare % 400
    # Always two decimals: texts joined without a separator, as unique_row_id does, then still
    # tell where the distance begins.
    fare += fare % 10 == 0
    nothing = np.zeros_like(fare)
    charged = {
        "extra": nothing,
        "mta_tax": nothing,
        "tip": _UNMETERED_TIPS[by_tip],
        "tolls": tariff.toll_cents(distance, tariff.TOLLED[by_toll]),
        "improvement": np.full_like(fare, tariff.IMPROVEMENT_CENTS),
    }
    if profile.unmetered.congestion:
        charged["congestion"] = nothing
    zones = {
        "pickup_zone": (profile.dropoff_zones, by_pickup),
        "dropoff_zone": (profile.dropoff_zones, by_dropoff),
    }
    return Trips(
        pickup=begin.seconds,
        dropoff=begin.seconds + minutes * 60,
        distance=distance,
        amounts={"fare": fare} | _known(profile, charged),
        codes=_drawn(zones),
        places={},
    )


def draw_texts(trips: Trips, profile: Profile, stream: Stream) -> None:
    """Give the rows the texts of further columns, by their weights."""
    if not profile.texts:
        return
    words = -(-len(profile.texts) // LOTS_PER_WORD)
    lots = stream.lots(len(trips.pickup), words * LOTS_PER_WORD)
    for number, (name, (table, _)) in enumerate(profile.texts.items()):
        trips.places[name] = table[lots[:, number]]


def _known(profile: Profile, figures: Mapping[str, Integers]) -> dict[str, Integers]:
    """Those figures that the dataset has a column for."""
    return {name: values for name, values in figures.items() if name in profile.columns}


def _drawn(tables: Mapping[str, tuple[Integers | None, Lots]]) -> dict[str, Integers]:
    """The figures that there are tables for."""
    return {name: table[lots] for name, (table, lots) in tables.items() if table is not None}
