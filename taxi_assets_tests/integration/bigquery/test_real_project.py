"""What only Google itself can show. Runs where GCP_CREDS and GCP_PROJECT_ID name a project."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import duckdb
import pytest

from taxi_assets.gcp.cloud import google_cloud_of
from taxi_assets.settings import Settings
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.bigquery.dataset import ensure_dataset
from taxi_assets.warehouse.duckdb.replace_month import replace_month
from taxi_assets.warehouse.duckdb.session import DuckDBSession
from taxi_assets_tests.integration.bigquery.dataset import APRIL, GREEN, OwnDataset
from taxi_assets_tests.integration.equality.generated_months import csv_bytes, publish_parquet
from taxi_assets_tests.published import Mirror

pytestmark = [
    pytest.mark.gcp,
    pytest.mark.skipif(
        not (os.environ.get("GCP_CREDS") and os.environ.get("GCP_PROJECT_ID")),
        reason="GCP_CREDS and GCP_PROJECT_ID name no project of Google Cloud",
    ),
]


@pytest.fixture
def real(tmp_path: Path) -> Iterator[OwnDataset]:
    """A dataset of this test alone, in the project that the environment names."""
    cloud = google_cloud_of(Settings.model_validate({}))
    own = OwnDataset(cloud, f"taxi_assets_tests_{uuid4().hex[:12]}", tmp_path)
    ensure_dataset(own.place)
    try:
        yield own
    finally:
        own.place.client.delete_dataset(own.place.address, delete_contents=True)


def test_months_equal_duckdbs_and_cost_what_is_told(real: OwnDataset, mirror: Mirror) -> None:
    parquet = TripFile(GREEN, Month(2025, 1), FileFormat.PARQUET)
    files = {APRIL: csv_bytes(APRIL, 500), parquet: publish_parquet(mirror, parquet).read_bytes()}
    with duckdb.connect() as connection:
        for file, data in files.items():
            assert real.load(file, data).changed
            assert not real.load(file, data).changed
            replace_month(DuckDBSession(connection), real.open(file, data))
        expected = connection.execute(f"FROM {GREEN.table}").fetchall()
    assert sorted(real.rows().elements(), key=repr) == sorted(expected, key=repr)
    assert real.warehouse.measure(APRIL).rows == 500
    assert real.warehouse.estimate(APRIL).bytes_billed > 0
    assert "months may be loaded" in real.warehouse.diagnose()
