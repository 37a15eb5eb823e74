"""Months as they lie in a lake, and a ledger's entry of one, for tests without a lake."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.lake.landing import inspection_of
from taxi_assets.lake.local_copy import LocalCopy
from taxi_assets.rows.reading import OpenMonth
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.ledger import LedgerEntry

ENTRY = LedgerEntry(
    filename="green_tripdata_2020-04.csv",
    taxi="green",
    month="2020-04",
    source_url="https://example.org/green_tripdata_2020-04.csv.gz",
    sha256="0" * 64,
    rows=100,
    jagged_rows=0,
    loaded_at=datetime.fromisoformat("2026-01-01"),
    run_id="",
)


def open_month(
    path: Path, file: TripFile, data: bytes, jagged_rows: int = 100, max_other_share: float = 1.0
) -> OpenMonth:
    """A month as it lies in a lake, written to a path.

    Args:
        path: where to.
        file: which month it is.
        data: what was published.
        jagged_rows: how many short rows are let pass.
        max_other_share: the share of pickups that may lie in other months.
    """
    path.write_bytes(data)
    inspection = inspection_of(file, max_jagged_rows=jagged_rows)
    inspection.feed(data)
    landed = LandedFile(
        name=file.published_name,
        url=f"https://host/{file.published_name}",
        etag=None,
        last_modified=None,
        sha256=hashlib.sha256(data).hexdigest(),
        size_bytes=len(data),
        facts=inspection.finish(),
        landed_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    return OpenMonth(file, landed, LocalCopy(path, landed), max_other_share=max_other_share)
