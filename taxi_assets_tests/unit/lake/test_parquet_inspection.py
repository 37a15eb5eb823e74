"""What is known of a Parquet file once its bytes have passed, and what is refused of it."""

from __future__ import annotations

from io import BytesIO

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from taxi_assets.errors import InvalidFileError
from taxi_assets.lake.landed_file import FileFacts
from taxi_assets.lake.parquet_inspection import ParquetInspection
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets_tests.published import parquet_bytes, parquet_table, with_column

MONTH = Month(2023, 2)
FILE = TripFile(GREEN, MONTH, FileFormat.PARQUET)
NAME = "green_tripdata_2023-02.parquet"
TABLE = parquet_table(GREEN, MONTH, rows=500)
DATA = parquet_bytes(TABLE)


def inspect(data: bytes, block_bytes: int | None = None) -> FileFacts:
    inspection = ParquetInspection(FILE)
    size = block_bytes or max(len(data), 1)
    for start in range(0, len(data), size):
        inspection.feed(data[start : start + size])
    return inspection.finish()


def refusal(data: bytes) -> InvalidFileError:
    with pytest.raises(InvalidFileError) as raised:
        inspect(data)
    assert raised.value.what.startswith(NAME)
    return raised.value


@pytest.mark.parametrize("block_bytes", [1, 3, 1000, None])
def test_rows_are_counted_however_the_bytes_arrive(block_bytes: int | None) -> None:
    assert inspect(DATA, block_bytes) == FileFacts(rows=500, uncompressed_bytes=len(DATA))


@pytest.mark.parametrize("length", [4, 5, 12, len(DATA) // 2, len(DATA) - 8, len(DATA) - 1])
def test_a_file_cut_short_is_refused(length: int) -> None:
    error = refusal(DATA[:length])
    assert error.what == (
        f"{NAME}, byte {length}: it ends without the footer of a Parquet file: the file was cut "
        "short"
    )
    assert "again" in error.remedy


def test_a_file_that_lacks_bytes_in_its_middle_is_refused() -> None:
    assert f"{len(DATA) - 900}" in refusal(DATA[:600] + DATA[1500:]).what


@pytest.mark.parametrize(
    "data",
    [b"PAR1PAR1", DATA[:-8] + b"\xff\xff\xff\x7fPAR1", DATA[:-200] + bytes(192) + DATA[-8:]],
    ids=["no footer", "a length too long", "zeros"],
)
def test_a_footer_that_cannot_be_read_is_refused(data: bytes) -> None:
    assert "its footer cannot be read" in refusal(data).what


@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"", "an empty file"),
        (b"PA", "something else, which begins 'PA'"),
        (b"<html>Not found</html>", "an HTML page"),
        (b"<?xml version='1.0'?><Error/>", "an XML document"),
        (b"\x1f\x8b\x08", "something else"),
    ],
    ids=["nothing", "two bytes", "HTML", "XML", "gzip"],
)
def test_what_is_no_parquet_file_is_refused_with_what_it_is(data: bytes, found: str) -> None:
    error = refusal(data)
    assert found in error.what
    assert error.what.endswith("instead of a Parquet file")


def test_a_git_lfs_pointer_is_refused_with_the_command_that_helps() -> None:
    error = refusal(b"version https://git-lfs.github.com/spec/v1\noid sha256:5599\nsize 78\n")
    assert "a Git LFS pointer" in error.what
    assert "git lfs pull" in error.remedy


def test_a_file_without_rows_is_no_month() -> None:
    assert refusal(parquet_bytes(TABLE.slice(0, 0))).what == f"{NAME}: it has a footer but no rows"


def test_names_are_matched_whatever_their_case() -> None:
    shouted = TABLE.rename_columns([name.upper() for name in TABLE.column_names])
    assert inspect(parquet_bytes(shouted)).rows == 500


@pytest.mark.parametrize("name", ["ehail_fee", "cbd_congestion_fee"])
def test_a_column_that_the_month_need_not_have_may_be_there(name: str) -> None:
    values: list[object] = [None] * 500
    assert inspect(parquet_bytes(with_column(TABLE, name, values, pa.null()))).rows == 500


