"""Odd rows that real months have and that are not errors. A jump in their number is suspicious.

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
        name: name of the figure that counts them.
        title: a phrase for such rows, for people.
        roles: roles of the columns that the condition needs; a dataset without one of them does
            not have the figure.
        form: the SQL condition of such rows; ``{role}`` stands for the column of a role.
    """

    name: str
    title: str
    roles: tuple[str, ...]
    form: str

    def is_of(self, dataset: Dataset) -> bool:
        """Whether the dataset has all columns that the condition needs."""
        return set(self.roles) <= dataset.roles.keys()

    def condition(self, dataset: Dataset, identifier: Identifier) -> str:
        """The SQL condition of such rows; ``identifier`` quotes the names of columns."""
        columns = {role: identifier(name) for role, name in dataset.roles.items()}
        return self.form.format(**columns)


EMPTY_VENDORS = Oddity("empty_vendors", "rows without a vendor", ("vendor",), "{vendor} IS NULL")

ODDITIES = (
    EMPTY_VENDORS,
    Oddity("zero_distances", "trips of no distance", ("distance",), "{distance} = 0"),
    Oddity("negative_fares", "negative fares", ("fare",), "{fare} < 0"),
    Oddity(
        "backward_trips",
        "dropoffs before their pickup",
        ("pickup", "dropoff"),
        "{dropoff} < {pickup}",
    ),
    Oddity(
        "unknown_zones",
        "pickups or dropoffs in no known zone",
        ("pickup_zone", "dropoff_zone"),
        f"coalesce({{pickup_zone}}, '{UNKNOWN_ZONE}') = '{UNKNOWN_ZONE}' "
        f"OR coalesce({{dropoff_zone}}, '{UNKNOWN_ZONE}') = '{UNKNOWN_ZONE}'",
    ),
)
"""Every kind of odd row. It is counted if a dataset has the columns that its condition needs."""


def oddities_of(dataset: Dataset) -> tuple[Oddity, ...]:
    """The kinds of odd rows that are counted in the dataset's months."""
    return tuple(oddity for oddity in ODDITIES if oddity.is_of(dataset))
