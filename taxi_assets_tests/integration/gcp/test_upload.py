"""How a file gets into the bucket: in chunks, after failures, against others, whole or not."""

from __future__ import annotations

import random
import subprocess
import sys
import threading
import time
from dataclasses import replace

import pytest

from taxi_assets.errors import (
    LakeBusyError,
    StorageError,
    StorageUnavailableError,
)
from taxi_assets.lake.gcs import upload as upload_module
from taxi_assets.lake.gcs.bucket_lake import BucketLake
from taxi_assets.lake.gcs.upload import CHUNK_BYTES
from taxi_assets_tests.integration.gcp.conftest import BUCKET
from taxi_assets_tests.integration.gcp.landing import LONG, NAME, landed, put, stored
from taxi_assets_tests.storage_server import StorageServer
from taxi_assets_tests.stored_objects import Fault


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
