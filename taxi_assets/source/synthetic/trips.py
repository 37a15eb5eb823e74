"""The trips of a block of rows, in whole numbers, and how one figure follows from others."""

from dataclasses import dataclass

import numpy as np

from taxi_assets.source.synthetic.clock import Beginnings
from taxi_assets.source.synthetic.draw import Integers, Lots, quantiles, weighted
from taxi_assets.source.synthetic.profile import SURCHARGED_ZONES, ZONES, Profile
from taxi_assets.trips.month import Month

METERED_LOTS = 12
UNMETERED_LOTS = 8

# The tariff's extra by hour: 50 cents at night, a dollar on the evenings of weekdays.
_WEEKEND_EXTRA = [50] * 6 + [0] * 14 + [50] * 4
_WEEKDAY_EXTRA = [50] * 6 + [0] * 10 + [100] * 4 + [50] * 4

_CARD = 1
_NEGOTIATED = 5
_TOLL_CENTS = 612
_TOLL_FROM = 800  # hundredths of a mile
_SECONDS_AT_1_MPH = 36  # for a hundredth of a mile

_SPEEDS_MPH = quantiles((0, 4), (100, 7), (500, 11), (900, 16), (1000, 28))
_RATES = weighted({1: 9790, 2: 90, 3: 8, 4: 12, 5: 99, 99: 1})
_FLAGS = weighted({0: 993, 1: 7})
_TIPS_PERCENT = weighted({0: 9, 10: 6, 15: 14, 18: 8, 20: 42, 25: 13, 30: 8})
_UNMETERED_TIPS = weighted({275: 62, 0: 38})
_TOLLS = weighted({0: 75, _TOLL_CENTS: 25})
_IS_SURCHARGED = np.isin(np.arange(ZONES + 1), SURCHARGED_ZONES)


@dataclass
class Trips:
    """Rows of a month, column by column; None where all rows leave a column empty.

    Times are in seconds of the month's `Calendar`, amounts in cents, the distance in
    hundredths of a mile, ``flag`` is 1 for a stored record; the others are TLC's codes.
    """

    pickup: Integers
    dropoff: Integers
    pickup_zone: Integers
    dropoff_zone: Integers
    distance: Integers
    fare: Integers
    extra: Integers
    mta_tax: Integers
    tip: Integers
    tolls: Integers
    improvement: Integers
    congestion: Integers | None
    vendor: Integers | None = None
    flag: Integers | None = None
    rate: Integers | None = None
    passengers: Integers | None = None
    payment: Integers | None = None
    trip_type: Integers | None = None

    @property
    def total(self) -> Integers:
        """What the passenger was charged, in cents: the sum of the other amounts."""
        total = self.fare + self.extra + self.mta_tax + self.tip + self.tolls + self.improvement
        return total if self.congestion is None else total + self.congestion


def _hourly_extra_cents(month: Month) -> Integers:
    """The extra of each hour of a week that begins with the month's first day."""
    week = [_WEEKDAY_EXTRA] * 5 + [_WEEKEND_EXTRA] * 2
    first = month.start.weekday()
    return np.array(week[first:] + week[:first], dtype=np.int64).ravel()


def metered_trips(
    profile: Profile, month: Month, begin: Beginnings, lots: Lots, surcharged: bool
) -> Trips:
    """Trips as the meters report them, fares by the tariff of 2012 to 2022.

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
    by_passengers, by_payment, by_tip, by_toll, by_rate, by_flag = lots[:, 6:].T
    vendor = profile.vendors[by_vendor]
    distance = profile.distances[by_distance]
    # The first vendor's meters measure tenths.
    distance = np.where(vendor == 1, distance // 10 * 10, distance)
    speed_mph = _SPEEDS_MPH[by_speed] + distance // 300
    seconds = distance * _SECONDS_AT_1_MPH // speed_mph + 5 + by_speed % 60
    seconds = seconds // begin.rounds * begin.rounds + begin.round
    pickup_zone = profile.pickup_zones[by_pickup]
    dropoff_zone = profile.dropoff_zones[by_dropoff]
    rate = _RATES[by_rate]
    negotiated = rate == _NEGOTIATED
    # $2.50, then 50 cents for each fifth of a mile and each minute (a third of them) of standing.
    fare = 250 + 50 * (distance // 20 + seconds // 180)
    extra = _hourly_extra_cents(month)[begin.seconds // 3600 % (7 * 24)]
    mta_tax = np.where(negotiated, 0, 50)
    tolls = np.where(distance > _TOLL_FROM, _TOLLS[by_toll], 0)
    improvement = np.full_like(fare, 30)
    touches = _IS_SURCHARGED[pickup_zone] | _IS_SURCHARGED[dropoff_zone]
    congestion = touches * profile.congestion_cents
    payment = profile.payments[by_payment]
    trips = Trips(
        pickup=begin.seconds.copy(),
        dropoff=begin.seconds + seconds,
        pickup_zone=pickup_zone,
        dropoff_zone=dropoff_zone,
        distance=distance,
        fare=fare,
        extra=extra,
        mta_tax=mta_tax,
        tip=np.zeros_like(fare),
        tolls=tolls,
        improvement=improvement,
        congestion=congestion if surcharged else None,
        vendor=vendor,
        flag=_FLAGS[by_flag],
        rate=rate,
        passengers=profile.passengers[by_passengers],
        payment=payment,
        trip_type=np.where(negotiated, 2, 1),
    )
    # Cash tips are not recorded.
    trips.tip = np.where(payment == _CARD, trips.total * _TIPS_PERCENT[by_tip] // 100, 0)
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
    _, by_speed, by_distance, by_pickup, by_dropoff, by_toll, by_tip, by_fare = lots.T
    distance = profile.unmetered_distances[by_distance]
    distance = distance // begin.rounds * begin.rounds + begin.round
    speed_mph = _SPEEDS_MPH[by_speed] + distance // 150
    minutes = distance * _SECONDS_AT_1_MPH // speed_mph // 60 + 1 + by_speed % 4
    fare = 500 + distance * 2 + minutes * 25 + by_fare % 400
    # Always two decimals: texts joined without a separator, as unique_row_id does, then still
    # tell where the distance begins.
    fare += fare % 10 == 0
    return Trips(
        pickup=begin.seconds,
        dropoff=begin.seconds + minutes * 60,
        pickup_zone=profile.dropoff_zones[by_pickup],
        dropoff_zone=profile.dropoff_zones[by_dropoff],
        distance=distance,
        fare=fare,
        extra=np.zeros_like(fare),
        mta_tax=np.zeros_like(fare),
        tip=_UNMETERED_TIPS[by_tip],
        tolls=np.where(distance > _TOLL_FROM, _TOLLS[by_toll], 0),
        improvement=np.full_like(fare, 30),
        congestion=np.zeros_like(fare) if profile.unmetered_congestion else None,
    )
