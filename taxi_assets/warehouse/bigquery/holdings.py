"""What BigQuery holds of a dataset."""

from taxi_assets.settings import Settings
from taxi_assets.trips.dataset import Dataset
from taxi_assets.warehouse.bigquery.figures import count_months
from taxi_assets.warehouse.bigquery.jobs import Jobs
from taxi_assets.warehouse.bigquery.tables import ledger_entries
from taxi_assets.warehouse.bigquery.warehouse import bigquery_of
from taxi_assets.warehouse.holdings import Holdings


def bigquery_holdings(settings: Settings, dataset: Dataset) -> Holdings:
    """Rows and ledger of the dataset."""
    jobs = Jobs(bigquery_of(settings), {"taxi": dataset.taxi})
    entries = ledger_entries(jobs, dataset)
    return Holdings(
        rows=count_months(jobs, dataset.table),
        entries={entry.filename: entry for entry in entries},
    )
