"""The dataset of the tables: made where missing, checked where it is there, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from taxi_assets.errors import WarehouseError
from taxi_assets.warehouse.bigquery.failures import told
from taxi_assets.warehouse.bigquery.jobs import LABELS
from taxi_assets.warehouse.bigquery.warehouse import BigQueryWarehouse

if TYPE_CHECKING:
    from google.cloud.bigquery import Dataset

_DESCRIPTION = "NYC taxi trips: every month as published, and the ledger that says from which file."
_DAY_MILLISECONDS = 24 * 60 * 60 * 1000


@dataclass(frozen=True)
class DatasetState:
    """A dataset that fits.

    Attributes:
        name: with its project.
        location: where it is, such as ``us-east1``.
        created: whether it was made just now.
    """

    name: str
    location: str
    created: bool


def ensure_dataset(warehouse: BigQueryWarehouse) -> DatasetState:
    """Make the dataset if there is none of that name; otherwise see whether it fits.

    Raises:
        CredentialsError: we may not make or see datasets.
        WarehouseError: it lies elsewhere, or its tables vanish by themselves.
    """
    from google.api_core.exceptions import NotFound

    created = False
    with told(warehouse):
        retry = warehouse.cloud.bigquery_retry
        try:
            dataset = warehouse.client.get_dataset(_reference(warehouse), retry=retry)
        except NotFound:
            # Of two that make it at the same time, the later one finds it there.
            dataset = warehouse.client.create_dataset(_new(warehouse), exists_ok=True, retry=retry)
            created = True
    _require_fit(warehouse, dataset)
    return DatasetState(warehouse.address, str(dataset.location).lower(), created)


def require_dataset(warehouse: BigQueryWarehouse) -> DatasetState:
    """See whether the dataset is there and fits.

    Raises:
        CredentialsError: we may not see it.
        WarehouseError: there is none, it lies elsewhere, or its tables vanish by themselves.
    """
    with told(warehouse):
        dataset = warehouse.client.get_dataset(
            _reference(warehouse), retry=warehouse.cloud.bigquery_retry
        )
    _require_fit(warehouse, dataset)
    return DatasetState(warehouse.address, str(dataset.location).lower(), created=False)


def _reference(warehouse: BigQueryWarehouse) -> str:
    return warehouse.address


def _new(warehouse: BigQueryWarehouse) -> Dataset:
    from google.cloud.bigquery import Dataset

    dataset = Dataset(_reference(warehouse))
    dataset.location = warehouse.cloud.location
    dataset.description = _DESCRIPTION
    dataset.labels = LABELS
    return dataset


def _require_fit(warehouse: BigQueryWarehouse, dataset: Dataset) -> None:
    found, location = str(dataset.location).lower(), warehouse.cloud.location
    if found != location:
        raise WarehouseError(
            f"dataset {warehouse.address} is in {found}, and GCP_LOCATION says {location}",
            f"set GCP_LOCATION={found} (the bucket must be there, too), or name another dataset in "
            "GCP_DATASET: a dataset stays where it was made, and reads no files from elsewhere",
        )
    expiration = dataset.default_table_expiration_ms
    if expiration is not None:
        raise WarehouseError(
            f"dataset {warehouse.address} drops its tables after "
            f"{expiration / _DAY_MILLISECONDS:g} days, and with them the months",
            f"`bq update --default_table_expiration 0 {warehouse.address.replace('.', ':', 1)}`; "
            "in the sandbox, link the project to a billing account first",
        )
