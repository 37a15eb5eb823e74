"""What a lake in a bucket keeps, and what it makes of failures on the way there."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import pytest

from taxi_assets.errors import (
    CredentialsError,
    LakeBusyError,
    StorageError,
)
from taxi_assets.lake.gcs.bucket_lake import BucketLake
from taxi_assets.lake.landed_file import LineEnd
from taxi_assets_tests.integration.gcp.conftest import BUCKET
from taxi_assets_tests.integration.gcp.landing import KEY, LONG, NAME, landed, put, stored
from taxi_assets_tests.storage_server import StorageServer
from taxi_assets_tests.stored_objects import Fault


def test_a_file_is_an_object_with_what_is_known_of_it_as_metadata(
    lake: BucketLake, storage: StorageServer
) -> None:
    put(lake, b"the bytes")
    found = stored(storage)
    assert found.data == b"the bytes"
    assert found.content_type == "application/gzip"
    assert found.metadata["source_url"] == f"https://host/{NAME}"
    assert found.metadata["source_etag"] == '"v1"'
    assert found.metadata["sha256"] == hashlib.sha256(b"the bytes").hexdigest()
    assert found.metadata["rows"] == "3"
    assert lake.url == f"gs://{BUCKET}/raw"


@pytest.mark.parametrize("line_end", ["\r\n", "\n", "mixed", None])
def test_what_is_known_of_a_file_is_found_again(lake: BucketLake, line_end: LineEnd | None) -> None:
    with lake.receive(NAME) as arrival:
        arrival.write(b"the bytes")
        arrival.publish(landed(b"the bytes", line_end=line_end))
    assert lake.find(NAME) == landed(b"the bytes", line_end=line_end)
    assert lake.find("green/other.csv.gz") is None


def test_files_are_listed_by_the_beginning_of_their_names(
    lake: BucketLake, storage: StorageServer
) -> None:
    names = [f"green/green_tripdata_2020-0{month}.csv.gz" for month in (5, 4)]
    for name in (*names, "yellow/yellow_tripdata_2020-04.csv.gz"):
        put(lake, name.encode(), name)
    storage.put(BUCKET, "raw/green/green_tripdata_2020-06.csv.gz", b"not ours")
    found = lake.find_all("green/green_tripdata_")
    assert [file.name for file in found] == sorted(names)
    assert storage.count("GET", "/o[?]") == 1, "one request for all of them"


def test_a_lake_may_be_the_whole_bucket(lake: BucketLake, storage: StorageServer) -> None:
    whole = replace(lake, prefix="")
    put(whole, b"the bytes")
    assert list(storage.objects[BUCKET]) == [NAME]
    assert [file.name for file in whole.find_all("green/")] == [NAME]
    assert whole.url == f"gs://{BUCKET}"


def test_a_file_is_not_there_before_it_is_published(
    lake: BucketLake, storage: StorageServer
) -> None:
    with lake.receive(NAME) as arrival:
        arrival.write(LONG)
        assert storage.objects[BUCKET] == {}
    assert storage.objects[BUCKET] == {}
    assert storage.sessions == {}, "what arrived is forgotten"


def test_what_was_there_stays_until_the_new_file_is_published(lake: BucketLake) -> None:
    old = put(lake, b"old")
    with lake.receive(NAME) as arrival:
        arrival.write(LONG)
        assert lake.find(NAME) == old
    assert lake.find(NAME) == old
    assert lake.find(put(lake, LONG).name) == landed(LONG)


def test_a_note_can_be_replaced_alone(lake: BucketLake, storage: StorageServer) -> None:
    before = put(lake, b"the bytes")
    generation = stored(storage).generation
    date = "Wed, 01 Apr 2020 00:00:00 GMT"
    for update in ({"etag": None, "last_modified": date}, {"etag": '"v2"', "last_modified": None}):
        after = before.model_copy(update=update)
        lake.revise(before, lambda _, after=after: after)  # type: ignore[misc]
        assert lake.find(NAME) == after
    assert stored(storage).generation == generation


def test_a_note_of_bytes_that_changed_meanwhile_is_refused(lake: BucketLake) -> None:
    before = put(lake, b"the bytes")
    put(lake, b"other bytes")
    with pytest.raises(LakeBusyError):
        lake.revise(before, lambda now: now)


def test_an_object_that_others_put_there_does_not_count(
    lake: BucketLake, storage: StorageServer
) -> None:
    put(lake, b"the bytes")
    metadata = stored(storage).metadata
    storage.put(BUCKET, KEY, b"others'")
    assert lake.find(NAME) is None
    stored(storage).metadata = metadata
    assert lake.find(NAME) is None, "nor with metadata that is of other bytes"
    put(lake, b"the bytes")
    assert lake.find(NAME) == landed(b"the bytes"), "it can be landed over"


def test_what_was_killed_before_its_metadata_lands_again(
    lake: BucketLake, storage: StorageServer
) -> None:
    put(lake, b"the bytes")
    stored(storage).metadata = {}
    assert lake.find(NAME) is None
    put(lake, b"the bytes")
    assert lake.find(NAME) == landed(b"the bytes")


def test_a_reader_has_a_copy_for_as_long_as_it_reads(lake: BucketLake) -> None:
    file = put(lake, LONG)
    with lake.local_copy(file) as copy:
        assert not copy.path.exists(), "who needs no bytes fetches none"
        copy.prove()
        assert copy.path.read_bytes() == LONG
        assert copy.path.name == "green_tripdata_2020-04.csv.gz"
    assert not copy.path.exists()


def test_a_reader_is_told_where_the_version_has_changed(lake: BucketLake) -> None:
    file = put(lake, b"old")
    put(lake, b"new")
    with lake.local_copy(file) as copy, pytest.raises(LakeBusyError):
        copy.prove()
    assert [path for path in lake.copies.rglob("*.gz") if path.is_file()] == []


def test_a_copy_that_the_disk_cannot_take_is_told(lake: BucketLake) -> None:
    file = put(lake, b"the bytes")
    lake.copies.write_text("in the way", "utf-8")
    with pytest.raises(StorageError, match="cannot write"), lake.local_copy(file):
        pytest.fail("there is no copy")


def test_a_bucket_that_is_not_there_is_told_with_the_command_that_makes_it(
    lake: BucketLake,
) -> None:
    elsewhere = replace(lake, bucket_name="no-such-bucket")
    with pytest.raises(StorageError, match="gs://no-such-bucket") as refusal:
        put(elsewhere, b"the bytes")
    assert "taxi-assets setup gcp" in refusal.value.remedy


def test_missing_rights_are_told_before_anything_is_taken(
    lake: BucketLake, storage: StorageServer
) -> None:
    words = "who@x.iam.gserviceaccount.com does not have storage.objects.get access"
    storage.faults.append(Fault("GET", "/o/", status=403, message=words))
    with pytest.raises(CredentialsError, match=r"does not have storage\.objects\.get") as refusal:  # noqa: SIM117
        with lake.receive(NAME):
            pytest.fail("nothing must be taken")
    assert "docs/gcp.md" in refusal.value.remedy
