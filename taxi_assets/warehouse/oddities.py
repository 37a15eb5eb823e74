"""What is odd in real months and no error: counted in each, so that a jump shows.

The conditions are SQL that every warehouse understands.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.zones import UNKNOWN_ZONE

Identifier = Callable[[str], str]


@dataclass(frozen=True)
class Oddity:
    """A kind of odd row.

    Attributes:
        name: what the figure is called.
        title: what such rows are, for people.
        condition: the SQL condition of such rows, given how names of columns are written.
    """

    name: str
    title: str
    condition: Callable[[Dataset, Identifier], str]


EMPTY_VENDORS = Oddity(
    "empty_vendors",
    "rows without a VendorID",
    lambda _, identifier: f"{identifier('VendorID')} IS NULL",
)

ODDITIES = (
    EMPTY_VENDORS,
    Oddity(
        "zero_distances",
        "trips of no distance",
        lambda _, identifier: f"{identifier('trip_distance')} = 0",
    ),
    Oddity(
        "negative_fares",
        "negative fares",
        lambda _, identifier: f"{identifier('fare_amount')} < 0",
    ),
    Oddity(
        "backward_trips",
        "dropoffs before their pickup",
        lambda dataset, identifier: f"{identifier(dataset.dropoff)} < {identifier(dataset.pickup)}",
    ),
    Oddity(
        "unknown_zones",
        "pickups or dropoffs in no known zone",
        lambda _, identifier: " OR ".join(
            f"coalesce({identifier(name)}, '{UNKNOWN_ZONE}') = '{UNKNOWN_ZONE}'"
            for name in ("PULocationID", "DOLocationID")
        ),
    ),
)
"""Every kind that is counted."""
