"""The profile of a dataset's synthetic months, as plain figures.

The figures are round numbers close to those of the published months. Charts of synthetic trips
look realistic, but they prove nothing about New York.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields

from taxi_assets.trips.month import Month

Curve = tuple[tuple[int, int], ...]
"""Points ``(rank in thousandths, value)``. Ranks rise from 0 to 1000; values between two points are
interpolated linearly."""

NumberWeights = Mapping[int, int]
"""Relative frequency of each whole number."""

TextWeights = Mapping[str, int]
"""Relative frequency of each text. The text ``''`` is an empty value."""


@dataclass(frozen=True)
class ZoneTraffic:
    """The distribution of trips over the zones.

    Attributes:
        busiest: the busiest zones, the busiest first.
        quiet_weight: weight of each other zone; the busiest zone has 400.
    """

    busiest: tuple[int, ...]
    quiet_weight: int


@dataclass(frozen=True)
class Meter:
    """The columns that a taxi's meter fills in addition to the roles, and some of its figures.

    Attributes:
        payments: weights of the codes of payment; 1 is a card, and only card tips are recorded.
        congestion_cents: surcharge, in cents, of a trip that touches a zone with the surcharge.
        rate: column of the rate's code.
        stored: column of the flag ``Y`` or ``N``: whether the record waited for a connection.
        extra: column of the extras by hour.
        mta_tax: column of the tax for the transit authority.
        tolls: column of the tolls.
        improvement: column of the surcharge for the improvement of taxis.
        congestion: column of the congestion surcharge.
        payment: column of the code of payment.
        trip_type: column that tells how the trip began.
    """

    payments: NumberWeights
    congestion_cents: int
    rate: str | None = None
    stored: str | None = None
    extra: str | None = None
    mta_tax: str | None = None
    tolls: str | None = None
    improvement: str | None = None
    congestion: str | None = None
    payment: str | None = None
    trip_type: str | None = None

    @property
    def columns(self) -> Iterator[tuple[str, str]]:
        """Each attribute that names a column, and the name of that column."""
        figures = ("payments", "congestion_cents")
        for field_ in fields(self):
            name = getattr(self, field_.name)
            if field_.name not in figures and name is not None:
                yield field_.name, name


@dataclass(frozen=True)
class Unmetered:
    """The rows without a vendor, in one block at the end of the file.

    Attributes:
        percent: their share of the rows.
        since: the first month that has such rows.
        congestion: whether their congestion surcharge is 0; otherwise it is empty.
        distances: curve of their distances in hundredths of a mile.
    """

    percent: int
    since: Month
    congestion: bool
    distances: Curve


@dataclass(frozen=True)
class SyntheticProfile:
    """The shape of one dataset's months.

    Attributes:
        weekday_hours: relative traffic in each hour of a day from Monday to Friday.
        weekend_hours: the same for Saturday and Sunday.
        distances: curve of distances in hundredths of a mile; the duration of a trip follows from
            its distance.
        pickups: zones where trips begin; None for a dataset without zones.
        dropoffs: zones where they end.
        vendors: weights of the vendors' codes; meters of the first one measure tenths of a mile.
        passengers: weights of the numbers of passengers.
        meter: the columns of a taxi's meter; None if there is none.
        unmetered: the rows without a vendor; None if there are none.
        texts: weights of the texts of further columns, by the column's name.
        ahead_seconds: for further times, by the column's name, how long they precede the pickup.
        duration: the column of a trip's duration in whole seconds; None if there is none.
    """

    weekday_hours: tuple[int, ...]
    weekend_hours: tuple[int, ...]
    distances: Curve
    pickups: ZoneTraffic | None = None
    dropoffs: ZoneTraffic | None = None
    vendors: TextWeights = field(default_factory=dict)
    passengers: NumberWeights = field(default_factory=dict)
    meter: Meter | None = None
    unmetered: Unmetered | None = None
    texts: Mapping[str, TextWeights] = field(default_factory=dict)
    ahead_seconds: Mapping[str, int] = field(default_factory=dict)
    duration: str | None = None
