"""What a dataset's synthetic months look like, as plain figures.

Round figures in the neighbourhood of what the published months show; they make a chart of
synthetic trips look like a city, and prove nothing about New York.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields

from taxi_assets.trips.month import Month

Curve = tuple[tuple[int, int], ...]
"""Points ``(rank in thousandths, value)``: ranks rise from 0 to 1000, straight lines between."""

NumberWeights = Mapping[int, int]
"""How often each whole number comes, relative to the others."""

TextWeights = Mapping[str, int]
"""How often each text comes, relative to the others; the text ``''`` is an empty value."""


@dataclass(frozen=True)
class ZoneTraffic:
    """How trips spread over the zones.

    Attributes:
        busiest: the busiest zones, the busiest first.
        quiet_weight: weight of each other zone; that of the busiest is 400.
    """

    busiest: tuple[int, ...]
    quiet_weight: int


@dataclass(frozen=True)
class Meter:
    """What the meter of New York's taxis tells beside the roles, and the columns that hold it.

    Attributes:
        payments: weights of the codes of payment; 1 is a card, by which alone tips are recorded.
        congestion_cents: surcharge of a trip that touches the zones where it is levied.
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
        """What it fills, and the name of the column that holds it."""
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
        congestion: whether they say 0 for the congestion surcharge rather than nothing.
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
        distances: curve of distances in hundredths of a mile; they also say how long trips last.
        pickups: zones where trips begin; None for a dataset without zones.
        dropoffs: zones where they end.
        vendors: weights of the vendors' codes; meters of the first one measure tenths of a mile.
        passengers: weights of the numbers of passengers.
        meter: what a taxi's meter tells; None where there is none.
        unmetered: the rows without a vendor; None where there are none.
        texts: weights of the texts of further columns, by the column's name.
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
