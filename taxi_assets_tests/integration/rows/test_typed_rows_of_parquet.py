"""What the values of TLC's Parquet files are in a table, whatever the year."""

from __future__ import annotations

import math
from datetime import date, datetime
from decimal import Decimal
from hashlib import md5

import pyarrow as pa
import pytest

from taxi_assets.errors import InvalidFileError
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets.trips.yellow import YELLOW
from taxi_assets_tests.integration.rows.tables import Tables
from taxi_assets_tests.published import PICKUP, parquet_bytes, parquet_table, with_column

APRIL = Month(2020, 4)
GREEN_PARQUET = TripFile(GREEN, APRIL, FileFormat.PARQUET)
YELLOW_2009 = TripFile(YELLOW, Month(2009, 1), FileFormat.PARQUET)
YELLOW_2010 = TripFile(YELLOW, Month(2010, 1), FileFormat.PARQUET)
YELLOW_2023 = TripFile(YELLOW, Month(2023, 1), FileFormat.PARQUET)
PICKUP_TIME = datetime.fromisoformat(PICKUP)


def green_parquet(name: str, values: list[object], type_: pa.DataType | None = None) -> bytes:
    """A month of three rows that holds these values in a column."""
    return parquet_bytes(with_column(parquet_table(GREEN, APRIL), name, values, type_))


def yellow_of_2009(**columns: object) -> bytes:
    """Three rows of TLC's Parquet file of 2009, in its own names and types."""
    values = {
        "vendor_name": ["VTS", "CMT", "DDS"],
        "Trip_Pickup_DateTime": ["2009-01-04 02:52:00"] * 3,
        "Trip_Dropoff_DateTime": ["2009-01-04 03:02:00"] * 3,
        "Passenger_Count": [1, 2, 3],
        "Trip_Distance": [2.63, 4.55, 10.35],
        "Start_Lon": [-73.991957, -73.982102, -74.002587],
        "Start_Lat": [40.721567, 40.73629, 40.739748],
        "Rate_Code": pa.nulls(3, pa.float64()),
        "store_and_forward": pa.nulls(3, pa.float64()),
        "End_Lon": [-73.993803, -73.95585, -73.869983],
        "End_Lat": [40.695922, 40.76803, 40.770225],
        "Payment_Type": ["CASH", "Credit", "No Charge"],
        "Fare_Amt": [8.9, 12.1, 23.7],
        "surcharge": [0.5, 0.5, 0.0],
        "mta_tax": pa.nulls(3, pa.float64()),
        "Tip_Amt": [0.0, 2.0, 4.74],
        "Tolls_Amt": [0.0, 0.0, 0.0],
        "Total_Amt": [9.4, 14.6, 28.44],
    }
    return parquet_bytes(pa.table({**values, **columns}))


def yellow_of_2010(**columns: object) -> bytes:
    """Three rows of TLC's Parquet file of 2010, in its own names and types."""
    values = {
        "vendor_id": ["VTS", "CMT", "DDS"],
        "pickup_datetime": ["2010-01-26 07:41:00"] * 3,
        "dropoff_datetime": ["2010-01-26 07:45:00"] * 3,
        "passenger_count": [1, 1, 1],
        "trip_distance": [0.75, 5.9, 4.0],
        "pickup_longitude": [-73.956778] * 3,
        "pickup_latitude": [40.76775] * 3,
        "rate_code": ["1", "2", "1"],
        "store_and_fwd_flag": [None, "0", "1"],
        "dropoff_longitude": [-73.965957] * 3,
        "dropoff_latitude": [40.765232] * 3,
        "payment_type": ["CAS", "Cre", "Dis"],
        "fare_amount": [4.5, 15.3, 11.7],
        "surcharge": [0.0, 0.5, 0.0],
        "mta_tax": [0.5] * 3,
        "tip_amount": [0.0, 0.0, 2.4],
        "tolls_amount": [0.0, 0.0, 0.0],
        "total_amount": [5.0, 16.3, 14.6],
    }
    return parquet_bytes(pa.table({**values, **columns}))


INTEGERS = [pa.int64(), pa.int32(), pa.int16(), pa.uint8(), pa.float64(), pa.float32()]


