"""Texts are the same values however their writer kept them, and zeros behind gzip data are none."""

from __future__ import annotations

import math
from pathlib import Path

import pyarrow as pa
import pytest

from taxi_assets.errors import InvalidFileError
from taxi_assets.lake.folder import FolderLake
from taxi_assets.lake.landing import landed_months
from taxi_assets.lake.local_copy import LocalCopy
from taxi_assets.rows.reading import OpenMonth
from taxi_assets.rows.rejects import without_bad_rows
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.duckdb.external_view import refresh_external_view
from taxi_assets.warehouse.duckdb.session import DuckDBSession
from taxi_assets_tests.integration.rows.tables import Tables
from taxi_assets_tests.published import csv_month, parquet_bytes, parquet_table, with_column

APRIL = Month(2020, 4)
PARQUET = TripFile(GREEN, APRIL, FileFormat.PARQUET)
FLAGS = [b"N", b"Y", None]
KINDS = {
    "category": pa.dictionary(pa.int8(), pa.string()),
    "large text": pa.large_string(),
    "text view": pa.string_view(),
    "without annotation": pa.binary(),
    "large, without annotation": pa.large_binary(),
}


def month_of(flags: list[bytes | None], type_: pa.DataType) -> bytes:
    """A month with these flags as a column of that type, valid or not."""
    binary = pa.array(flags, pa.binary())
    if pa.types.is_dictionary(type_):
        codes = binary.dictionary_encode()
        texts = pa.StringArray.from_buffers(
            len(codes.dictionary), *codes.dictionary.buffers()[1:], codes.dictionary.buffers()[0]
        )
        column: pa.Array = pa.DictionaryArray.from_arrays(codes.indices.cast(pa.int8()), texts)
    elif pa.types.is_string_view(type_) or pa.types.is_large_string(type_):
        unchecked = pa.Array.from_buffers(pa.string(), len(binary), binary.buffers())
        column = unchecked.cast(type_)
    else:
        column = binary.cast(type_)
    table = parquet_table(GREEN, APRIL)
    place = table.column_names.index("store_and_fwd_flag")
    return parquet_bytes(table.set_column(place, "store_and_fwd_flag", column))


def in_view(tables: Tables) -> list[object]:
    """The flags in the external view, which is made anew."""
    lake = FolderLake(tables.folder / "lake")
    if refresh_external_view(DuckDBSession(tables.connection), lake, GREEN) == 0:
        return []
    rows = tables.connection.execute("SELECT store_and_fwd_flag FROM green_tripdata_ext")
    return [flag for (flag,) in rows.fetchall()]


@pytest.mark.parametrize("type_", KINDS.values(), ids=KINDS)
def test_every_kind_of_text_has_its_values_in_table_and_view(
    tables: Tables, type_: pa.DataType
) -> None:
    flags = tables.values("store_and_fwd_flag", month_of(FLAGS, type_), PARQUET)
    assert flags == ["N", "Y", None]
    assert sorted(map(str, in_view(tables))) == ["N", "None", "Y"]


@pytest.mark.parametrize("kind", sorted(KINDS.keys() - {"category"}))
def test_bytes_that_are_no_text_are_named_and_can_be_rejected_in_every_kind(
    tables: Tables, kind: str
) -> None:
    data = month_of([b"N", b"\xd1", b"Y"], KINDS[kind])
    with pytest.raises(InvalidFileError) as raised:
        tables.values("store_and_fwd_flag", data, PARQUET)
    assert r"row 2, column store_and_fwd_flag: '\\xd1' is no text in UTF-8" in raised.value.what

    with without_bad_rows(landed(tables), 1, raised.value) as kept:
        assert [(reject.line, reject.column) for reject in kept.rejects] == [
            (2, "store_and_fwd_flag")
        ]
        assert r'"store_and_fwd_flag": "\\xd1"' in kept.rejects[0].text
        assert kept.landed.facts.rows == 2


def test_bytes_that_are_no_text_are_shown_in_a_category(tables: Tables) -> None:
    """Without their row: neither Arrow nor DuckDB reads the column."""
    data = month_of([b"N", b"\xd1", b"Y"], KINDS["category"])
    with pytest.raises(InvalidFileError, match=r"value \"\\xD1\" is not valid UTF8"):
        tables.values("store_and_fwd_flag", data, PARQUET)


def test_a_row_is_rejected_beside_a_category(tables: Tables) -> None:
    table = parquet_table(GREEN, APRIL)
    table = table.set_column(
        table.column_names.index("store_and_fwd_flag"),
        "store_and_fwd_flag",
        pa.array(["N", "Y", None]).dictionary_encode(),
    )
    data = parquet_bytes(with_column(table, "fare_amount", [1.0, 2.0, math.nan]))
    with pytest.raises(InvalidFileError) as raised:
        tables.rows(data, PARQUET)
    with without_bad_rows(landed(tables), 1, raised.value) as kept:
        assert [(reject.line, reject.column) for reject in kept.rejects] == [(3, "fare_amount")]
        with kept.rows(tables.connection) as rows:
            found = tables.connection.execute(
                f"SELECT store_and_fwd_flag FROM ({rows.select})", dict(rows.parameters)
            ).fetchall()
    assert sorted(found) == [("N",), ("Y",)]


def landed(tables: Tables) -> OpenMonth:
    """The month that stands in the lake."""
    lake = FolderLake(tables.folder / "lake")
    ((file, found),) = landed_months(lake, GREEN)
    return OpenMonth(file, found, LocalCopy(lake.path(found.name), found))


def test_zeros_behind_gzip_data_change_nothing_but_the_view_does_without_the_file(
    tables: Tables,
) -> None:
    assert tables.values("fare_amount", csv_month(GREEN, 3) + bytes(512)) == [1.0, 2.0, 3.0]
    assert in_view(tables) == []
    assert len(tables.rows(csv_month(GREEN, 2))) == 2
    assert in_view(tables) == ["N", "N"]


@pytest.mark.parametrize(
    ("case", "month", "flags"),
    [
        ("binary_no_utf8", Month(2020, 4), ["N", "Y", None]),
        ("pandas_category", Month(2020, 2), ["N", "Y", None]),
        ("csv_gzip_zero_padding", Month(2019, 12), ["N", "N", "N"]),
    ],
)
def test_reported_files_have_their_values(
    tables: Tables, real_data: Path, case: str, month: Month, flags: list[object]
) -> None:
    data, file = reported(real_data, case, month)
    assert tables.values("store_and_fwd_flag", data, file) == flags


@pytest.mark.parametrize(
    ("case", "month", "says"),
    [
        ("csv_double_gzip", Month(2020, 3), "line 1: it is gzipped twice"),
        ("csv_pandas_index", Month(2021, 6), "one without a name is pandas' numbering of rows"),
    ],
)
def test_reported_files_are_refused_in_words(
    tables: Tables, real_data: Path, case: str, month: Month, says: str
) -> None:
    data, file = reported(real_data, case, month)
    with pytest.raises(InvalidFileError) as raised:
        tables.rows(data, file)
    assert says in raised.value.what


def reported(real_data: Path, case: str, month: Month) -> tuple[bytes, TripFile]:
    """A file that somebody reported, as the month that it is of."""
    folder = real_data / "odd" / case
    if not folder.is_dir():
        pytest.skip(f"no {folder}")
    (path,) = folder.glob("green_*")
    format_ = FileFormat.PARQUET if path.suffix == ".parquet" else FileFormat.CSV
    return path.read_bytes(), TripFile(GREEN, month, format_)
