"""Postgres's hash of rows, computed here, is that of the rows that are sent."""

from __future__ import annotations

import pyarrow as pa

from taxi_assets.trips.column import ColumnType
from taxi_assets.trips.green import GREEN
from taxi_assets.warehouse.postgres.record_hash import RecordHashes

TYPES = {
    ColumnType.CODE: pa.string(),
    ColumnType.TEXT: pa.string(),
    ColumnType.INTEGER: pa.int32(),
    ColumnType.DOUBLE: pa.float64(),
    ColumnType.TIMESTAMP: pa.timestamp("us"),
}
SCHEMA = pa.schema(
    [("unique_row_id", pa.string()), *((c.name, TYPES[c.type]) for c in GREEN.columns)]
)
ROWS: list[dict[str, object]] = [
    {"unique_row_id": text, "VendorID": code, "passenger_count": number, "fare_amount": number}
    for text, code, number in (("one", "1", 1), ("another", "22", None), ("third", None, 3))
]


def hashed(*batches: pa.RecordBatch) -> str:
    hashes = RecordHashes(GREEN, "Postgres")
    for batch in batches:
        hashes.add(batch)
    return hashes.digests().by_engine


def batch(*rows: dict[str, object]) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist(rows, schema=SCHEMA)


def test_rows_have_the_same_digest_in_whatever_pieces_they_come() -> None:
    whole = batch(*ROWS)
    assert hashed(whole.slice(1)) == hashed(batch(*ROWS[1:])) != hashed(whole)
    assert hashed(whole.slice(2), whole.slice(0, 2)) == hashed(whole)