@pytest.mark.parametrize("type_", INTEGERS, ids=str)
def test_a_code_is_the_same_text_from_every_type_of_number(
    tables: Tables, type_: pa.DataType
) -> None:
    data = green_parquet("VendorID", [1, 99, None], type_)
    assert tables.values("VendorID", data, GREEN_PARQUET) == ["1", "99", None]


@pytest.mark.parametrize("type_", INTEGERS, ids=str)
def test_a_count_is_the_same_number_from_every_type_of_number(
    tables: Tables, type_: pa.DataType
) -> None:
    data = green_parquet("passenger_count", [1, 6, None], type_)
    assert tables.values("passenger_count", data, GREEN_PARQUET) == [1, 6, None]


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("VendorID", [1.0, 2.5, None]),
        ("VendorID", [1.0, math.nan, None]),
        ("passenger_count", [1.0, 1.5, None]),
        ("passenger_count", [1.0, math.nan, None]),
        ("passenger_count", [1, 2**40, None]),
    ],
)
def test_a_number_with_a_fraction_is_refused_with_its_row(
    tables: Tables, column: str, values: list[object]
) -> None:
    with pytest.raises(InvalidFileError) as refusal:
        tables.rows(green_parquet(column, values), GREEN_PARQUET)
    assert refusal.value.what == (
        f"green_tripdata_2020-04.parquet, row 2, column {column}: '{values[1]}' is no whole number"
    )


@pytest.mark.parametrize(
    "type_",
    [pa.timestamp("us"), pa.timestamp("ns"), pa.timestamp("ms"), pa.timestamp("s"), pa.string()],
    ids=str,
)
def test_a_time_is_the_same_from_every_unit_and_from_text(
    tables: Tables, type_: pa.DataType
) -> None:
    values: list[object] = [PICKUP if pa.types.is_string(type_) else PICKUP_TIME] * 3
    row = tables.rows(green_parquet("lpep_pickup_datetime", values, type_), GREEN_PARQUET)[0]
    assert row["lpep_pickup_datetime"] == PICKUP_TIME
    key = f"1{PICKUP}{PICKUP}119.959.95"
    assert row["unique_row_id"] == md5(key.encode()).hexdigest()


@pytest.mark.parametrize(
    ("values", "type_"),
    [
        ([1_585_699_200] * 3, pa.int64()),
        ([1_585_699_200.0] * 3, pa.float64()),
        ([date(2020, 4, 1)] * 3, pa.date32()),
        ([PICKUP_TIME] * 3, pa.timestamp("us", "UTC")),
        ([None] * 3, pa.null()),
    ],
    ids=["int64", "double", "date", "with a zone", "null"],
)
def test_a_time_of_another_type_is_refused(
    tables: Tables, values: list[object], type_: pa.DataType
) -> None:
    with pytest.raises(InvalidFileError) as refusal:
        tables.rows(green_parquet("lpep_pickup_datetime", values, type_), GREEN_PARQUET)
    assert refusal.value.what == (
        f"green_tripdata_2020-04.parquet: column 'lpep_pickup_datetime' is of type {type_}, "
        "which does not hold timestamp values"
    )


def test_text_that_is_no_time_is_refused_with_its_row(tables: Tables) -> None:
    data = green_parquet("lpep_pickup_datetime", [PICKUP, "soon", PICKUP])
    with pytest.raises(InvalidFileError, match="row 2, column lpep_pickup_datetime: 'soon'"):
        tables.rows(data, GREEN_PARQUET)


def test_a_missing_time_of_pickup_is_refused_with_its_row(tables: Tables) -> None:
    data = green_parquet("lpep_pickup_datetime", [PICKUP_TIME, None, PICKUP_TIME])
    with pytest.raises(InvalidFileError, match="row 2, column lpep_pickup_datetime: is empty"):
        tables.rows(data, GREEN_PARQUET)


@pytest.mark.parametrize(
    ("values", "type_", "wanted"),
    [
        ([9.95, -0.5, None], pa.float64(), [9.95, -0.5, None]),
        ([9, -1, None], pa.int64(), [9.0, -1.0, None]),
        ([Decimal("9.95"), Decimal("0"), None], pa.decimal128(10, 2), [9.95, 0.0, None]),
        ([0.5, 0.25, None], pa.float32(), [0.5, 0.25, None]),
        ([None] * 3, pa.null(), [None] * 3),
    ],
    ids=["double", "int64", "decimal", "float", "null"],
)
def test_an_amount_may_be_of_any_type_of_number(
    tables: Tables, values: list[object], type_: pa.DataType, wanted: list[object]
) -> None:
    data = green_parquet("fare_amount", values, type_)
    assert tables.values("fare_amount", data, GREEN_PARQUET) == wanted


