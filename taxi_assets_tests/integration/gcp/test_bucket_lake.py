"""What a lake in a bucket keeps, and what it makes of failures on the way there."""

from __future__ import annotations

import hashlib
import random
import subprocess
import sys
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from taxi_assets.errors import (
    CredentialsError,
    LakeBusyError,
    StorageError,
    StorageUnavailableError,
)
from taxi_assets.lake.gcs import upload as upload_module
from taxi_assets.lake.gcs.bucket_lake import BucketLake
from taxi_assets.lake.gcs.upload import CHUNK_BYTES
from taxi_assets.lake.landed_file import FileFacts, LandedFile, LineEnd
from taxi_assets_tests.integration.gcp.conftest import BUCKET
from taxi_assets_tests.storage_server import Fault, StorageServer, StoredObject

NAME = "green/green_tripdata_2020-04.csv.gz"
KEY = f"raw/{NAME}"
LONG = bytes(range(256)) * ((2 * CHUNK_BYTES + 1_000_000) // 256)
"""Three chunks."""


def landed(data: bytes, name: str = NAME, line_end: LineEnd | None = "\r\n") -> LandedFile:
    return LandedFile(
        name=name,
        url=f"https://host/{name}",
        etag='"v1"',
        last_modified=None,
        sha256=hashlib.sha256(data).hexdigest(),
        size_bytes=len(data),
        facts=FileFacts(
            rows=3,
            jagged_rows=1,
            line_end=line_end,
            uncompressed_bytes=99,
            csv_columns=("a", "b, c", "d\u00e9j\u00e0"),
            left_out=("b, c", "d\u00e9j\u00e0"),
        ),
        landed_at=datetime(2026, 1, 1, 12, 30, tzinfo=UTC),
    )


def put(lake: BucketLake, data: bytes, name: str = NAME) -> LandedFile:
    with lake.receive(name) as arrival:
        for start in range(0, len(data), 1_000_000):
            arrival.write(data[start : start + 1_000_000])
        arrival.publish(landed(data, name))
    return landed(data, name)


def stored(storage: StorageServer) -> StoredObject:
    return storage.objects[BUCKET][KEY]


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


def test_an_arrival_can_begin_again(lake: BucketLake, storage: StorageServer) -> None:
    with lake.receive(NAME) as arrival:
        arrival.write(LONG)
        arrival.restart()
        arrival.write(b"whole")
        arrival.publish(landed(b"whole"))
    assert stored(storage).data == b"whole"
    assert len(storage.sessions) == 1, "only the one that ended well"


def test_a_long_file_is_sent_in_chunks(lake: BucketLake, storage: StorageServer) -> None:
    put(lake, LONG)
    assert stored(storage).data == LONG
    assert storage.count("PUT") == 3
    assert storage.longest_body_bytes == CHUNK_BYTES


def test_a_file_of_just_a_chunk_is_sent_whole(lake: BucketLake, storage: StorageServer) -> None:
    put(lake, LONG[:CHUNK_BYTES])
    assert stored(storage).data == LONG[:CHUNK_BYTES]


def test_an_upload_of_500_mb_takes_less_than_200_mb_of_memory(
    lake: BucketLake, storage: StorageServer
) -> None:
    storage.forget_bytes = True
    script = f"""
import re
from pathlib import Path
from taxi_assets.gcp.cloud import GoogleCloud
from taxi_assets.lake.gcs.bucket_lake import BucketLake
lake = BucketLake(GoogleCloud(storage_url={storage.url!r}), {BUCKET!r}, "raw", Path("."))
with lake.receive({NAME!r}) as arrival:
    for _ in range(500):
        arrival.write(bytes(1_000_000))
    peak = re.search(r"VmHWM:\\s+(\\d+) kB", Path("/proc/self/status").read_text())
    print(arrival.upload.size_bytes, peak[1])
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, timeout=120, check=True
    )
    size_bytes, kilobytes = map(int, done.stdout.split())
    assert size_bytes == 500_000_000
    assert storage.count("PUT") == 500_000_000 // CHUNK_BYTES
    assert kilobytes < 200_000


@pytest.mark.parametrize(
    "fault",
    [
        Fault("PUT", status=503),
        Fault("PUT", status=429),
        Fault("PUT", drop=True),
        Fault("PUT", keep_bytes=0),
        Fault("PUT", keep_bytes=512 << 10),
        Fault("POST", status=503),
        Fault("PATCH", status=503),
        Fault("GET", "/o/", status=502),
    ],
)
def test_an_upload_goes_on_after_a_failure(
    lake: BucketLake, storage: StorageServer, fault: Fault
) -> None:
    storage.faults.append(fault)
    put(lake, LONG)
    assert storage.faults == [], "the fault took place"
    assert stored(storage).data == LONG
    assert lake.find(NAME) == landed(LONG)


def test_an_end_whose_answer_is_lost_is_an_end(lake: BucketLake, storage: StorageServer) -> None:
    with lake.receive(NAME) as arrival:
        arrival.write(b"the bytes")
        storage.faults.append(Fault("PUT", drop=True))
        arrival.publish(landed(b"the bytes"))
    assert lake.find(NAME) == landed(b"the bytes")
    assert stored(storage).data == b"the bytes"


def test_an_upload_that_does_not_get_through_leaves_no_object(
    lake: BucketLake, storage: StorageServer
) -> None:
    hasty = replace(lake, cloud=replace(lake.cloud, retry_seconds=1))
    storage.faults.extend([Fault("PUT", status=503)] * 100)
    with pytest.raises(StorageUnavailableError, match="HTTP 503") as failure:
        put(hasty, LONG)
    assert "GCP_RETRY_SECONDS" in failure.value.remedy
    assert storage.objects[BUCKET] == {}


def test_an_upload_killed_half_way_leaves_no_object_and_lands_again(
    lake: BucketLake, storage: StorageServer
) -> None:
    script = f"""
import sys
from pathlib import Path
from taxi_assets.gcp.cloud import GoogleCloud
from taxi_assets.lake.gcs.bucket_lake import BucketLake
lake = BucketLake(GoogleCloud(storage_url={storage.url!r}), {BUCKET!r}, "raw", Path("."))
with lake.receive({NAME!r}) as arrival:
    arrival.write(bytes({len(LONG)}))
    print("half-way", flush=True)
    sys.stdin.read()
"""
    command = [sys.executable, "-c", script]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "half-way\n"
        process.kill()
    assert storage.count("PUT") == 2, "two of three chunks had arrived"
    assert storage.objects[BUCKET] == {}
    put(lake, LONG)
    assert lake.find(NAME) == landed(LONG)


def test_a_damaged_upload_is_refused_and_leaves_what_was_there(
    lake: BucketLake, storage: StorageServer
) -> None:
    old = put(lake, b"old")
    storage.faults.append(Fault("PUT", damage=True))
    with pytest.raises(StorageError, match="CRC32C"):
        put(lake, LONG)
    assert lake.find(NAME) == old


def test_of_two_that_land_different_bytes_the_second_is_told(
    lake: BucketLake, storage: StorageServer
) -> None:
    with lake.receive(NAME) as arrival:
        arrival.write(LONG)
        put(lake, b"theirs")
        with pytest.raises(LakeBusyError, match=f"{NAME}: somebody else changed it"):
            arrival.publish(landed(LONG))
    assert stored(storage).data == b"theirs"
    assert lake.find(NAME) == landed(b"theirs")


def test_of_two_that_replace_a_file_only_one_wins(lake: BucketLake, storage: StorageServer) -> None:
    put(lake, b"old")
    both_have_begun = threading.Barrier(2)
    outcomes: dict[bytes, Exception | None] = {}

    def replace_with(data: bytes) -> None:
        try:
            with lake.receive(NAME) as arrival:
                arrival.write(data)
                both_have_begun.wait(30)
                arrival.publish(landed(data))
            outcomes[data] = None
        except LakeBusyError as error:
            outcomes[data] = error

    threads = [threading.Thread(target=replace_with, args=(data,)) for data in (b"one", b"two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    winners = [data for data, error in outcomes.items() if error is None]
    assert len(outcomes) == 2
    assert [stored(storage).data] == winners
    assert lake.find(NAME) == landed(winners[0])


def test_of_two_that_land_the_same_bytes_both_have_landed_them(lake: BucketLake) -> None:
    with lake.receive(NAME) as arrival:
        arrival.write(LONG)
        put(lake, LONG)
        arrival.publish(landed(LONG))
    assert lake.find(NAME) == landed(LONG)


def test_an_upload_that_the_bucket_ended_is_begun_anew_by_running_again(
    lake: BucketLake, storage: StorageServer
) -> None:
    with lake.receive(NAME) as arrival:
        arrival.write(LONG)
        storage.sessions.clear()
        with pytest.raises(StorageUnavailableError, match="ended by the bucket"):
            arrival.publish(landed(LONG))
    put(lake, LONG)
    assert stored(storage).data == LONG


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


def test_a_slow_line_is_given_its_time(
    lake: BucketLake, storage: StorageServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A chunk takes longer than the time-out, and each of its pieces does not."""
    monkeypatch.setattr(upload_module, "_TIMEOUT_SECONDS", (1, 20))
    storage.bytes_per_second = 3 << 20
    data = random.Random(1).randbytes(12 << 20)
    started = time.monotonic()
    put(lake, data)
    assert time.monotonic() - started > 3, "the line was slow"
    assert stored(storage).data == data
    assert storage.count("PUT") == 2, "no chunk was sent twice"


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
