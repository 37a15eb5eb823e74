"""A dataset: one kind of taxi, its columns, their roles, and its published months."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from taxi_assets.errors import InvalidMonthError
from taxi_assets.trips.column import Column
from taxi_assets.trips.declaration import ROLE_TYPES, refuse_contradictions
from taxi_assets.trips.month import Month
from taxi_assets.trips.synthetic_profile import SyntheticProfile


@dataclass(frozen=True)
class CsvReleases:
    """The months, without a gap, that are published as CSV.

    Attributes:
        first: the first of them.
        last: the last of them.
    """

    first: Month
    last: Month

    def __contains__(self, month: Month) -> bool:
        return self.first <= month <= self.last


@dataclass(frozen=True, eq=False)
class Dataset:
    """One kind of taxi.

    A role gives a column its meaning, such as pickup or fare. Checks, counts, charts and sums are
    derived from the roles. A role that a dataset lacks is None.

    Attributes:
        taxi: its name in files, tables and assets, such as ``green``.
        title: its name for people.
        columns: the published columns in the order of the merged table.
        row_id_key: the columns whose texts, concatenated, are hashed into ``unique_row_id``.
        pickup: the time of pickup.
        dropoff: the time of dropoff.
        first_month: the first month that TLC publishes as Parquet.
        schedule_hour: the hour of the day, in the schedules' time zone, at which the source is
            asked for new months.
        synthetic: the profile of its synthetic months.
        csv_releases: the months published as CSV; None if there are none.
        vendor: the code of the company that sent the record.
        pickup_zone: the code of the zone of pickup.
        dropoff_zone: the code of the zone of dropoff.
        distance: the distance in miles.
        fare: the fare in US dollars.
        tip: the tip in US dollars.
        total: the total charge to the passenger, in US dollars.
        passengers: the number of passengers.
        payment: the code of how the passenger paid, as in `taxi_assets.trips.payments`.
        on_request: whether Dagster has it only where TAXI_TAXIS names it.

    Raises:
        DatasetError: roles, columns, CSV releases or profile contradict each other.
    """

    taxi: str
    title: str
    columns: tuple[Column, ...]
    row_id_key: tuple[str, ...]
    pickup: str
    dropoff: str
    first_month: Month
    schedule_hour: int
    synthetic: SyntheticProfile
    csv_releases: CsvReleases | None = None
    vendor: str | None = None
    pickup_zone: str | None = None
    dropoff_zone: str | None = None
    distance: str | None = None
    fare: str | None = None
    tip: str | None = None
    total: str | None = None
    passengers: str | None = None
    payment: str | None = None
    on_request: bool = False

    def __post_init__(self) -> None:
        refuse_contradictions(self)

    @cached_property
    def roles(self) -> dict[str, str]:
        """The name of the column of each role that the dataset has, by role."""
        names = {role: getattr(self, role) for role in ROLE_TYPES}
        return {role: name for role, name in names.items() if name is not None}

    @property
    def table(self) -> str:
        """Name of its merged table and of its assets, the same as in the published files' names."""
        return f"{self.taxi}_tripdata"

    @cached_property
    def csv_columns(self) -> tuple[Column, ...]:
        """The columns of its CSVs, in the order of their header.

        Its CSV releases and its synthetic months are CSVs. If there are no releases, synthetic
        months have the columns of the table.
        """
        if self.csv_releases is None:
            return self.columns
        placed = [c for c in self.columns if c.csv_position is not None]
        return tuple(sorted(placed, key=lambda column: column.csv_position or 0))

    @cached_property
    def csv_header(self) -> str:
        """The first line of each CSV, without its line end."""
        return ",".join(column.name for column in self.csv_columns)

    @cached_property
    def parquet_columns(self) -> dict[str, Column]:
        """The column of each name that a Parquet file may use, by the name in lower case."""
        return {name.lower(): column for column in self.columns for name in column.parquet_names}

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)

    def require(self, month: Month) -> Month:
        """Return the month, if it is not before the dataset's first month.

        Raises:
            InvalidMonthError: it lies before the dataset's first month.
        """
        if month < self.first_month:
            raise InvalidMonthError(
                f"{month} lies before the first month of {self.taxi} trips, {self.first_month}",
                f"ask for {self.first_month} or later",
            )
        return month