@pytest.mark.parametrize("value", [math.nan, math.inf, 1e15, -1e15])
def test_an_amount_without_a_form_in_the_row_id_is_refused_with_its_row(
    tables: Tables, value: float
) -> None:
    with pytest.raises(InvalidFileError, match=r"row 3, column fare_amount: .* is no amount"):
        tables.rows(green_parquet("fare_amount", [1.0, 2.0, value]), GREEN_PARQUET)


@pytest.mark.parametrize("type_", [pa.null(), pa.float64()], ids=str)
def test_the_fee_for_hailing_may_be_of_no_type(tables: Tables, type_: pa.DataType) -> None:
    data = green_parquet("ehail_fee", [None] * 3, type_)
    assert tables.values("ehail_fee", data, GREEN_PARQUET) == [None] * 3


@pytest.mark.parametrize("type_", [pa.string(), pa.large_string()], ids=str)
def test_a_flag_is_text_as_it_stands(tables: Tables, type_: pa.DataType) -> None:
    data = green_parquet("store_and_fwd_flag", ["Y", "", None], type_)
    assert tables.values("store_and_fwd_flag", data, GREEN_PARQUET) == ["Y", "", None]


def test_a_code_may_be_written_as_text(tables: Tables) -> None:
    data = green_parquet("PULocationID", ["1", "265", None])
    assert tables.values("PULocationID", data, GREEN_PARQUET) == ["1", "265", None]


@pytest.mark.parametrize("text", ["VTS", "Harlem", "-1", "1.5", ""])
def test_text_that_is_no_code_of_a_zone_is_refused_with_its_row(tables: Tables, text: str) -> None:
    with pytest.raises(InvalidFileError) as refusal:
        tables.rows(green_parquet("PULocationID", ["1", text, "2"]), GREEN_PARQUET)
    assert f"row 2, column PULocationID: {text!r}" in refusal.value.what


def test_a_file_of_2009_has_vendors_words_and_coordinates(tables: Tables) -> None:
    rows = tables.rows(yellow_of_2009(), YELLOW_2009)
    assert [row["VendorID"] for row in rows] == ["VTS", "CMT", "DDS"]
    assert [row["payment_type"] for row in rows] == [2, 1, 3]
    assert [row["PULocationID"] for row in rows] == [None] * 3
    first = rows[0]
    assert first["tpep_pickup_datetime"] == datetime.fromisoformat("2009-01-04 02:52:00")
    assert (first["pickup_longitude"], first["pickup_latitude"]) == (-73.991957, 40.721567)
    assert (first["dropoff_longitude"], first["dropoff_latitude"]) == (-73.993803, 40.695922)
    assert (first["fare_amount"], first["extra"], first["mta_tax"]) == (8.9, 0.5, None)
    assert first["total_amount"] == 9.4
    key = "VTS2009-01-04 02:52:002009-01-04 03:02:008.92.63"
    assert first["unique_row_id"] == md5(key.encode()).hexdigest()


def test_a_file_of_2009_may_number_rates_and_flags(tables: Tables) -> None:
    data = yellow_of_2009(Rate_Code=[1.0, 2.0, None], store_and_forward=[0.0, 1.0, None])
    rows = tables.rows(data, YELLOW_2009)
    assert [row["RatecodeID"] for row in rows] == ["1", "2", None]
    assert [row["store_and_fwd_flag"] for row in rows] == ["0", "1", None]


def test_a_file_of_2010_has_the_names_of_its_year(tables: Tables) -> None:
    rows = tables.rows(yellow_of_2010(), YELLOW_2010)
    assert [row["VendorID"] for row in rows] == ["VTS", "CMT", "DDS"]
    assert [row["RatecodeID"] for row in rows] == ["1", "2", "1"]
    assert [row["payment_type"] for row in rows] == [2, 1, 4]
    assert [row["store_and_fwd_flag"] for row in rows] == [None, "0", "1"]
    assert {row["pickup_longitude"] for row in rows} == {-73.956778}


