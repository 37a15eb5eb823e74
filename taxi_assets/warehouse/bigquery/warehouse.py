"""The warehouse that the settings describe. Nothing of Google's is imported before it is used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from taxi_assets.gcp.cloud import google_cloud_of
from taxi_assets.settings import Settings
from taxi_assets.warehouse.bigquery.dialect import BIGQUERY
from taxi_assets.warehouse.bigquery.place import BigQueryPlace

if TYPE_CHECKING:
    from taxi_assets.warehouse.bigquery.resource import BigQueryWarehouse

DIALECT = BIGQUERY

_BYTES_PER_GB = 10**9


def place_of(settings: Settings) -> BigQueryPlace:
    """The dataset that the settings name. No request is sent."""
    return BigQueryPlace(
        cloud=google_cloud_of(settings),
        dataset=settings.gcp_dataset,
        max_bytes_billed=round(settings.bigquery_max_gb_billed * _BYTES_PER_GB),
        wait_seconds=settings.bigquery_wait_seconds,
        job_seconds=settings.bigquery_job_seconds,
        reads_bucket=settings.bigquery_rows == "external",
    )


def warehouse_of(settings: Settings) -> BigQueryWarehouse:
    """BigQuery as the settings describe it. No request is sent."""
    from taxi_assets.warehouse.bigquery.resource import warehouse_at

    return warehouse_at(place_of(settings))
