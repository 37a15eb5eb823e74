"""Whether months can be loaded into BigQuery, and if not, what is in the way. Changes nothing."""

from __future__ import annotations

from taxi_assets.errors import CredentialsError
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.warehouse.bigquery.dataset import require_dataset
from taxi_assets.warehouse.bigquery.failures import told
from taxi_assets.warehouse.bigquery.tables import find_table, require_partitions
from taxi_assets.warehouse.bigquery.warehouse import BigQueryWarehouse, sql
from taxi_assets.warehouse.ledger import LEDGER_TABLE

NEEDED_RIGHTS = (
    "bigquery.tables.get",
    "bigquery.tables.getData",
    "bigquery.tables.update",
    "bigquery.tables.updateData",
)
"""On a table that months are loaded into; roles/bigquery.dataEditor has them all."""


def diagnose(warehouse: BigQueryWarehouse) -> str:
    """What was found, where all is well.

    Raises:
        TaxiAssetsError: what is in the way, and what to do about it.
    """
    state = require_dataset(warehouse)
    _may_run_jobs(warehouse)
    for dataset in DATASETS.values():
        found = find_table(warehouse, dataset.table)
        if found is not None:
            require_partitions(warehouse, dataset, found)
    for name in (LEDGER_TABLE, *(dataset.table for dataset in DATASETS.values())):
        _require_rights(warehouse, name)
    return f"{state.name} in {state.location}: months may be loaded"


def _may_run_jobs(warehouse: BigQueryWarehouse) -> None:
    """Ask for a table as a load does, without making it: a dry run is checked, not run."""
    from google.cloud.bigquery import QueryJobConfig

    table = warehouse.qualified("taxi_assets_doctor")
    config = QueryJobConfig(dry_run=True, use_query_cache=False)
    with told(warehouse):
        warehouse.client.query(sql("try_create", table=table), job_config=config)


def _require_rights(warehouse: BigQueryWarehouse, name: str) -> None:
    if find_table(warehouse, name) is None:
        return
    with told(warehouse):
        answer = warehouse.client.test_iam_permissions(
            warehouse.reference(name),
            list(NEEDED_RIGHTS),
            retry=warehouse.cloud.bigquery_retry,
        )
    missing = [right for right in NEEDED_RIGHTS if right not in answer.get("permissions", ())]
    if missing:
        raise CredentialsError(
            f"{warehouse.address}.{name}: not allowed: {', '.join(missing)}",
            "grant roles/bigquery.dataEditor on the dataset (docs/gcp.md); a new grant takes a "
            "minute to hold",
        )
