"""The lake in a bucket of fake-gcs-server, which others wrote after Google's documentation."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from taxi_assets.gcp.bucket import ensure_bucket
from taxi_assets.gcp.cloud import GoogleCloud
from taxi_assets.lake.gcs.bucket_lake import BucketLake
from taxi_assets.trips.green import GREEN
from taxi_assets_tests.command_line import DataFolder, taxi_assets
from taxi_assets_tests.fake_gcs_server import serving_fake_gcs
from taxi_assets_tests.integration.gcp.landing import LONG, NAME, landed, put
from taxi_assets_tests.published import Mirror, csv_month

BUCKET = "other-lake"


@pytest.fixture(scope="module")
def cloud() -> Iterator[GoogleCloud]:
    with serving_fake_gcs() as url:
        found = GoogleCloud(project="some-project", storage_url=url, retry_seconds=20)
        assert ensure_bucket(found, BUCKET).created
        yield found


def test_files_are_kept_listed_replaced_and_read(cloud: GoogleCloud, tmp_path: Path) -> None:
    lake = BucketLake(cloud, BUCKET, "raw", tmp_path)
    assert lake.find(NAME) is None
    put(lake, LONG)
    assert lake.find(NAME) == landed(LONG)
    put(lake, b"replaced")
    other = put(lake, b"other", "green/green_tripdata_2020-05.csv.gz")
    assert lake.find_all("green/green_tripdata_") == [landed(b"replaced"), other]
    noted = other.model_copy(update={"etag": '"v2"'})
    lake.revise(other, lambda _: noted)
    assert lake.find(other.name) == noted
    with lake.local_copy(noted) as copy:
        copy.prove()
        assert copy.path.read_bytes() == b"other"


def test_what_does_not_arrive_whole_leaves_nothing(cloud: GoogleCloud, tmp_path: Path) -> None:
    lake = BucketLake(cloud, BUCKET, "torn", tmp_path)
    with lake.receive(NAME) as arrival:
        arrival.write(LONG)
    assert lake.find_all("") == []


def test_a_republished_month_replaces_its_object_and_its_rows(
    cloud: GoogleCloud, settings_env: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STORAGE_EMULATOR_HOST", str(cloud.storage_url))
    monkeypatch.setenv("TAXI_LAKE", f"gs://{BUCKET}/months")
    monkeypatch.setenv("TAXI_CSV_BASE_URL", mirror.csv_url)
    monkeypatch.setenv("TAXI_PUBLISHED_COUNTS", "warn")
    # Made trips are of April 2020, whatever the month of their file.
    monkeypatch.setenv("TAXI_REFUSE_OUT_OF_MONTH_SHARE", "1")
    name = "green_tripdata_2020-04.csv.gz"
    for rows, said in ((3, "loaded"), (3, "unchanged"), (5, "loaded")):
        mirror.publish(name, csv_month(GREEN, rows))
        answer = taxi_assets("load", "green", "2020-04")
        assert answer.exit_code == 0, answer.text
        assert said in answer.text
        counted = DataFolder(settings_env).query("SELECT count(*) FROM green_tripdata")
        assert counted == [(rows,)]
