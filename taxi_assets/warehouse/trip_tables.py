"""What the assets and checks of merged tables ask of a warehouse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, TypeVar

from taxi_assets.lake.lake import Lake
from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.rows.reading import OpenMonth
from taxi_assets.trips.column import ColumnType
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.checks import MonthFigures
from taxi_assets.warehouse.loading import Loaded
from taxi_assets.warehouse.reconcile import MonthState

ResourceT = TypeVar("ResourceT", contravariant=True)


@dataclass(frozen=True)
class Attempt:
    """A try at an asset's step.

    Attributes:
        run_id: Dagster's run.
        retry: 0 for the step's first try in the run.
    """

    run_id: str
    retry: int = 0


class TripTables(Protocol[ResourceT]):
    """The merged tables of one warehouse, whose resource is of type ``ResourceT``."""

    @property
    def name(self) -> str:
        """Key of the warehouse's resource, and name of its pool, its group and its kind."""

    @property
    def types(self) -> Mapping[ColumnType, str]:
        """The warehouse's type for each column type."""

    def full_name(self, table: str) -> str:
        """A table's name with that of its schema."""

    def description(self, dataset: Dataset) -> str:
        """What the dataset's merged table holds, and how a month gets there."""

    def load(
        self,
        resource: ResourceT,
        lake: Lake,
        month: OpenMonth,
        attempt: Attempt,
        force: bool,
        /,
    ) -> Loaded:
        """Make the month's rows equal to the landed file, and keep its rejects.

        Raises:
            InvalidFileError: values do not fit; the month is as it was.
        """

    def replace_zones(
        self, resource: ResourceT, lake: Lake, landed: LandedFile, attempt: Attempt, /
    ) -> int:
        """Make the table ``zones`` equal to the landed file; how many zones there are."""

    def measure(self, resource: ResourceT, file: TripFile) -> MonthFigures:
        """The figures that the checks of a file's month judge."""

    def state(self, resource: ResourceT, file: TripFile) -> MonthState:
        """A file's month as warehouses are compared by it."""
