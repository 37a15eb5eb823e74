"""Quantiles, sums and histograms of values, from the number of trips that have each value.

Values that are no numbers (NaN) count as missing. Sums leave values out that are too far away to
be real, so that one broken meter does not decide a city's total; how many is counted.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

Distribution = Mapping[float, int]
"""Number of trips by value."""


@dataclass(frozen=True)
class Bins:
    """The bars of a histogram: each is ``width`` wide, the first begins at 0.

    Values below 0 are not in it. The last bar holds all values from ``last`` on, so that a few
    outliers do not stretch the axis.
    """

    width: int
    last: int

    def of(self, values: Distribution) -> dict[int, int]:
        """Number of trips by the lower end of their bar."""
        found: dict[int, int] = {}
        for value, trips in values.items():
            if math.isfinite(value) and value >= 0:
                start = min(math.floor(value / self.width) * self.width, self.last)
                found[start] = found.get(start, 0) + trips
        return found


CHARGE_BINS = Bins(5, 100)
"""Dollars. Of real yellow and green months, less than 1 % of the charges are higher."""
MILE_BINS = Bins(1, 25)
MINUTE_BINS = Bins(5, 90)


def finite(values: Distribution) -> dict[float, int]:
    """The values that are numbers."""
    return {value: trips for value, trips in values.items() if math.isfinite(value)}


def quantile(values: Distribution, share: float) -> float | None:
    """The value below which that share of the trips lies; None without values.

    Between two values it is interpolated, as ``percentile_cont`` does in SQL.
    """
    known = finite(values)
    total = sum(known.values())
    if not total:
        return None
    place = share * (total - 1)
    low, high = math.floor(place), math.ceil(place)
    passed, found = 0, []
    for value in sorted(known):
        found += [value for rank in (low, high) if passed <= rank < passed + known[value]]
        passed += known[value]
    return found[0] + (found[-1] - found[0]) * (place - low)


def total_within(values: Distribution, limit: float) -> float:
    """Sum of the values from ``-limit`` to ``limit``, rounded to cents."""
    return round(math.fsum(v * n for v, n in finite(values).items() if abs(v) <= limit), 2)


def count_beyond(values: Distribution, limit: float) -> int:
    """How many trips have a value above ``limit`` or below ``-limit``."""
    return sum(n for value, n in values.items() if abs(value) > limit)


def count_below_zero(values: Distribution) -> int:
    """How many trips have a negative value."""
    return sum(n for value, n in finite(values).items() if value < 0)
