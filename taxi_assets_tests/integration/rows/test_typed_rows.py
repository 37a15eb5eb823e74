"""What the values of a CSV are once they stand in a table, and which ones are refused."""

from __future__ import annotations

import csv
import gzip
from datetime import datetime
from hashlib import md5
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from taxi_assets.errors import InvalidFileError
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets_tests.integration.rows.tables import Tables
from taxi_assets_tests.published import (
    DROPOFF,
    PICKUP,
    csv_month,
    csv_text,
    line,
    parquet_bytes,
    parquet_table,
    with_column,
)

APRIL = Month(2020, 4)
GREEN_PARQUET = TripFile(GREEN, APRIL, FileFormat.PARQUET)
PICKUP_TIME = datetime.fromisoformat(PICKUP)


def green_csv(**texts: str) -> bytes:
    """A month whose third line has these texts."""
    return csv_month(GREEN, [line(GREEN), line(GREEN, **texts), line(GREEN)])


def test_every_value_of_a_csv_row_has_its_type(tables: Tables) -> None:
    (row,) = tables.rows(csv_month(GREEN, 1))
    assert row["unique_row_id"] == md5(f"1{PICKUP}{DROPOFF}1119.95".encode()).hexdigest()
    assert row["filename"] == "green_tripdata_2020-04.csv"
    assert row["VendorID"] == "1"
    assert row["lpep_pickup_datetime"] == PICKUP_TIME
    assert row["store_and_fwd_flag"] == "N"
    assert row["passenger_count"] == 2
    assert row["fare_amount"] == 1.0
    assert row["tip_amount"] == 9.95
    assert row["cbd_congestion_fee"] is None, "the CSV has no such column"


def test_the_same_trip_is_the_same_row_from_csv_and_from_parquet(tables: Tables) -> None:
    (from_csv,) = tables.rows(csv_month(GREEN, [line(GREEN, ehail_fee="")]))
    table = parquet_table(GREEN, APRIL, 1)
    dropoff = with_column(table, GREEN.dropoff, [datetime.fromisoformat(DROPOFF)])
    (from_parquet,) = tables.rows(parquet_bytes(dropoff), GREEN_PARQUET)
    assert from_parquet == {**from_csv, "filename": "green_tripdata_2020-04.parquet"}


def test_exact_duplicates_are_kept(tables: Tables) -> None:
    assert len(tables.rows(csv_month(GREEN, [line(GREEN)] * 5))) == 5


@pytest.mark.parametrize("line_end", ["\n", "\r\n"], ids=["LF", "CRLF"])
@pytest.mark.parametrize("final", [True, False], ids=["with a last end", "without"])
def test_line_ends_leave_no_trace_in_the_values(tables: Tables, line_end: str, final: bool) -> None:
    text = csv_text(GREEN, [line(GREEN, congestion_surcharge="2.75")] * 3, line_end)
    data = gzip.compress(text if final else text.removesuffix(line_end.encode()))
    assert tables.values("congestion_surcharge", data) == [2.75] * 3


def test_mixed_line_ends_and_blank_lines_leave_no_trace_in_the_values(tables: Tables) -> None:
    rows = [line(GREEN, congestion_surcharge=str(number)) for number in range(4)]
    text = csv_text(GREEN, [rows[0], "", rows[1]], "\r\n") + f"\n{rows[2]}\n\n{rows[3]}\n".encode()
    assert tables.values("congestion_surcharge", gzip.compress(text)) == [0, 1, 2, 3]


def test_a_byte_order_mark_belongs_to_no_value(tables: Tables) -> None:
    data = gzip.compress(b"\xef\xbb\xbf" + csv_text(GREEN, [line(GREEN)]))
    assert tables.values("VendorID", data) == ["1"]


def test_a_real_month_equals_what_another_reader_reads(tables: Tables, real_data: Path) -> None:
    path = real_data / "nyc-tlc-data" / "green" / "green_tripdata_2020-04.csv.gz"
    if not path.exists():
        pytest.skip(f"no {path}")
    rows = tables.rows(path.read_bytes())
    with gzip.open(path, "rt", newline="") as stream:
        for row, text in zip(rows, csv.DictReader(stream), strict=True):
            for column in GREEN.csv_columns:
                found, wanted = row[column.name], text[column.name]
                match found:
                    case None:
                        assert wanted == ""
                    case datetime():
                        assert str(found) == wanted
                    case str():
                        assert found == wanted
                    case _:
                        assert found == float(wanted)


