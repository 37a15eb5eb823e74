"""What New York's meters charge beside the fare, and what else they tell."""

from collections.abc import Mapping

import numpy as np

from taxi_assets.source.synthetic.draw import Integers, quantiles, weighted
from taxi_assets.trips.month import Month
from taxi_assets.trips.zones import ZONE_COUNT

CONGESTION_SINCE = Month(2019, 2)
"""The surcharge was levied from February 2019; the files leave its column empty before."""

CARD, CASH, DISPUTE = 1, 2, 4
"""Codes of payment."""

NEGOTIATED = 5
"""Code of the rate that is agreed on."""

IMPROVEMENT_CENTS = 30
STORED_TEXTS = ("N", "Y")

_MTA_TAX_CENTS = 50
_TOLL_CENTS = 612
_TOLL_FROM = 800  # hundredths of a mile

# Zones south of 96th Street: "Yellow Zone" in TLC's zone lookup.
_SURCHARGED_ZONES = (
    *(4, 12, 13, 24, 43, 45, 48, 50, 68, 79, 87, 88, 90, 100, 103, 104, 105, 107, 113, 114, 125),
    *(137, 140, 141, 142, 143, 144, 148, 151, 158, 161, 162, 163, 164, 170, 186, 194, 209, 211),
    *(224, 229, 230, 231, 232, 233, 234, 236, 237, 238, 239, 246, 249, 261, 262, 263),
)
_IS_SURCHARGED = np.isin(np.arange(ZONE_COUNT + 1), _SURCHARGED_ZONES)

# The tariff's extra by hour: 50 cents at night, a dollar on the evenings of weekdays.
_WEEKEND_EXTRA = [50] * 6 + [0] * 14 + [50] * 4
_WEEKDAY_EXTRA = [50] * 6 + [0] * 10 + [100] * 4 + [50] * 4

TOLLED: Integers = weighted({0: 75, _TOLL_CENTS: 25})
RATES: Integers = weighted({1: 9790, 2: 90, 3: 8, 4: 12, NEGOTIATED: 99, 99: 1})
STORED: Integers = weighted({0: 993, 1: 7})
TIPS_PERCENT: Integers = weighted({0: 9, 10: 6, 15: 14, 18: 8, 20: 42, 25: 13, 30: 8})
SPEEDS_MPH: Integers = quantiles((0, 4), (100, 7), (500, 11), (900, 16), (1000, 28))


def fare_cents(distance: Integers, seconds: Integers) -> Integers:
    """The fare by the tariff of 2012 to 2022.

    $2.50, then 50 cents for each fifth of a mile and each minute (a third of them) of standing.
    """
    return 250 + 50 * (distance // 20 + seconds // 180)


def toll_cents(distance: Integers, tolled: Integers) -> Integers:
    """The tolls of trips: long ones may pass a bridge."""
    return np.where(distance > _TOLL_FROM, tolled, 0)


def extra_cents(month: Month, seconds: Integers) -> Integers:
    """The extras of trips that begin so many seconds after the month's first midnight."""
    week = [_WEEKDAY_EXTRA] * 5 + [_WEEKEND_EXTRA] * 2
    first = month.start.weekday()
    by_hour = np.array(week[first:] + week[:first], dtype=np.int64).ravel()
    return by_hour[seconds // 3600 % (7 * 24)]


def mta_tax_cents(rate: Integers) -> Integers:
    """The tax for the transit authority: none on rates that are agreed on."""
    return np.where(rate == NEGOTIATED, 0, _MTA_TAX_CENTS)


def congestion_cents(zones: Mapping[str, Integers], cents: int, fare: Integers) -> Integers:
    """The congestion surcharge of trips that begin or end where it is levied."""
    touches = np.zeros_like(fare, dtype=bool)
    for zone in zones.values():
        touches |= _IS_SURCHARGED[zone]
    return touches * cents
