"""What the DuckDB file holds of a dataset."""

from taxi_assets.settings import Settings
from taxi_assets.trips.dataset import Dataset
from taxi_assets.warehouse.duckdb.connection import DuckDBFile
from taxi_assets.warehouse.duckdb.figures import count_months
from taxi_assets.warehouse.duckdb.tables import ledger_entries
from taxi_assets.warehouse.holdings import Holdings


def duckdb_holdings(settings: Settings, dataset: Dataset) -> Holdings:
    """Rows and ledger of the dataset; nothing where there is no file yet."""
    if not settings.duckdb_file.exists():
        return Holdings()
    file = DuckDBFile(settings.duckdb_file, settings.duckdb_memory_gb, settings.duckdb_wait_seconds)
    with file.connect() as connection:
        entries = ledger_entries(connection)
        return Holdings(
            rows=count_months(connection, dataset.table),
            entries={entry.filename: entry for entry in entries},
        )