@pytest.mark.parametrize(
    ("words", "codes"),
    [
        (["CASH", "CREDIT", "Cre"], [2, 1, 1]),
        (["Cas", "No", "No Charge"], [2, 3, 3]),
        (["Dispute", "DIS", "NA"], [4, 4, 5]),
        (["1", " 2 ", None], [1, 2, None]),
    ],
)
def test_words_of_payment_become_their_codes(
    tables: Tables, words: list[object], codes: list[object]
) -> None:
    found = tables.values("payment_type", yellow_of_2009(Payment_Type=words), YELLOW_2009)
    assert found == codes


def test_a_word_of_payment_that_nobody_declared_is_refused(tables: Tables) -> None:
    data = yellow_of_2009(Payment_Type=["CASH", "Barter", "CASH"])
    with pytest.raises(InvalidFileError, match="row 2, column payment_type: 'Barter'"):
        tables.rows(data, YELLOW_2009)


def test_a_payment_with_a_fraction_is_refused(tables: Tables) -> None:
    with pytest.raises(InvalidFileError, match=r"row 2, column payment_type: '1\.5'"):
        tables.rows(yellow_of_2009(Payment_Type=["1", "1.5", "2"]), YELLOW_2009)


def test_zones_are_required_from_2011_on(tables: Tables) -> None:
    file = TripFile(YELLOW, Month(2011, 1), FileFormat.PARQUET)
    with pytest.raises(InvalidFileError, match="missing columns: PULocationID, DOLocationID"):
        tables.rows(yellow_of_2010(), file)


@pytest.mark.parametrize("name", ["airport_fee", "Airport_fee", "AIRPORT_FEE"])
def test_the_airport_fee_is_one_column_however_it_is_spelt(tables: Tables, name: str) -> None:
    table = with_column(parquet_table(YELLOW, YELLOW_2023.month), name, [1.25, None, 0.0])
    found = tables.values("airport_fee", parquet_bytes(table), YELLOW_2023)
    assert found == [1.25, None, 0.0]


@pytest.mark.parametrize("dataset", [YELLOW, GREEN], ids=["yellow", "green"])
def test_the_congestion_zones_fee_comes_with_2025(tables: Tables, dataset: Dataset) -> None:
    file = TripFile(dataset, Month(2025, 1), FileFormat.PARQUET)
    data = parquet_bytes(parquet_table(dataset, file.month))
    assert tables.values("cbd_congestion_fee", data, file) == [9.95] * 3
    with pytest.raises(InvalidFileError, match="missing columns: cbd_congestion_fee"):
        tables.rows(parquet_bytes(parquet_table(dataset, Month(2024, 12))), file)


def test_an_unknown_column_is_refused_with_its_name(tables: Tables) -> None:
    with pytest.raises(InvalidFileError) as refusal:
        tables.rows(green_parquet("surprise", [1, 2, 3]), GREEN_PARQUET)
    assert refusal.value.what == (
        "green_tripdata_2020-04.parquet: column 'surprise' is not declared for green trips"
    )
    assert "taxi_assets/trips" in refusal.value.remedy


@pytest.mark.parametrize("name", ["fare_amount", "VendorID", "lpep_pickup_datetime"])
def test_a_missing_column_is_refused_with_its_name(tables: Tables, name: str) -> None:
    table = parquet_table(GREEN, APRIL).drop_columns([name])
    with pytest.raises(InvalidFileError, match=f"missing columns: {name}; found "):
        tables.rows(parquet_bytes(table), GREEN_PARQUET)


def test_columns_of_a_parquet_file_may_stand_in_any_order(tables: Tables) -> None:
    table = parquet_table(GREEN, APRIL)
    (row, *_) = tables.rows(parquet_bytes(table), GREEN_PARQUET)
    turned = table.select(table.column_names[::-1])
    assert tables.rows(parquet_bytes(turned), GREEN_PARQUET)[0] == row


def test_parquet_pages_that_are_damaged_are_refused(tables: Tables) -> None:
    data = bytearray(parquet_bytes(parquet_table(GREEN, APRIL, 2000)))
    data[4:400] = bytes(byte ^ 0xFF for byte in data[4:400])
    with pytest.raises(InvalidFileError, match=r"green_tripdata_2020-04\.parquet"):
        tables.rows(bytes(data), GREEN_PARQUET)
