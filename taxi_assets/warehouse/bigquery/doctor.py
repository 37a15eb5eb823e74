"""Checks that months can be loaded into BigQuery. Changes nothing."""

from __future__ import annotations

from taxi_assets.errors import CredentialsError
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.warehouse.bigquery.dataset import require_dataset
from taxi_assets.warehouse.bigquery.dialect import sql
from taxi_assets.warehouse.bigquery.failures import explained
from taxi_assets.warehouse.bigquery.place import BigQueryPlace
from taxi_assets.warehouse.bigquery.tables import find_table, require_partitions
from taxi_assets.warehouse.ledger import LEDGER

NEEDED_RIGHTS = (
    "bigquery.tables.delete",
    "bigquery.tables.get",
    "bigquery.tables.getData",
    "bigquery.tables.update",
    "bigquery.tables.updateData",
)
"""The rights that a load needs on its table; roles/bigquery.dataEditor has them all."""


def diagnose(place: BigQueryPlace) -> str:
    """Check that months can be loaded, and describe what was found.

    Raises:
        TaxiAssetsError: months cannot be loaded; it says why and what to do.
    """
    state = require_dataset(place)
    _may_run_jobs(place)
    for dataset in DATASETS.values():
        found = find_table(place, dataset.table)
        if found is not None:
            require_partitions(place, dataset, found)
    for name in (LEDGER.name, *(dataset.table for dataset in DATASETS.values())):
        _require_rights(place, name)
    return f"{state.name} in {state.location}: months may be loaded"


def _may_run_jobs(place: BigQueryPlace) -> None:
    """Check the rights to create a table. BigQuery checks a dry run but does not run it."""
    from google.cloud.bigquery import QueryJobConfig

    table = place.qualified("taxi_assets_doctor")
    config = QueryJobConfig(dry_run=True, use_query_cache=False)
    with explained(place):
        place.client.query(sql("try_create", table=table).text, job_config=config)


def _require_rights(place: BigQueryPlace, name: str) -> None:
    if find_table(place, name) is None:
        return
    with explained(place):
        answer = place.client.test_iam_permissions(
            place.reference(name),
            list(NEEDED_RIGHTS),
            retry=place.cloud.bigquery_retry,
        )
    missing = [right for right in NEEDED_RIGHTS if right not in answer.get("permissions", ())]
    if missing:
        raise CredentialsError(
            f"{place.address}.{name}: not allowed: {', '.join(missing)}",
            "grant roles/bigquery.dataEditor on the dataset (docs/gcp.md); a new grant takes a "
            "minute to hold",
        )
