"""What Postgres holds of a dataset."""

from taxi_assets.settings import Settings
from taxi_assets.trips.dataset import Dataset
from taxi_assets.warehouse.holdings import Holdings
from taxi_assets.warehouse.postgres.figures import count_months
from taxi_assets.warehouse.postgres.server import server_of
from taxi_assets.warehouse.postgres.tables import ledger_entries


def postgres_holdings(settings: Settings, dataset: Dataset) -> Holdings:
    """Rows and ledger of the dataset."""
    with server_of(settings).connect() as connection:
        entries = ledger_entries(connection)
        return Holdings(
            rows=count_months(connection, dataset.table),
            entries={entry.filename: entry for entry in entries},
        )
