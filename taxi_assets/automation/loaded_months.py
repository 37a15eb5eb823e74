"""What the ledgers say of a dataset: which months are loaded, and from which files."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping

from taxi_assets.settings import Settings, Warehouse
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.bigquery.jobs import Jobs
from taxi_assets.warehouse.bigquery.tables import ledger_entries as bigquery_entries
from taxi_assets.warehouse.bigquery.warehouse import bigquery_of
from taxi_assets.warehouse.duckdb.connection import DuckDBFile
from taxi_assets.warehouse.duckdb.tables import ledger_entries as duckdb_entries
from taxi_assets.warehouse.ledger import LedgerEntry
from taxi_assets.warehouse.postgres.server import server_of
from taxi_assets.warehouse.postgres.tables import ledger_entries as postgres_entries

# A tick of a schedule or sensor has a minute, and a load may hold the file for longer.
_DUCKDB_WAIT_SECONDS = 20.0


def loaded_months(settings: Settings, dataset: Dataset) -> dict[Month, tuple[LedgerEntry, ...]]:
    """The months that every warehouse has, each with the lines of all ledgers.

    Raises:
        WarehouseBusyError, WarehouseUnavailableError, WarehouseError: a ledger cannot be read.
    """
    found: dict[Month, list[LedgerEntry]] = defaultdict(list)
    for warehouse in settings.warehouses:
        for entry in _LEDGERS[warehouse](settings):
            if entry.taxi == dataset.taxi:
                found[Month.parse(entry.month)].append(entry)
    complete = len(settings.warehouses)
    return {month: tuple(entries) for month, entries in found.items() if len(entries) >= complete}


def _of_duckdb(settings: Settings) -> list[LedgerEntry]:
    if not settings.duckdb_file.exists():
        return []
    seconds = min(_DUCKDB_WAIT_SECONDS, settings.duckdb_wait_seconds)
    file = DuckDBFile(settings.duckdb_file, settings.duckdb_memory_gb, seconds)
    with file.connect() as connection:
        return duckdb_entries(connection)


def _of_postgres(settings: Settings) -> list[LedgerEntry]:
    with server_of(settings).connect() as connection:
        return postgres_entries(connection)


def _of_bigquery(settings: Settings) -> list[LedgerEntry]:
    jobs = Jobs(bigquery_of(settings))
    return [entry for dataset in DATASETS.values() for entry in bigquery_entries(jobs, dataset)]


_LEDGERS: Mapping[Warehouse, Callable[[Settings], list[LedgerEntry]]] = {
    Warehouse.DUCKDB: _of_duckdb,
    Warehouse.POSTGRES: _of_postgres,
    Warehouse.BIGQUERY: _of_bigquery,
}
