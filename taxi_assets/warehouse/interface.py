"""The interface of a warehouse. Assets, checks, status and reports use nothing else of it.

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
from taxi_assets.rows.reading import OpenMonth
from taxi_assets.source.catalog import Catalog
from taxi_assets.sql.dialect import Dialect
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.trips.zones import ZoneTable
from taxi_assets.warehouse.checks import MonthFigures
from taxi_assets.warehouse.loading import Loaded
from taxi_assets.warehouse.pipeline_tables import REPLACE, NewRows, Select, Write
from taxi_assets.warehouse.reconcile import HeldMonth
from taxi_assets.warehouse.session import Session


@dataclass(frozen=True)
class Attempt:
    """One attempt at an asset's step.

    Attributes:
        run_id: Dagster's run; empty outside Dagster.
        retry: 0 for the step's first try in the run.
    """

    run_id: str = ""
    retry: int = 0


@dataclass(frozen=True)
class Estimate:
    """The cost of loading a month, as the warehouse estimates it.

    Attributes:
        bytes_billed: bytes that would be read and billed.
        price_usd: their price on demand, in US dollars.
    """

    bytes_billed: int
    price_usd: float


@dataclass(frozen=True)
class AdoptedTable:
    """The result of adopting a table that this project did not make.

    Attributes:
        table: its name.
        rows: its rows, the same before and after.
        months: number of months that have rows.
        other_rows: rows whose ``filename`` is not that of a month's file.
        kept_as: name of the unchanged old table; None if it is not kept.
    """

    table: str
    rows: int
    months: int
    other_rows: int
    kept_as: str | None = None


class Warehouse(Protocol):
    """One warehouse. It is also the Dagster resource of the same name."""

    @property
    def name(self) -> str:
        """Key of the resource, and name of its pool, its group and its kind."""

    @property
    def dialect(self) -> Dialect:
        """The dialect of its SQL."""

    def full_name(self, table: str) -> str:
        """A table's name with its schema."""

    def description(self, dataset: Dataset) -> str:
        """What the dataset's merged table holds, and how a month gets there."""

    def exists(self) -> bool:
        """Whether the database exists; False if a query would create an empty one."""

    def session(self, wait_seconds: float | None = None) -> AbstractContextManager[Session]:
        """An open connection.

        Args:
            wait_seconds: how long to wait at most while other processes hold the warehouse; None
                waits as long as the settings say.

        Raises:
            WarehouseBusyError, WarehouseUnavailableError, WarehouseError: it cannot be queried.
        """

    def load(self, lake: Lake, month: OpenMonth, attempt: Attempt, force: bool) -> Loaded:
        """Replace the month's rows with those of the landed file, and write its records.

        Raises:
            InvalidFileError: a value does not fit its column; the month stays as it was.
        """

    def replace_zones(
        self, table: ZoneTable, rows: Sequence[Sequence[str]], attempt: Attempt
    ) -> None:
        """Replace a table about the zones.

        Args:
            table: which one.
            rows: its rows: a text for each column.
            attempt: the try that it is in.
        """

    def measure(self, file: TripFile) -> MonthFigures:
        """Measure the file's month for the checks."""

    def held_month(self, file: TripFile) -> HeldMonth:
        """The ledger's entry and the digest of the file's month, for comparing warehouses."""

    def is_complete(self, session: Session, lake: Lake, dataset: Dataset) -> bool:
        """Whether what stands beside the merged table is as the load of a month would leave it.

        False also where only a load can tell.
        """

    def write_tables(self, tables: Mapping[str, NewRows], how: Write = REPLACE) -> dict[str, int]:
        """Write the rows of a pipeline's tables, all in one transaction.

        Args:
            tables: for each table, its new rows, or a query that gives them.
            how: what becomes of the rows that are there, and tests of the new ones.

        Returns:
            The number of new rows of each table.

        Raises:
            TestsFailedError: new rows fail a test.
            WarehouseError: a table or view of that name was made by somebody else.
        """

    def read_rows(self, select: Select) -> pa.Table:
        """The rows of a query, whole in memory.

        Raises:
            WarehouseError: it cannot be run, is too large, or has types that others do not have.
        """

    def diagnose(self) -> str:
        """Check that months can be loaded, and describe what was found.

        Raises:
            TaxiAssetsError: months cannot be loaded; it says why and what to do.
        """

    def adopt(self, dataset: Dataset) -> AdoptedTable | None:
        """Turn a table that this project did not make into one that months can be loaded into.

        Returns:
            What was adopted; None if there is nothing to adopt.

        Raises:
            WarehouseError: its columns do not fit.
        """

    def estimate(self, file: TripFile) -> Estimate | None:
        """Estimate the cost of loading the month; None if nothing is billed."""

    def own_assets(self, datasets: Sequence[Dataset], catalog: Catalog) -> list[OwnAsset]:
        """The assets that only this warehouse has."""


@dataclass(frozen=True)
class OwnAsset:
    """An asset that only one warehouse has.

    Attributes:
        asset: the asset.
        dataset: it is materialized with the months of this dataset; None if by hand.
        feeds: whether the dataset's merged table is filled from it.
    """

    asset: dg.AssetsDefinition
    dataset: Dataset | None = None
    feeds: bool = False

    def feeds_table_of(self, dataset: Dataset) -> bool:
        """Whether the merged table of the dataset is filled from it."""
        return self.feeds and self.dataset is dataset