@pytest.mark.parametrize(
    ("text", "value"), [("1", "1"), ("1.0", "1"), ("265", "265"), ("10.0", "10"), ('"7"', "7")]
)
def test_a_code_is_text_without_a_fraction(tables: Tables, text: str, value: str) -> None:
    assert tables.values("PULocationID", green_csv(PULocationID=text)) == ["1", value, "1"]


@pytest.mark.parametrize(
    ("text", "value"), [("1", 1), ("1.0", 1), ("0", 0), ("-1", -1), ('"3"', 3)]
)
def test_a_whole_number_may_be_written_with_a_zero_fraction(
    tables: Tables, text: str, value: int
) -> None:
    data = green_csv(passenger_count=text)
    assert tables.values("passenger_count", data) == [2, value, 2]


@pytest.mark.parametrize("text", ["1.5", "abc", "3e9", "nan", "inf", "0x1", "1 2"])
def test_what_is_no_whole_number_is_refused_with_its_line(tables: Tables, text: str) -> None:
    with pytest.raises(InvalidFileError) as refusal:
        tables.rows(green_csv(passenger_count=text))
    assert refusal.value.what == (
        "green_tripdata_2020-04.csv.gz, line 3, column passenger_count: "
        f"{text!r} is no whole number"
    )


@pytest.mark.parametrize("text", ["1.5", "abc", "-1", "1e3", " 1", "nan"])
def test_what_is_no_code_is_refused_with_its_line(tables: Tables, text: str) -> None:
    with pytest.raises(InvalidFileError) as refusal:
        tables.rows(green_csv(PULocationID=text))
    assert f"line 3, column PULocationID: {text!r}" in refusal.value.what


@pytest.mark.parametrize("text", ["ABC", "N", ".0", "1.0.0"])
def test_letters_are_no_code_of_a_zone(tables: Tables, text: str) -> None:
    with pytest.raises(InvalidFileError) as refusal:
        tables.rows(green_csv(PULocationID=text))
    assert f"line 3, column PULocationID: {text!r}" in refusal.value.what


@pytest.mark.parametrize(
    ("text", "value", "in_key"),
    [
        ("5", 5.0, "5"),
        ("9.95", 9.95, "9.95"),
        (".65", 0.65, "0.65"),
        ("8.50", 8.5, "8.5"),
        ("-3.1", -3.1, "-3.1"),
        ("0", 0.0, "0"),
        ("314199.85", 314199.85, "314199.85"),
        ("999999999999999", 999999999999999.0, "999999999999999"),
        ("1e-7", 1e-7, "1e-07"),
        ("-0", -0.0, "-0"),
    ],
)
def test_an_amount_stands_in_the_row_id_in_its_shortest_form(
    tables: Tables, text: str, value: float, in_key: str
) -> None:
    row = tables.rows(green_csv(fare_amount=text))[1]
    assert row["fare_amount"] == value
    key = f"1{PICKUP}{DROPOFF}11{in_key}9.95"
    assert row["unique_row_id"] == md5(key.encode()).hexdigest()


@pytest.mark.parametrize("column", ["fare_amount", "trip_distance"])
@pytest.mark.parametrize("text", ["NaN", "inf", "-inf", "1e15", "-1e15", "1e400", "abc", "$5"])
def test_an_amount_that_has_no_form_in_the_row_id_is_refused(
    tables: Tables, column: str, text: str
) -> None:
    with pytest.raises(InvalidFileError) as refusal:
        tables.rows(green_csv(**{column: text}))
    assert f"line 3, column {column}: {text!r} is no amount" in refusal.value.what


@pytest.mark.parametrize("text", ["abc", "$5", "5 dollars", '"1,5"', "--", "0x10"])
def test_text_is_no_amount(tables: Tables, text: str) -> None:
    with pytest.raises(InvalidFileError) as refusal:
        tables.rows(green_csv(tip_amount=text))
    place = "green_tripdata_2020-04.csv.gz, line 3, column tip_amount"
    assert refusal.value.what.startswith(f"{place}: {text.strip(chr(34))!r} is no amount")
    assert "correct the file" in refusal.value.remedy


