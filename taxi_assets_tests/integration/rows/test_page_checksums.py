"""Parquet files whose pages carry checksums are held against them."""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from taxi_assets.errors import InvalidFileError
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets_tests.integration.rows.tables import Tables
from taxi_assets_tests.published import parquet_table, with_column

FILE = TripFile(GREEN, Month(2020, 4), FileFormat.PARQUET)
ODD_FARE = 12.34


def month(checksums: bool) -> bytes:
    """A month whose second fare stands once among its bytes: it is no extreme."""
    table = with_column(parquet_table(GREEN, FILE.month), "fare_amount", [1.5, ODD_FARE, 25.5])
    stream = BytesIO()
    pq.write_table(
        table, stream, compression="none", use_dictionary=False, write_page_checksum=checksums
    )
    return stream.getvalue()


def damaged(data: bytes) -> bytes:
    """The same with one bit of the second fare changed."""
    place = data.index(struct.pack("<d", ODD_FARE))
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def test_whole_pages_are_loaded(tables: Tables) -> None:
    assert tables.values("fare_amount", month(checksums=True), FILE) == [1.5, ODD_FARE, 25.5]


def test_a_page_that_its_checksum_contradicts_is_refused(tables: Tables) -> None:
    with pytest.raises(InvalidFileError, match=r"column fare_amount: a page is not what") as told:
        tables.rows(damaged(month(checksums=True)), FILE)
    assert FILE.filename in told.value.what
    assert "published again" in told.value.remedy


def test_without_checksums_nothing_contradicts(tables: Tables) -> None:
    assert tables.rows(damaged(month(checksums=False)), FILE)[1]["fare_amount"] != ODD_FARE


def test_the_damaged_page_that_was_reported_is_refused(tables: Tables, real_data: Path) -> None:
    path = real_data / "odd" / "page_crc_mismatch" / "green_tripdata_2020-01.parquet"
    if not path.exists():
        pytest.skip(f"no {path}")
    file = TripFile(GREEN, Month(2020, 1), FileFormat.PARQUET)
    with pytest.raises(InvalidFileError, match="column fare_amount: a page is not what"):
        tables.rows(path.read_bytes(), file)
