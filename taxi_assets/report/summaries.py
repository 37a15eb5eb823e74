"""The warehouses' summaries, by the settings that hold: brought up to date, and read."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager

from taxi_assets.settings import Settings, Warehouse
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.warehouse.bigquery.summaries.database import BigQuerySummaries
from taxi_assets.warehouse.bigquery.warehouse import bigquery_of
from taxi_assets.warehouse.duckdb.connection import DuckDBFile
from taxi_assets.warehouse.duckdb.summaries.database import DuckDBSummaries
from taxi_assets.warehouse.ledger import LEDGER_TABLE, LedgerEntry
from taxi_assets.warehouse.postgres.server import server_of
from taxi_assets.warehouse.postgres.summaries.database import PostgresSummaries
from taxi_assets.warehouse.summaries import (
    Summaries,
    SummaryDatabase,
    read_summaries,
    refresh,
)


def fresh_summaries(settings: Settings, warehouse: Warehouse) -> tuple[int, Summaries]:
    """How many months were summarized only now, and the summaries of all that are loaded.

    Raises:
        WarehouseBusyError, WarehouseError: the warehouse cannot be asked, or not be written to.
    """
    if _is_missing(settings, warehouse):
        return 0, Summaries()
    with _DATABASES[warehouse](settings) as database:
        return refresh(database, list(DATASETS.values())), read_summaries(database)


def ledger(settings: Settings, warehouse: Warehouse) -> list[LedgerEntry]:
    """The warehouse's ledger, by taxi and month.

    Raises:
        WarehouseBusyError, WarehouseError: the warehouse cannot be asked.
    """
    if _is_missing(settings, warehouse):
        return []
    with _DATABASES[warehouse](settings) as database:
        return database.entries() if database.has_table(LEDGER_TABLE) else []


def _is_missing(settings: Settings, warehouse: Warehouse) -> bool:
    """Whether asking would make an empty database file."""
    return warehouse is Warehouse.DUCKDB and not settings.duckdb_file.exists()


@contextmanager
def _duckdb(settings: Settings) -> Iterator[SummaryDatabase]:
    file = DuckDBFile(settings.duckdb_file, settings.duckdb_memory_gb, settings.duckdb_wait_seconds)
    with file.connect() as connection:
        yield DuckDBSummaries(connection)


@contextmanager
def _postgres(settings: Settings) -> Iterator[SummaryDatabase]:
    server = server_of(settings)
    with server.connect() as connection:
        yield PostgresSummaries(server, connection)


@contextmanager
def _bigquery(settings: Settings) -> Iterator[SummaryDatabase]:
    yield BigQuerySummaries(bigquery_of(settings))


_DATABASES: Mapping[Warehouse, Callable[[Settings], AbstractContextManager[SummaryDatabase]]] = {
    Warehouse.DUCKDB: _duckdb,
    Warehouse.POSTGRES: _postgres,
    Warehouse.BIGQUERY: _bigquery,
}
