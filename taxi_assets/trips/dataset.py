"""A dataset: one kind of taxi, its columns and the months that are published of it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from taxi_assets.errors import InvalidMonthError
from taxi_assets.trips.column import Column
from taxi_assets.trips.month import Month


@dataclass(frozen=True, eq=False)
class Dataset:
    """One kind of taxi.

    Attributes:
        taxi: its name in files, tables and assets, such as ``green``.
        title: its name for people.
        columns: the published columns in the order of the merged table.
        pickup: name of the column with the time of pickup.
        dropoff: name of the column with the time of dropoff.
        first_month: the first month that TLC publishes as Parquet.
        csv_first_month: the first month of the CSV releases.
        csv_last_month: the last month of the CSV releases.
    """

    taxi: str
    title: str
    columns: tuple[Column, ...]
    pickup: str
    dropoff: str
    first_month: Month
    csv_first_month: Month
    csv_last_month: Month

    @property
    def table(self) -> str:
        """Name of its merged table and of its assets, as the published files spell it."""
        return f"{self.taxi}_tripdata"

    @cached_property
    def csv_columns(self) -> tuple[Column, ...]:
        """The columns of the CSV releases, in the order of their header."""
        placed = [c for c in self.columns if c.csv_position is not None]
        return tuple(sorted(placed, key=lambda column: column.csv_position or 0))

    @cached_property
    def csv_header(self) -> str:
        """The first line of each CSV release, without its line end."""
        return ",".join(column.name for column in self.csv_columns)

    @cached_property
    def parquet_columns(self) -> dict[str, Column]:
        """Every name that a Parquet file may use, in lower case, and the column it means."""
        return {name.lower(): column for column in self.columns for name in column.parquet_names}

    @property
    def row_id_key(self) -> tuple[str, ...]:
        """The columns whose texts, concatenated, are hashed into ``unique_row_id``."""
        return (
            "VendorID",
            self.pickup,
            self.dropoff,
            "PULocationID",
            "DOLocationID",
            "fare_amount",
            "trip_distance",
        )

    def column(self, name: str) -> Column:
        """The column of that name."""
        return next(column for column in self.columns if column.name == name)

    def require(self, month: Month) -> Month:
        """The month itself, if TLC can have published it.

        Raises:
            InvalidMonthError: it lies before the dataset's first month.
        """
        if month < self.first_month:
            raise InvalidMonthError(
                f"{month} lies before the first month of {self.taxi} trips, {self.first_month}",
                f"ask for {self.first_month} or later",
            )
        return month
