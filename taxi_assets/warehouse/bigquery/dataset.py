"""Creates the dataset of the tables, or checks the one that exists, without changing it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from taxi_assets.errors import WarehouseError
from taxi_assets.warehouse.bigquery.failures import explained
from taxi_assets.warehouse.bigquery.jobs import LABELS
from taxi_assets.warehouse.bigquery.place import BigQueryPlace
from taxi_assets.warehouse.bigquery.tables import DAY_MILLISECONDS

if TYPE_CHECKING:
    from google.cloud.bigquery import Dataset

_DESCRIPTION = "NYC taxi trips: every month as published, and the ledger that says from which file."


@dataclass(frozen=True)
class DatasetState:
    """A dataset that months can be loaded into.

    Attributes:
        name: its name, with the project.
        location: where it is, such as ``us-east1``.
        created: whether it was created just now.
    """

    name: str
    location: str
    created: bool


def ensure_dataset(place: BigQueryPlace, description: str = _DESCRIPTION) -> DatasetState:
    """Create the dataset if it does not exist; otherwise check that it can be used.

    Args:
        place: the dataset.
        description: what one that is created is described as.

    Raises:
        CredentialsError: the account may not create or read datasets.
        WarehouseError: it is in another location, or BigQuery drops its tables or
            their partitions after some time.
    """
    from google.api_core.exceptions import NotFound

    created = False
    with explained(place):
        retry = place.cloud.bigquery_retry
        try:
            dataset = place.client.get_dataset(_reference(place), retry=retry)
        except NotFound:
            # Two processes may create it at the same time: the later one gets the existing one.
            dataset = place.client.create_dataset(
                _new(place, description), exists_ok=True, retry=retry
            )
            created = True
    _require_fit(place, dataset)
    return DatasetState(place.address, str(dataset.location).lower(), created)


def require_dataset(place: BigQueryPlace) -> DatasetState:
    """Check that the dataset exists and can be used.

    Raises:
        CredentialsError: the account may not read it.
        WarehouseError: it does not exist, it is in another location, or BigQuery drops its tables
            or their partitions after some time.
    """
    with explained(place):
        dataset = place.client.get_dataset(_reference(place), retry=place.cloud.bigquery_retry)
    _require_fit(place, dataset)
    return DatasetState(place.address, str(dataset.location).lower(), created=False)


def _reference(place: BigQueryPlace) -> str:
    return place.address


def _new(place: BigQueryPlace, description: str) -> Dataset:
    from google.cloud.bigquery import Dataset

    dataset = Dataset(_reference(place))
    dataset.location = place.cloud.location
    dataset.description = description
    dataset.labels = LABELS
    return dataset


def _require_fit(place: BigQueryPlace, dataset: Dataset) -> None:
    found, location = str(dataset.location).lower(), place.cloud.location
    if found != location:
        raise WarehouseError(
            f"dataset {place.address} is in {found}, and GCP_LOCATION says {location}",
            f"set GCP_LOCATION={found} (the bucket must be there, too), or name another dataset in "
            "GCP_DATASET: a dataset stays where it was made, and reads no files from elsewhere",
        )
    limits = {
        "tables": ("default_table_expiration", dataset.default_table_expiration_ms),
        "partitions": ("default_partition_expiration", dataset.default_partition_expiration_ms),
    }
    for what, (option, expiration) in limits.items():
        if expiration is not None:
            raise WarehouseError(
                f"dataset {place.address} drops its {what} after "
                f"{expiration / DAY_MILLISECONDS:g} days, and with them the months",
                f"`bq update --{option} 0 {place.address.replace('.', ':', 1)}`; "
                "in the sandbox, link the project to a billing account first",
            )
