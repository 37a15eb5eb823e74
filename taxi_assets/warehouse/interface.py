"""What every warehouse can do. Assets, checks, status and reports ask a warehouse for nothing else.

A new warehouse is a folder with a class like this, and a line in `taxi_assets.settings.choices`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

import dagster as dg
import pyarrow as pa

from taxi_assets.lake.lake import Lake
from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.rows.reading import OpenMonth
from taxi_assets.source.catalog import Catalog
from taxi_assets.sql.dialect import Dialect
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.checks import MonthFigures
from taxi_assets.warehouse.loading import Loaded
from taxi_assets.warehouse.reconcile import HeldMonth
from taxi_assets.warehouse.session import Session


@dataclass(frozen=True)
class Attempt:
    """A try at an asset's step.

    Attributes:
        run_id: Dagster's run; empty outside Dagster.
        retry: 0 for the step's first try in the run.
    """

    run_id: str = ""
    retry: int = 0


@dataclass(frozen=True)
class Estimate:
    """What a warehouse says that loading a month would cost.

    Attributes:
        bytes_billed: bytes that would be read and billed.
        price_usd: their price on demand, in US dollars.
    """

    bytes_billed: int
    price_usd: float


@dataclass(frozen=True)
class AdoptedTable:
    """What became of a table that somebody else had made.

    Attributes:
        table: its name.
        rows: rows that it had, and has.
        months: how many months they are of.
        other_rows: those of them whose ``filename`` is no month's.
        kept_as: where the table still is as it was; None where it is not kept.
    """

    table: str
    rows: int
    months: int
    other_rows: int
    kept_as: str | None = None


class Warehouse(Protocol):
    """One warehouse, as Dagster's resource of its name."""

    @property
    def name(self) -> str:
        """Key of the resource, and name of its pool, its group and its kind."""

    @property
    def dialect(self) -> Dialect:
        """How its SQL is written."""

    def full_name(self, table: str) -> str:
        """A table's name with that of its schema."""

    def description(self, dataset: Dataset) -> str:
        """What the dataset's merged table holds, and how a month gets there."""

    def exists(self) -> bool:
        """Whether there is anything to ask: False where asking would make an empty database."""

    def session(self, wait_seconds: float | None = None) -> AbstractContextManager[Session]:
        """An open connection.

        Args:
            wait_seconds: how long to wait at most while others hold the warehouse; by default as
                long as the settings say.

        Raises:
            WarehouseBusyError, WarehouseUnavailableError, WarehouseError: it cannot be asked.
        """

    def load(self, lake: Lake, month: OpenMonth, attempt: Attempt, force: bool) -> Loaded:
        """Make the month's rows equal to the landed file, and keep its records.

        Raises:
            InvalidFileError: values do not fit; the month is as it was.
        """

    def replace_zones(self, lake: Lake, landed: LandedFile, attempt: Attempt) -> int:
        """Make the table ``zones`` equal to the landed file; how many zones there are."""

    def measure(self, file: TripFile) -> MonthFigures:
        """The figures that the checks of a file's month judge."""

    def held_month(self, file: TripFile) -> HeldMonth:
        """A file's month as warehouses are compared by it."""

    def replace_tables(self, tables: Mapping[str, pa.Table]) -> None:
        """Make a pipeline's tables equal to these rows, all of them in one step.

        Raises:
            WarehouseError: a table or view of that name was made by somebody else.
        """

    def diagnose(self) -> str:
        """What was found, where months can be loaded.

        Raises:
            TaxiAssetsError: what is in the way, and what to do about it.
        """

    def adopt(self, dataset: Dataset) -> AdoptedTable | None:
        """Turn a table of the dataset that somebody else made into one that months go into.

        Returns:
            What became of it; None where there is nothing to do.

        Raises:
            WarehouseError: its columns do not fit.
        """

    def estimate(self, file: TripFile) -> Estimate | None:
        """What loading the month would cost; None where nothing is billed."""

    def own_assets(self, datasets: Sequence[Dataset], catalog: Catalog) -> list[OwnAsset]:
        """Assets that this warehouse alone has."""


@dataclass(frozen=True)
class OwnAsset:
    """An asset that one warehouse alone has.

    Attributes:
        asset: the asset.
        dataset: whose months it is made with; None where it is made by hand.
    """

    asset: dg.AssetsDefinition
    dataset: Dataset | None = None
