"""Files that land in the bucket, and what is known of them."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from taxi_assets.lake.gcs.bucket_lake import BucketLake
from taxi_assets.lake.gcs.upload import CHUNK_BYTES
from taxi_assets.lake.landed_file import FileFacts, LandedFile, LineEnd
from taxi_assets_tests.integration.gcp.conftest import BUCKET
from taxi_assets_tests.storage_server import StorageServer
from taxi_assets_tests.stored_objects import StoredObject

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
