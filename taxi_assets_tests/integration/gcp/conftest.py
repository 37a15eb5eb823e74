"""Fixtures: a stand-in for Cloud Storage with a bucket, and a lake in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from taxi_assets.gcp.cloud import GoogleCloud
from taxi_assets.lake.gcs.bucket_lake import BucketLake
from taxi_assets_tests.storage_server import StorageServer, serving_storage

BUCKET = "taxi-lake"


@pytest.fixture
def storage() -> Iterator[StorageServer]:
    """A stand-in that has one bucket."""
    with serving_storage() as server:
        server.make_bucket(BUCKET)
        yield server


@pytest.fixture
def lake(storage: StorageServer, tmp_path: Path) -> BucketLake:
    """A lake below a prefix of the bucket, that gives up after some seconds."""
    cloud = GoogleCloud(storage_url=storage.url, retry_seconds=20)
    return BucketLake(cloud, BUCKET, "raw", tmp_path / "copies")
