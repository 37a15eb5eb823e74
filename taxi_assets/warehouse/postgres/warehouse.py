"""Postgres as a warehouse, as assets, checks, status and reports use it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial

import pyarrow as pa

from taxi_assets.lake.lake import Lake
from taxi_assets.rows.reading import OpenMonth
from taxi_assets.settings.warehouses import WarehouseSettings
from taxi_assets.source.catalog import Catalog
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.trips.zones import ZoneTable
from taxi_assets.warehouse.checks import MonthFigures
from taxi_assets.warehouse.interface import AdoptedTable, Attempt, OwnAsset
from taxi_assets.warehouse.loading import Loaded
from taxi_assets.warehouse.measuring import held_month, measure_month
from taxi_assets.warehouse.pipeline_tables import REPLACE, NewRows, Select, Write
from taxi_assets.warehouse.postgres.adopt import adopt_table
from taxi_assets.warehouse.postgres.connection import PostgresServer
from taxi_assets.warehouse.postgres.count_ids import count_ids
from taxi_assets.warehouse.postgres.dialect import POSTGRES
from taxi_assets.warehouse.postgres.doctor import diagnose
from taxi_assets.warehouse.postgres.pipeline_tables import read_rows, write_tables
from taxi_assets.warehouse.postgres.replace_month import replace_month
from taxi_assets.warehouse.postgres.session import PostgresSession
from taxi_assets.warehouse.postgres.zones import replace_zones
from taxi_assets.warehouse.reconcile import HeldMonth
from taxi_assets.warehouse.session import Session

DIALECT = POSTGRES

_DOCTOR_SECONDS = 5


@dataclass(frozen=True)
class PostgresWarehouse:
    """The merged tables of a Postgres database.

    This resource has no configuration fields, because Dagster shows and stores their values, and
    here one is a password.
    """

    server: PostgresServer

    name = "postgres"
    dialect = DIALECT

    def full_name(self, table: str) -> str:
        """A table's name with its schema."""
        return self.server.full_name(table)

    def description(self, dataset: Dataset) -> str:
        """What the merged table holds, and how a month gets there."""
        return (
            f"{dataset.title} trips, every month in one table: `{dataset.table}`. A month's rows "
            "are exactly those of its file; its partition is built aside and swapped in."
        )

    def exists(self) -> bool:
        """Always True: a query never creates a database on the server."""
        return True

    @contextmanager
    def session(self, wait_seconds: float | None = None) -> Iterator[PostgresSession]:
        """An open connection."""
        server = self.server
        if wait_seconds is not None:
            server = replace(server, wait_seconds=min(wait_seconds, server.wait_seconds))
        with server.connect() as connection:
            yield PostgresSession(server, connection)

    def load(self, _lake: Lake, month: OpenMonth, attempt: Attempt, force: bool) -> Loaded:
        """Load a landed month into the merged table."""
        with self.session() as session:
            return replace_month(session, month, run_id=attempt.run_id, force=force)

    def replace_zones(
        self, table: ZoneTable, rows: Sequence[Sequence[str]], _attempt: Attempt
    ) -> None:
        """Replace a table about the zones."""
        with self.session() as session:
            replace_zones(session, table, rows)

    def measure(self, file: TripFile) -> MonthFigures:
        """Measure the file's month for the checks, in one transaction."""
        with self.session() as session, session.transaction(file.dataset):
            return measure_month(session, file, partial(count_ids, session, file))

    def held_month(self, file: TripFile) -> HeldMonth:
        """The ledger's entry and the digest of the file's month, for comparing warehouses."""
        with self.session() as session, session.transaction(file.dataset):
            return held_month(session, file)

    def is_complete(self, _session: Session, _lake: Lake, _dataset: Dataset) -> bool:
        """Always True: nothing stands beside the merged table."""
        return True

    def write_tables(self, tables: Mapping[str, NewRows], how: Write = REPLACE) -> dict[str, int]:
        """Write the rows of a pipeline's tables, in one transaction."""
        with self.session() as session:
            return write_tables(session, tables, how)

    def read_rows(self, select: Select) -> pa.Table:
        """The rows of a query, whole in memory."""
        with self.session() as session:
            return read_rows(session, select)

    def diagnose(self) -> str:
        """Check that months can be loaded, and describe what was found."""
        seconds = min(self.server.connect_seconds, _DOCTOR_SECONDS)
        with replace(self, server=replace(self.server, connect_seconds=seconds)).session() as found:
            return diagnose(found)

    def adopt(self, dataset: Dataset) -> AdoptedTable | None:
        """Partition a table by month, for example one of the Kestra flows."""
        with self.session() as session:
            return adopt_table(session, dataset)

    def estimate(self, _file: TripFile) -> None:
        """None: nothing is billed."""

    def own_assets(self, _datasets: Sequence[Dataset], _catalog: Catalog) -> list[OwnAsset]:
        """An empty list: there are no assets that only this warehouse has."""
        return []


def warehouse_of(settings: WarehouseSettings) -> PostgresWarehouse:
    """The Postgres database that the settings name. No connection is made."""
    assert settings.postgres_dsn is not None, "settings that name postgres have its DSN"
    return PostgresWarehouse(
        PostgresServer(
            dsn=settings.postgres_dsn,
            schema=settings.postgres_schema,
            connect_seconds=settings.postgres_connect_seconds,
            wait_seconds=settings.postgres_wait_seconds,
            statement_seconds=settings.postgres_statement_seconds,
        )
    )
