"""Each type takes the same values in every column and format; a refusal names the value."""

from __future__ import annotations

import math
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from taxi_assets.errors import InvalidFileError
from taxi_assets.trips.column import ColumnType
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets_tests.integration.rows.tables import Tables
from taxi_assets_tests.published import (
    csv_month,
    line,
    parquet_bytes,
    parquet_table,
    with_column,
)

APRIL = Month(2020, 4)
PARQUET = TripFile(GREEN, APRIL, FileFormat.PARQUET)
AMOUNTS = [c.name for c in GREEN.csv_columns if c.type is ColumnType.DOUBLE]
ODD_NUMBERS = ["1_000", "1e1_0", "NaN", "nan", "-NaN", "inf", "-inf", "Infinity"]
ODD_TIMES = [
    "2020-04-05 24:00:00",
    "2020-04-05 24:00:00.0",
    "2020-04-05 24:00:00.5",
    "2020-04-05 23:59:60",
    "2020-04-05 23:59:59.9999999",
    "2020-04-05 23:59:59.999999999",
]


def csv(**texts: str) -> bytes:
    """A CSV whose third line has these texts."""
    return csv_month(GREEN, [line(GREEN), line(GREEN, **texts), line(GREEN)])


def parquet(name: str, values: list[object], type_: pa.DataType) -> bytes:
    """A Parquet file with three rows."""
    return parquet_bytes(with_column(parquet_table(GREEN, APRIL), name, values, type_))


def assert_refused(tables: Tables, data: bytes, place: str, file: TripFile | None = None) -> None:
    with pytest.raises(InvalidFileError) as told:
        tables.rows(data, file) if file else tables.rows(data)
    assert place in told.value.what
    assert "correct the file at the source" in told.value.remedy


@pytest.mark.parametrize("column", AMOUNTS)
@pytest.mark.parametrize("text", ODD_NUMBERS)
def test_no_amount_of_a_csv_is_one_of_these(tables: Tables, column: str, text: str) -> None:
    assert_refused(tables, csv(**{column: text}), f"line 3, column {column}: {text!r} is no amount")


@pytest.mark.parametrize("text", ODD_NUMBERS)
def test_no_count_of_a_csv_is_one_of_these(tables: Tables, text: str) -> None:
    place = f"line 3, column passenger_count: {text!r} is no whole number"
    assert_refused(tables, csv(passenger_count=text), place)


def test_an_underscore_in_a_text_is_none_in_a_number(tables: Tables) -> None:
    data = csv(store_and_fwd_flag="N_1", fare_amount="1000")
    assert tables.values("store_and_fwd_flag", data) == ["N", "N_1", "N"]


@pytest.mark.parametrize("column", AMOUNTS)
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_no_amount_of_a_parquet_file_is_infinite_or_no_number(
    tables: Tables, column: str, value: float
) -> None:
    data = parquet(column, [1.0, value, None], pa.float64())
    assert_refused(tables, data, f"row 2, column {column}: '{value}' is no amount", PARQUET)


@pytest.mark.parametrize("column", [GREEN.pickup, GREEN.dropoff])
@pytest.mark.parametrize("text", ODD_TIMES)
def test_a_time_is_one_of_a_day_to_the_microsecond(tables: Tables, column: str, text: str) -> None:
    place = f"column {column}: {text!r} is no time such as"
    assert_refused(tables, csv(**{column: text}), f"line 3, {place}")
    data = parquet(column, ["2020-04-05 01:00:00", text, "2020-04-06 00:00:00"], pa.string())
    assert_refused(tables, data, f"row 2, {place}", PARQUET)


@pytest.mark.parametrize("text", ["2020-04-05 23:59:59.999999", "2020-04-05 23:59:59.5"])
def test_a_microsecond_is_kept(tables: Tables, text: str) -> None:
    wanted = datetime.fromisoformat(text)
    assert tables.values(GREEN.pickup, csv(**{GREEN.pickup: text}))[1] == wanted


@pytest.mark.parametrize("column", [GREEN.pickup, GREEN.dropoff])
def test_nanoseconds_are_never_rounded_into_the_next_month(tables: Tables, column: str) -> None:
    last = 1_588_291_199_999_999_999
    data = parquet(column, [last - 999, last, last - 999], pa.timestamp("ns"))
    place = f"row 2, column {column}: '2020-04-30 23:59:59.999999999' is no time such as"
    assert_refused(tables, data, place, PARQUET)