@pytest.mark.parametrize(
    "others", [{}, {"tolls_amount": "-inf"}, {"tolls_amount": "NaN"}], ids=["alone", "-inf", "NaN"]
)
def test_an_infinite_amount_is_refused_whatever_stands_beside_it(
    tables: Tables, others: dict[str, str]
) -> None:
    with pytest.raises(InvalidFileError, match="line 3, column tip_amount: 'inf' is no amount"):
        tables.rows(green_csv(tip_amount="inf", **others))


def test_amounts_that_no_trip_costs_are_as_published_where_they_can_be_written(
    tables: Tables,
) -> None:
    assert tables.values("total_amount", green_csv(total_amount="1e300"))[1] == 1e300


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.floats(-1e14, 1e14).map(lambda x: round(x, 4)), min_size=1, max_size=40))
def test_any_amount_is_the_same_number_in_the_table(tables: Tables, amounts: list[float]) -> None:
    rows = [line(GREEN, fare_amount=repr(amount)) for amount in amounts]
    assert tables.values("fare_amount", csv_month(GREEN, rows)) == amounts


NULLABLE = [column.name for column in GREEN.csv_columns if column.nullable]


@pytest.mark.parametrize("text", ["", '""'], ids=["empty", "quoted and empty"])
def test_an_empty_value_is_null_in_every_column_but_the_pickup(tables: Tables, text: str) -> None:
    row = tables.rows(green_csv(**dict.fromkeys(NULLABLE, text)))[1]
    assert [row[name] for name in NULLABLE] == [None] * len(NULLABLE)
    assert row["unique_row_id"] == md5(PICKUP.encode()).hexdigest(), "NULL is '' in the key"


@pytest.mark.parametrize("text", ["", '""'], ids=["empty", "quoted and empty"])
def test_an_empty_time_of_pickup_is_refused(tables: Tables, text: str) -> None:
    with pytest.raises(InvalidFileError) as refusal:
        tables.rows(green_csv(lpep_pickup_datetime=text))
    assert refusal.value.what == (
        "green_tripdata_2020-04.csv.gz, line 3, column lpep_pickup_datetime: is empty"
    )


def test_what_a_short_row_lacks_is_null(tables: Tables) -> None:
    short = ",".join(line(GREEN).split(",")[:15])
    rows = tables.rows(csv_month(GREEN, [line(GREEN), short, line(GREEN)]))
    assert [row["tolls_amount"] for row in rows] == [9.95, 9.95, 9.95]
    assert [row["congestion_surcharge"] for row in rows] == [9.95, None, 9.95]
    assert [row["payment_type"] for row in rows] == [2, None, 2]


def test_quotes_enclose_a_comma_or_a_quote(tables: Tables) -> None:
    rows = [line(GREEN, store_and_fwd_flag='"a,b"'), line(GREEN, store_and_fwd_flag='"a""b"')]
    assert tables.values("store_and_fwd_flag", csv_month(GREEN, rows)) == ["a,b", 'a"b']


def test_times_are_those_of_the_file_whatever_the_year(tables: Tables) -> None:
    texts = ["2008-12-31 23:02:57", "2009-01-01 00:00:00", "2041-11-15 02:57:16"]
    rows = [line(GREEN, lpep_pickup_datetime=text) for text in texts]
    found = tables.values("lpep_pickup_datetime", csv_month(GREEN, rows))
    assert list(map(str, found)) == texts


@pytest.mark.parametrize(
    "text", ["04/01/2020 00:00:00", "2020-02-30 00:00:00", "1585699200", "yesterday", "2020-04"]
)
def test_what_is_no_time_is_refused_with_its_line(tables: Tables, text: str) -> None:
    with pytest.raises(InvalidFileError) as refusal:
        tables.rows(green_csv(lpep_dropoff_datetime=text))
    assert f"line 3, column lpep_dropoff_datetime: {text!r} is no time" in refusal.value.what


@pytest.mark.parametrize(
    "text",
    [
        "2020-04-01 01:00:00 PM",
        "2020-04-01 01:00 PM",
        "2020-4-1 1:00:00 PM",
        "2020-04-01 00:00:00+05",
        "2020-04-01 00:00+05",
        "2020-04-01 00:00:00 America/New_York",
        "2020-04-01 00: 6:41",
        "2020-04-01 09:4 :40",
        "2020-04-01  0:46:40",
        "2020-04-01 00:46:4Z",
        "2020-04-01T00:46:40",
        " 020-04-01 00:46:40",
    ],
)
def test_a_time_that_would_be_read_as_another_one_is_refused(tables: Tables, text: str) -> None:
    with pytest.raises(InvalidFileError) as refusal:
        tables.rows(green_csv(lpep_pickup_datetime=text))
    assert f"line 3, column lpep_pickup_datetime: {text!r} is no time" in refusal.value.what


