"""The lake's bucket is made as it should be, or checked and left as it is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from taxi_assets.definitions import build_definitions
from taxi_assets.settings import read_settings
from taxi_assets_tests.command_line import taxi_assets
from taxi_assets_tests.integration.gcp.conftest import BUCKET
from taxi_assets_tests.storage_server import StorageServer
from taxi_assets_tests.stored_objects import Fault

FITS = {
    "iamConfiguration": {
        "uniformBucketLevelAccess": {"enabled": True},
        "publicAccessPrevention": "enforced",
    }
}


@pytest.fixture(autouse=True)
def environment(
    storage: StorageServer, settings_env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", storage.url)
    monkeypatch.setenv("TAXI_LAKE", f"gs://{BUCKET}/raw")
    monkeypatch.setenv("TAXI_SOURCE", "sample")
    monkeypatch.setenv("TAXI_SAMPLE_ROWS", "200")
    monkeypatch.setenv("GCP_PROJECT_ID", "some-project")
    monkeypatch.setenv("GCP_RETRY_SECONDS", "5")


def test_a_bucket_that_is_missing_is_made(storage: StorageServer) -> None:
    del storage.buckets[BUCKET]
    answer = taxi_assets("setup", "gcp")
    assert answer.exit_code == 0, answer.text
    assert f"gs://{BUCKET} in us-east1: made" in answer.text
    made = storage.buckets[BUCKET]
    assert made["location"] == "US-EAST1"
    assert made["iamConfiguration"]["uniformBucketLevelAccess"]["enabled"] is True
    assert made["iamConfiguration"]["publicAccessPrevention"] == "enforced"
    assert made["labels"] == {"managed-by": "taxi-assets"}
    assert made["lifecycle"]["rule"][0]["action"]["type"] == "AbortIncompleteMultipartUpload"


def test_a_bucket_that_is_there_is_left_as_it_is(storage: StorageServer) -> None:
    storage.make_bucket(BUCKET, labels={"theirs": "yes"}, **FITS)
    before = dict(storage.buckets[BUCKET])
    answer = taxi_assets("setup", "gcp")
    assert answer.exit_code == 0, answer.text
    assert "is there and fits" in answer.text
    assert storage.buckets[BUCKET] == before


@pytest.mark.parametrize(
    ("properties", "what", "remedy"),
    [
        ({**FITS, "location": "EU"}, "is in eu, and GCP_LOCATION says us-east1", "GCP_LOCATION=eu"),
        (
            {"iamConfiguration": {"uniformBucketLevelAccess": {"enabled": True}}},
            "opened to everybody",
            "--public-access-prevention",
        ),
    ],
)
def test_a_bucket_that_does_not_fit_is_told_and_not_changed(
    storage: StorageServer, properties: dict[str, Any], what: str, remedy: str
) -> None:
    storage.make_bucket(BUCKET, **properties)
    before = dict(storage.buckets[BUCKET])
    answer = taxi_assets("setup", "gcp")
    assert answer.exit_code == 1
    assert what in answer.text
    assert remedy in answer.text
    assert storage.buckets[BUCKET] == before


def test_a_bucket_with_rights_object_by_object_does_with_a_warning(
    storage: StorageServer,
) -> None:
    access = {"iamConfiguration": {"publicAccessPrevention": "enforced"}}
    storage.make_bucket(BUCKET, **access)
    answer = taxi_assets("setup", "gcp")
    assert answer.exit_code == 0, answer.text
    assert "rights object by object" in answer.text
    assert "--uniform-bucket-level-access" in answer.text


@pytest.mark.parametrize(
    ("bucket", "location", "fits"),
    [
        ("US-EAST1", "us", True),
        ("NAM4", "us", True),
        ("US", "us", True),
        ("EUROPE-WEST4", "eu", True),
        ("EUROPE-WEST2", "eu", False),
        ("EUROPE-WEST4", "us", False),
        ("US", "us-east1", False),
        ("US-EAST1", "us-west1", False),
    ],
)
def test_a_bucket_may_lie_in_a_region_of_the_datasets_multi_region(
    storage: StorageServer, monkeypatch: pytest.MonkeyPatch, bucket: str, location: str, fits: bool
) -> None:
    storage.make_bucket(BUCKET, **FITS)
    storage.buckets[BUCKET]["location"] = bucket
    monkeypatch.setenv("GCP_LOCATION", location)
    assert (taxi_assets("setup", "gcp").exit_code == 0) is fits


def test_the_flows_name_of_the_bucket_is_the_lake(
    storage: StorageServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TAXI_LAKE")
    monkeypatch.setenv("GCP_BUCKET_NAME", BUCKET)
    answer = taxi_assets("load", "green", "2024-01")
    assert answer.exit_code == 0, answer.text
    assert list(storage.objects[BUCKET]) == ["green/green_tripdata_2024-01.synthetic.csv.gz"]
    monkeypatch.setenv("TAXI_LAKE", f"gs://{BUCKET}/raw")
    assert taxi_assets("doctor").exit_code == 0, "both name one bucket"
    for lake in ("gs://other-lake", "file:///srv/lake"):
        monkeypatch.setenv("TAXI_LAKE", lake)
        refused = taxi_assets("doctor")
        assert refused.exit_code == 2
        assert f"TAXI_LAKE={lake} is another lake" in refused.text


@pytest.mark.parametrize(
    "faults",
    [
        [Fault("GET", status=403, message="no access to the bucket")],
        [Fault("GET", status=404), Fault("POST", status=409, message="not available")],
    ],
)
def test_the_bucket_of_another_project_is_told(storage: StorageServer, faults: list[Fault]) -> None:
    storage.faults.extend(faults)
    answer = taxi_assets("setup", "gcp")
    assert answer.exit_code == 1
    assert "another project's" in answer.text
    assert "world-wide" in answer.text


@pytest.mark.parametrize(
    ("message", "remedy"),
    [
        ("The billing account for the owning project is disabled", "gcloud billing projects link"),
        (
            "Cloud Storage JSON API has not been used in project 1 before or it is disabled",
            "gcloud services enable",
        ),
    ],
)
def test_why_no_bucket_can_be_made_is_told_apart(
    storage: StorageServer, message: str, remedy: str
) -> None:
    del storage.buckets[BUCKET]
    storage.faults.append(Fault("POST", status=403, message=message))
    answer = taxi_assets("setup", "gcp")
    assert answer.exit_code == 1
    assert remedy in answer.text


def test_without_a_bucket_there_is_nothing_to_set_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TAXI_LAKE")
    answer = taxi_assets("setup", "gcp")
    assert answer.exit_code == 2
    assert "TAXI_LAKE=gs://BUCKET" in answer.text


def test_doctor_asks_what_may_be_done(storage: StorageServer) -> None:
    answer = taxi_assets("doctor")
    assert answer.exit_code == 0, answer.text
    assert f"lake: gs://{BUCKET}: may be used" in answer.text
    storage.permissions = {"storage.objects.get", "storage.objects.list"}
    answer = taxi_assets("doctor")
    assert answer.exit_code == 1
    missing = "storage.objects.create, storage.objects.delete, storage.objects.update"
    assert f"not allowed: {missing}" in answer.text
    assert "--role=roles/storage.objectUser" in answer.text
    del storage.buckets[BUCKET]
    answer = taxi_assets("doctor")
    assert answer.exit_code == 1
    assert f"gs://{BUCKET} does not exist" in answer.text
    assert "taxi-assets setup gcp" in answer.text


def test_months_are_loaded_through_the_bucket(storage: StorageServer, settings_env: Path) -> None:
    first = taxi_assets("load", "green", "2024-01", "2024-02")
    assert first.exit_code == 0, first.text
    names = [f"raw/green/green_tripdata_2024-0{m}.synthetic.csv.gz" for m in (1, 2)]
    assert sorted(storage.objects[BUCKET]) == names
    assert storage.objects[BUCKET][names[0]].metadata["rows"] == "200"
    uploads = storage.count("PUT")
    again = taxi_assets("load", "green", "2024-01", "2024-02")
    assert again.exit_code == 0, again.text
    assert "unchanged" in again.text
    assert storage.count("PUT") == uploads, "nothing is uploaded again"
    status = taxi_assets("status")
    assert status.text.count(" ok") == 2
    left = [path for path in (settings_env / "lake").rglob("*.gz") if path.is_file()]
    assert left == [], "no raw file stays on the disk"


def test_the_bucket_is_an_asset_that_makes_it(storage: StorageServer) -> None:
    del storage.buckets[BUCKET]
    job = build_definitions(read_settings()).resolve_implicit_global_asset_job_def()
    with dg.DagsterInstance.ephemeral() as instance:
        done = job.execute_in_process(
            asset_selection=[dg.AssetKey(["gcp", "bucket"])], instance=instance
        )
    assert done.success
    [made] = done.asset_materializations_for_node("gcp__bucket")
    assert made.metadata["created"].value is True
    assert made.metadata["location"].value == "us-east1"
    assert BUCKET in storage.buckets


def test_zones_are_loaded_through_the_bucket(storage: StorageServer) -> None:
    answer = taxi_assets("load", "zones")
    assert answer.exit_code == 0, answer.text
    names = ["raw/zones/taxi_zone_lookup.csv", "raw/zones/taxi_zones.zip"]
    assert sorted(storage.objects[BUCKET]) == names