def test_whole_microseconds_of_a_file_with_nanoseconds_are_kept(tables: Tables) -> None:
    wanted = [datetime(2020, 4, 30, 23, 59, 59, 999_999), datetime(2020, 4, 1), None]  # noqa: DTZ001
    data = parquet(GREEN.dropoff, list(wanted), pa.timestamp("ns"))
    assert tables.values(GREEN.dropoff, data, PARQUET) == wanted


def test_the_oldest_form_of_times_is_read_as_before(tables: Tables, tmp_path: Path) -> None:
    times = [datetime(2020, 4, 1, 1), datetime(2020, 4, 1, 2), datetime(2999, 4, 1)]  # noqa: DTZ001
    table = with_column(parquet_table(GREEN, APRIL), GREEN.dropoff, times, pa.timestamp("us"))
    path = tmp_path / "int96.parquet"
    pq.write_table(table, path, use_deprecated_int96_timestamps=True)
    assert tables.values(GREEN.dropoff, path.read_bytes(), PARQUET) == times


@pytest.mark.parametrize(("text", "value"), [("134.0", "134"), ("134", "134"), (None, None)])
def test_a_code_is_the_same_as_text_and_as_number(
    tables: Tables, text: str | None, value: str | None
) -> None:
    data = parquet("PULocationID", ["1", text, "2"], pa.string())
    assert tables.values("PULocationID", data, PARQUET) == ["1", value, "2"]


@pytest.mark.parametrize("text", ["134.5", "1_3", "nan", "-1", "13\0", "134.0.0"])
def test_what_is_no_code_is_none_in_a_parquet_file_either(tables: Tables, text: str) -> None:
    data = parquet("PULocationID", ["1", text, "2"], pa.string())
    place = f"row 2, column PULocationID: {text!r} is no whole number"
    assert_refused(tables, data, place, PARQUET)


@pytest.mark.parametrize("type_", [pa.string(), pa.large_string()])
@pytest.mark.parametrize("column", ["store_and_fwd_flag", "PULocationID"])
def test_bytes_that_are_no_utf_8_are_named_with_row_and_column(
    tables: Tables, column: str, type_: pa.DataType
) -> None:
    binary = pa.large_binary() if pa.types.is_large_string(type_) else pa.binary()
    text = pa.array([b"1", b"\xd1", None], binary).view(type_)
    table = parquet_table(GREEN, APRIL)
    table = table.set_column(table.column_names.index(column), column, text)
    place = f"row 2, column {column}: '\\\\xd1' is no"
    assert_refused(tables, parquet_bytes(table), place, PARQUET)


def test_a_nul_is_refused_in_a_text(tables: Tables) -> None:
    data = parquet("store_and_fwd_flag", ["N", "N\0", "Y"], pa.string())
    place = r"row 2, column store_and_fwd_flag: 'N\x00' is no text in UTF-8 without NUL"
    assert_refused(tables, data, place, PARQUET)


@pytest.mark.parametrize(
    ("case", "month", "place"),
    [
        ("csv_24h", Month(2019, 6), "line 3, column lpep_dropoff_datetime: '2019-06-02 24:00:00'"),
        ("csv_underscore", Month(2020, 5), "line 3, column fare_amount: '1_000'"),
        ("nan_tip_parquet", Month(2021, 11), "row 2, column tip_amount: 'nan'"),
        ("ns_month_boundary", Month(2020, 1), "row 1, column lpep_pickup_datetime: '2020-01-31"),
        ("parquet_bad_utf8", Month(2023, 6), "row 2, column store_and_fwd_flag"),
        ("parquet_nul_in_flag", Month(2023, 5), "row 2, column store_and_fwd_flag: 'N\\x00'"),
    ],
)
def test_reported_files_are_refused_with_their_values(
    tables: Tables, real_data: Path, case: str, month: Month, place: str
) -> None:
    folder = real_data / "odd" / case
    if not folder.is_dir():
        pytest.skip(f"no {folder}")
    (path,) = folder.glob("green_*")
    format_ = FileFormat.PARQUET if path.suffix == ".parquet" else FileFormat.CSV
    assert_refused(tables, path.read_bytes(), place, TripFile(GREEN, month, format_))


def test_the_reported_code_with_a_fraction_is_the_code(tables: Tables, real_data: Path) -> None:
    path = real_data / "odd" / "parquet_code_text_134.0" / "green_tripdata_2022-07.parquet"
    if not path.exists():
        pytest.skip(f"no {path}")
    file = TripFile(GREEN, Month(2022, 7), FileFormat.PARQUET)
    assert tables.values("PULocationID", path.read_bytes(), file)[0] == "134"
