"""What loading a month would cost, as BigQuery estimates it."""

from __future__ import annotations

from taxi_assets.settings import Settings
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.bigquery.jobs import Cost, Jobs
from taxi_assets.warehouse.bigquery.tables import MONTH_COLUMN, find_table, month_value, quoted
from taxi_assets.warehouse.bigquery.warehouse import bigquery_of, sql


def estimate_load(settings: Settings, file: TripFile) -> Cost:
    """What the queries read that look at the month's partition and empty it.

    The rows that come in are loaded free of charge; to put them in place reads them once, which
    nobody can estimate before they are there.

    Raises:
        WarehouseError, CredentialsError: BigQuery cannot be asked.
    """
    warehouse = bigquery_of(settings)
    if find_table(warehouse, file.dataset.table) is None:
        return Cost()
    jobs = Jobs(warehouse)
    names = {
        "table": warehouse.qualified(file.dataset.table),
        "month": quoted(MONTH_COLUMN),
    }
    month = month_value(file.month)
    counted = jobs.estimate(sql("count_month", **names), month=month, filename=file.filename)
    return Cost(bytes_billed=counted + jobs.estimate(sql("delete_month", **names), month=month))
