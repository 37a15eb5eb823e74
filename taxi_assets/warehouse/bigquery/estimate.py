"""Estimates the cost of loading a month, by BigQuery's dry runs."""

from __future__ import annotations

from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.bigquery.dialect import BIGQUERY, MONTH_COLUMN, sql
from taxi_assets.warehouse.bigquery.jobs import Cost
from taxi_assets.warehouse.bigquery.session import BigQuerySession
from taxi_assets.warehouse.bigquery.tables import month_value
from taxi_assets.warehouse.interface import Estimate
from taxi_assets.warehouse.session import Value


def estimate_load(session: BigQuerySession, file: TripFile) -> Estimate:
    """Estimate the bytes that are billed for a load's queries on the month's partition.

    These queries count its rows and delete them. The load job for the new rows is free of charge.
    The INSERT reads the new rows once; BigQuery cannot estimate that before they are loaded.

    Raises:
        WarehouseError, CredentialsError: BigQuery cannot be queried.
    """
    if not session.columns(file.dataset.table):
        return Estimate(0, 0.0)
    names = {
        "table": session.table(file.dataset.table),
        "month": BIGQUERY.quote(MONTH_COLUMN),
    }
    values: dict[str, Value] = {"month": month_value(file.month), "filename": file.filename}
    billed = sum(
        session.jobs.estimate(sql(name, **names), values)
        for name in ("count_month", "delete_month")
    )
    return Estimate(billed, Cost(bytes_billed=billed).price_usd)
