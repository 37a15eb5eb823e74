"""Fixtures: a stand-in for BigQuery, and a dataset of one's own in it."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from taxi_assets.gcp.cloud import GoogleCloud
from taxi_assets.warehouse.bigquery.dataset import ensure_dataset
from taxi_assets_tests.integration.bigquery.dataset import LOCATION, PROJECT, OwnDataset
from taxi_assets_tests.local_bigquery import NoPythonError, read_from, serving_local_bigquery
from taxi_assets_tests.storage_server import StorageServer, serving_storage

_numbers = count(1)


@pytest.fixture(scope="session")
def bigquery_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which local-bigquery keeps its tables."""
    return tmp_path_factory.mktemp("bigquery")


@pytest.fixture(scope="session")
def bigquery_url(bigquery_data: Path) -> Iterator[str]:
    """A running local-bigquery; skips where there is no Python for it."""
    try:
        with serving_local_bigquery(bigquery_data) as url:
            yield url
    except NoPythonError as error:
        pytest.skip(str(error))


@pytest.fixture
def own(bigquery_url: str, tmp_path: Path) -> OwnDataset:
    """An empty dataset that no other test uses."""
    cloud = GoogleCloud(
        project=PROJECT, location=LOCATION, bigquery_url=bigquery_url, retry_seconds=20
    )
    made = OwnDataset(cloud, f"nyc_{next(_numbers)}", tmp_path)
    ensure_dataset(made.place)
    return made


@pytest.fixture
def storage(bigquery_data: Path) -> Iterator[StorageServer]:
    """A stand-in for Cloud Storage that external tables read; it has no bucket."""
    with serving_storage() as server:
        read_from(bigquery_data, server.url)
        yield server
