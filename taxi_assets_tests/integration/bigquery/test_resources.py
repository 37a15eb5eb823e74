"""Users' own assets have BigQuery and the bucket as dagster-gcp's resources."""

import os
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import dagster as dg
import pytest
from dagster_gcp import BigQueryResource, GCSResource

from taxi_assets.definitions import build_definitions
from taxi_assets.settings import read_settings
from taxi_assets_tests.integration.bigquery.dataset import LOCATION, PROJECT, OwnDataset
from taxi_assets_tests.storage_server import StorageServer

BUCKET = "taxi-lake"
SECRET = "a-secret-that-nobody-may-see"


@pytest.fixture
def resources(
    own: OwnDataset, storage: StorageServer, settings_env: Path
) -> Iterator[dict[str, object]]:
    """The resources of a project with a bucket and BigQuery."""
    storage.make_bucket(BUCKET)
    storage.put(BUCKET, "raw/there", b"bytes")
    environment = {
        **own.environment,
        "STORAGE_EMULATOR_HOST": storage.url,
        "TAXI_LAKE": f"gs://{BUCKET}/raw",
        "GCP_CREDS": SECRET,
    }
    with mock.patch.dict(os.environ, environment):
        yield dict(build_definitions(read_settings()).resources or {})


@dg.asset
def by_annotation(bigquery: BigQueryResource, gcs: GCSResource) -> list[str]:
    """As dagster-gcp's own pages do it."""
    with bigquery.get_client() as client:
        [row] = client.query_and_wait("SELECT 'a row'")
    blobs = gcs.get_client().list_blobs(BUCKET)
    return [row[0], *(blob.name for blob in blobs)]


@dg.asset(required_resource_keys={"bigquery", "gcs"})
def by_context(context: dg.AssetExecutionContext) -> list[str]:
    """As older code does it."""
    with context.resources.bigquery.get_client() as client:
        [row] = client.query_and_wait("SELECT 'a row'")
    return [row[0], *(blob.name for blob in context.resources.gcs.list_blobs(BUCKET))]


def test_a_users_own_assets_query_and_list(resources: dict[str, object]) -> None:
    done = dg.materialize([by_annotation, by_context], resources=resources)
    assert done.success
    for name in ("by_annotation", "by_context"):
        assert done.output_for_node(name) == ["a row", "raw/there"]


def test_the_resources_show_project_location_and_dataset_and_no_secret(
    resources: dict[str, object], own: OwnDataset
) -> None:
    bigquery, gcs = resources["bigquery"], resources["gcs"]
    assert isinstance(bigquery, BigQueryResource)
    assert isinstance(gcs, GCSResource)
    shown = {**bigquery.model_dump(), **gcs.model_dump()}
    assert shown == {
        "project": PROJECT,
        "location": LOCATION,
        "gcp_credentials": None,
        "dataset": own.name,
        "bucket": BUCKET,
    }
    assert SECRET not in f"{bigquery!r} {gcs!r}"
    assert os.environ.get("GOOGLE_APPLICATION_CREDENTIALS") is None


def test_the_external_table_stands_between_bucket_and_merged_table(
    resources: dict[str, object],
) -> None:
    graph = build_definitions(read_settings()).resolve_asset_graph()
    lake, external, merged = (
        dg.AssetKey(key)
        for key in (
            ["lake", "green_tripdata"],
            ["bigquery", "green_tripdata_ext"],
            ["bigquery", "green_tripdata"],
        )
    )
    assert graph.get(external).parent_keys == {lake}
    assert external in graph.get(merged).parent_keys
