"""The DuckDB file as a warehouse: dagster-duckdb's resource, for one process at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypeVar

import duckdb
import pyarrow as pa
from dagster_duckdb import DuckDBResource
from pydantic import Field

from taxi_assets.errors import InvalidFileError, WarehouseError
from taxi_assets.lake.lake import Lake
from taxi_assets.rows.reading import OpenMonth
from taxi_assets.settings import Settings
from taxi_assets.source.catalog import Catalog
from taxi_assets.sql.dialect import Dialect
from taxi_assets.sql.duckdb import DUCKDB
from taxi_assets.sql.identifiers import literal
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.file import TripFile
from taxi_assets.trips.zones import ZONE_TABLES, ZoneTable
from taxi_assets.warehouse.checks import MonthFigures
from taxi_assets.warehouse.duckdb.connection import DuckDBFile
from taxi_assets.warehouse.duckdb.count_ids import count_ids
from taxi_assets.warehouse.duckdb.external_view import (
    is_external_view_complete,
    refresh_external_view,
)
from taxi_assets.warehouse.duckdb.names import require_external_view, require_zones
from taxi_assets.warehouse.duckdb.pipeline_tables import read_rows, write_tables
from taxi_assets.warehouse.duckdb.replace_month import replace_month
from taxi_assets.warehouse.duckdb.session import DuckDBSession, sql
from taxi_assets.warehouse.duckdb.zones import replace_zones
from taxi_assets.warehouse.interface import Attempt, OwnAsset
from taxi_assets.warehouse.loading import Loaded
from taxi_assets.warehouse.measuring import held_month, measure_month
from taxi_assets.warehouse.pipeline_tables import REPLACE, NewRows, Select, Write
from taxi_assets.warehouse.reconcile import HeldMonth
from taxi_assets.warehouse.session import Session

DIALECT = DUCKDB

_DOCTOR_SECONDS = 5
_SPARE_GB = 0.3
_SPARE_GB_A_THREAD = 0.1

_Result = TypeVar("_Result")


class DuckDBWarehouse(DuckDBResource):
    """The merged tables in a DuckDB file, each with a view of the raw files beside it.

    Only one process has a connection at a time; the others wait for it.
    """

    memory_gb: float = Field(description="Memory that DuckDB may use, in GB.")
    wait_seconds: float = Field(description="How long to wait while others hold the file.")

    @property
    def name(self) -> str:
        """Key of the resource."""
        return DIALECT.name

    @property
    def dialect(self) -> Dialect:
        """The dialect of its SQL."""
        return DIALECT

    @property
    def file(self) -> DuckDBFile:
        """The database file."""
        return DuckDBFile(Path(self.database), self.memory_gb, self.wait_seconds)

    @contextmanager
    def get_connection(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection for the time of the context."""
        with self.file.connect() as connection:
            yield connection

    def full_name(self, table: str) -> str:
        """A table's name with its schema."""
        return f"main.{table}"

    def description(self, dataset: Dataset) -> str:
        """What the merged table holds, and how a month gets there."""
        return (
            f"{dataset.title} trips, every month in one table.\n\nA month's rows "
            "are exactly those of its file and are replaced in one transaction; "
            f"`{dataset.table}_ext` reads the raw files themselves."
        )

    def exists(self) -> bool:
        """Whether the file exists. A query of a missing file would create an empty one."""
        return self.file.path.exists()

    @contextmanager
    def session(self, wait_seconds: float | None = None) -> Iterator[DuckDBSession]:
        """An open connection."""
        wait = self.wait_seconds
        if wait_seconds is not None:
            wait = min(wait_seconds, wait)
        with DuckDBFile(self.file.path, self.memory_gb, wait).connect() as connection:
            yield DuckDBSession(connection)

    def load(self, lake: Lake, month: OpenMonth, attempt: Attempt, force: bool) -> Loaded:
        """Load a landed month into the merged table and let the external view read it."""
        with self.session() as session:
            refresh = partial(refresh_external_view, session, lake, month.file.dataset)
            replace = partial(replace_month, session, month, attempt.run_id, force, refresh)
            try:
                loaded = self._sparingly(session, replace)
            except InvalidFileError:
                # The lake has this file in place of the one that was loaded.
                refresh()
                raise
            if not loaded.changed:
                # The lake may hold the loaded file again.
                refresh()
        return loaded

    def _sparingly(self, session: DuckDBSession, work: Callable[[], _Result]) -> _Result:
        """Do some work with no more memory than it needs as a rule.

        DuckDB keeps what it has read and written until its memory is full. Work that does need more
        is done again with all that DuckDB may use.
        """
        [(threads,)] = session.ask(sql("count_threads"))
        spare = min(self.memory_gb, _SPARE_GB + _SPARE_GB_A_THREAD * int(str(threads)))
        try:
            session.change(sql("limit_memory", limit=literal(f"{spare}GB")))
            return work()
        except duckdb.OutOfMemoryException:
            if spare == self.memory_gb:
                raise
            session.change(sql("limit_memory", limit=literal(f"{self.memory_gb}GB")))
            return work()

    def replace_zones(
        self, table: ZoneTable, rows: Sequence[Sequence[str]], _attempt: Attempt
    ) -> None:
        """Replace a table about the zones."""
        with self.session() as session:
            replace_zones(session, table, rows)

    def measure(self, file: TripFile) -> MonthFigures:
        """Measure the file's month for the checks."""
        with self.session() as session:
            count = partial(count_ids, session, file)
            return self._sparingly(session, partial(measure_month, session, file, count))

    def held_month(self, file: TripFile) -> HeldMonth:
        """The ledger's entry and the digest of the file's month, for comparing warehouses."""
        with self.session() as session:
            return self._sparingly(session, partial(held_month, session, file))

    def is_complete(self, session: Session, lake: Lake, dataset: Dataset) -> bool:
        """Whether the external view reads the files of all loaded months that it can read."""
        return is_external_view_complete(session, lake, dataset)

    def write_tables(self, tables: Mapping[str, NewRows], how: Write = REPLACE) -> dict[str, int]:
        """Write the rows of a pipeline's tables, in one transaction."""
        with self.session() as session:
            return write_tables(session, tables, how)

    def read_rows(self, select: Select) -> pa.Table:
        """The rows of a query, whole in memory."""
        with self.session() as session:
            return read_rows(session, select)

    def diagnose(self) -> str:
        """Check that the file opens or can be made, and that our names in it are free or ours."""
        state = "opens" if self.exists() else "can be made"
        with self.session(_DOCTOR_SECONDS) as session:
            version = session.connection.execute("SELECT version()").fetchall()[0][0]
            for dataset in DATASETS.values():
                session.require_table(dataset.table)
                require_external_view(session, dataset)
            for table in ZONE_TABLES:
                require_zones(session, table)
        return f"{self.database}: {state} (DuckDB {version})"

    def adopt(self, _dataset: Dataset) -> None:
        """Refuse: there is nothing to adopt in DuckDB.

        Raises:
            WarehouseError: always; the flows do not use DuckDB.
        """
        raise WarehouseError(
            "tables in DuckDB need no partitions, and the flows make none there",
            "load the months: `taxi-assets load TAXI START END`",
        )

    def estimate(self, _file: TripFile) -> None:
        """None: nothing is billed."""

    def own_assets(self, _datasets: Sequence[Dataset], _catalog: Catalog) -> list[OwnAsset]:
        """An empty list: there are no assets that only this warehouse has."""
        return []


def warehouse_of(settings: Settings) -> DuckDBWarehouse:
    """The DuckDB file that the settings name. It is not opened."""
    return DuckDBWarehouse(
        database=str(settings.duckdb_file),
        memory_gb=settings.duckdb_memory_gb,
        wait_seconds=settings.duckdb_wait_seconds,
    )