@pytest.mark.parametrize("name", [column for column in TABLE.column_names if column != "ehail_fee"])
def test_a_column_that_the_month_must_have_is_missed(name: str) -> None:
    error = refusal(parquet_bytes(TABLE.drop_columns([name])))
    assert f"missing columns: {name}; found " in error.what


@pytest.mark.parametrize(
    "name", ["trip_miles", "fare", "tpep_pickup_datetime", "filename", "__index_level_0__"]
)
def test_a_column_that_is_not_declared_is_named(name: str) -> None:
    facts = inspect(parquet_bytes(with_column(TABLE, name, [1] * 500)))
    assert facts.left_out == (name,)
    assert inspect(DATA).left_out == ()


@pytest.mark.parametrize("name", ["vendorid", "VendorID"])
def test_two_columns_of_one_meaning_are_refused(name: str) -> None:
    fields = [*TABLE.schema, pa.field(name, pa.int64())]
    twice = pa.Table.from_arrays([*TABLE.columns, TABLE["VendorID"]], schema=pa.schema(fields))
    assert (
        f"columns 'VendorID' and {name!r} both mean VendorID" in refusal(parquet_bytes(twice)).what
    )


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("lpep_pickup_datetime", [1_585_699_200] * 500, "timestamp"),
        ("lpep_pickup_datetime", [None] * 500, "timestamp"),
        ("passenger_count", ["1"] * 500, "integer"),
        ("fare_amount", ["9.95"] * 500, "double"),
        ("fare_amount", [[9.95]] * 500, "double"),
        ("store_and_fwd_flag", [True] * 500, "text"),
        ("PULocationID", [[1]] * 500, "code"),
    ],
)
def test_a_column_of_a_type_that_cannot_hold_its_values_is_refused(
    name: str, values: list[object], kind: str
) -> None:
    error = refusal(parquet_bytes(with_column(TABLE, name, values)))
    assert error.what.startswith(f"{NAME}: column {name!r} is of type ")
    assert error.what.endswith(f"which does not hold {kind} values")


@pytest.mark.parametrize(
    "type_",
    [
        pa.dictionary(pa.int8(), pa.string()),
        pa.dictionary(pa.uint32(), pa.large_string()),
        pa.large_string(),
        pa.string_view(),
        pa.binary(),
        pa.large_binary(),
        pa.binary_view(),
    ],
    ids=str,
)
@pytest.mark.parametrize("name", ["store_and_fwd_flag", "PULocationID"])
def test_every_kind_of_text_is_text(name: str, type_: pa.DataType) -> None:
    texts = pa.array(["1"] * 500)
    column = texts.dictionary_encode() if pa.types.is_dictionary(type_) else texts
    place = TABLE.column_names.index(name)
    assert inspect(parquet_bytes(TABLE.set_column(place, name, column.cast(type_)))).rows == 500


def test_a_category_of_numbers_is_what_its_numbers_are() -> None:
    place = TABLE.column_names.index("fare_amount")
    for values in ([9.95] * 500, ["9.95"] * 500):
        column = pa.array(values).dictionary_encode()
        data = parquet_bytes(TABLE.set_column(place, "fare_amount", column))
        if isinstance(values[0], float):
            assert inspect(data).rows == 500
        else:
            assert "'fare_amount' is of type string" in refusal(data).what


def test_a_value_that_no_memory_holds_is_refused_by_the_footer() -> None:
    flags = ["N"] * 499 + ["x" * (70 << 20)]
    stream = BytesIO()
    pq.write_table(with_column(TABLE, "store_and_fwd_flag", flags), stream, compression="zstd")
    assert len(stream.getvalue()) < 100_000
    error = refusal(stream.getvalue())
    assert error.what == (
        f"{NAME}, column store_and_fwd_flag: unzipped, 500 of its values take 73 MB, which no "
        "column of trips does"
    )