def test_the_first_of_several_bad_values_is_named_and_the_others_are_counted(
    tables: Tables,
) -> None:
    bad = [line(GREEN, tip_amount="x"), line(GREEN, tip_amount="y"), line(GREEN, mta_tax="z")]
    with pytest.raises(InvalidFileError) as refusal:
        tables.rows(csv_month(GREEN, [line(GREEN)] * 5 + bad))
    assert "line 7, column tip_amount: 'x'" in refusal.value.what
    assert "2 more rows" in refusal.value.what


def test_where_blank_lines_are_left_out_the_row_is_counted(tables: Tables) -> None:
    rows = ["", line(GREEN), "", line(GREEN, tip_amount="x")]
    with pytest.raises(InvalidFileError, match="row 3, column tip_amount: 'x'"):
        tables.rows(csv_month(GREEN, rows))


def test_a_bad_value_far_down_is_named_with_its_line(tables: Tables) -> None:
    rows = [line(GREEN)] * 30_000 + [line(GREEN, PULocationID="nowhere"), line(GREEN)]
    with pytest.raises(InvalidFileError, match="line 30,002, column PULocationID: 'nowhere'"):
        tables.rows(csv_month(GREEN, rows))


def test_a_row_too_long_is_named_with_its_line(tables: Tables) -> None:
    with pytest.raises(InvalidFileError, match="line 3: 21 values where the header has 20"):
        tables.rows(csv_month(GREEN, [line(GREEN), f"{line(GREEN)},1", line(GREEN)]))


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        ([line(GREEN).rpartition(",")[0], f"{line(GREEN)},1"], "line 3: 21 values"),
        (["", line(GREEN) + "," * 19], "line 3: 39 values"),
        ([line(GREEN), line(GREEN, store_and_fwd_flag='"N')], "line 3: "),
        ([line(GREEN), line(GREEN, store_and_fwd_flag='"N"x')], "line 3: "),
        ([line(GREEN), line(GREEN, store_and_fwd_flag='"a\nb"')], "line 3: "),
        ([line(GREEN), line(GREEN, store_and_fwd_flag="a\rb")], "line 3: "),
        ([line(GREEN), '"' + "x" * 200_000 + '"'], "line 3: "),
        ([line(GREEN), line(GREEN, store_and_fwd_flag="x" * 3_000_000)], "line 3: "),
    ],
    ids=[
        "a short and a long line",
        "a blank and a long line",
        "a quote that does not end",
        "text behind a quote",
        "a line break in quotes",
        "a carriage return",
        "a long quoted value",
        "a long line",
    ],
)
def test_a_line_that_no_csv_reader_takes_is_named(
    tables: Tables, rows: list[str], place: str
) -> None:
    with pytest.raises(InvalidFileError) as refusal:
        tables.rows(csv_month(GREEN, rows, "\n"))
    assert refusal.value.what.startswith(f"green_tripdata_2020-04.csv.gz, {place}")


def test_text_that_is_not_utf_8_is_named_with_its_line(tables: Tables) -> None:
    text = csv_text(GREEN, [line(GREEN), line(GREEN, store_and_fwd_flag="é")], "\n")
    with pytest.raises(InvalidFileError, match=r"green_tripdata_2020-04\.csv\.gz, line 3: "):
        tables.rows(gzip.compress(text.decode().encode("latin-1")))


@pytest.mark.parametrize("ends", [("\n", "\n", "\r"), ("\r\n", "\r\r\n", "\n")], ids=repr)
def test_stray_carriage_returns_at_line_ends_leave_no_trace(
    tables: Tables, ends: tuple[str, str, str]
) -> None:
    texts = (GREEN.csv_header, line(GREEN), line(GREEN))
    text = "".join(text + end for text, end in zip(texts, ends, strict=True))
    assert tables.values("congestion_surcharge", gzip.compress(text.encode())) == [9.95] * 2
