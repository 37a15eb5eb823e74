"""Months as they lie in a lake, a ledger's entry of one, and months loaded without a run."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from taxi_assets.lake.fetching import land_month
from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.lake.landing import inspection_of
from taxi_assets.lake.local_copy import LocalCopy
from taxi_assets.lake.resource import lake_of
from taxi_assets.rows.reading import OpenMonth
from taxi_assets.settings import read_settings
from taxi_assets.source.catalog import Catalog
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.interface import Attempt
from taxi_assets.warehouse.ledger import LedgerEntry
from taxi_assets.warehouse.month_assets import load_month
from taxi_assets.warehouse.registry import warehouses_of

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


def load_by_steps(dataset: Dataset, *months: str) -> None:
    """Land and load months by the environment's settings, as the steps of their runs do.

    It takes less than half of the runs' time, and Dagster's history does not know of it.
    """
    settings = read_settings()
    lake, catalog = lake_of(settings), Catalog(settings)
    for month in months:
        file = catalog.file(dataset, Month.parse(month))
        land_month(lake, catalog, file)
        for warehouse in warehouses_of(settings):
            load_month(warehouse, lake, catalog, file, Attempt("steps"))
