"""Bad versions of months, made and real, and what the error of each must say."""

from __future__ import annotations

import gzip
import math
from dataclasses import dataclass, field

import pyarrow as pa

from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.green import GREEN
from taxi_assets_tests.integration.bad_input.conftest import (
    APRIL,
    COMMAS,
    GOOD,
    SHORT,
    XML,
    with_values,
)
from taxi_assets_tests.published import (
    csv_month,
    csv_text,
    parquet_bytes,
    parquet_table,
    with_column,
)

PARQUET_NAME = "green_tripdata_2020-04.parquet"
PARQUET = parquet_table(GREEN, APRIL)
LFS_POINTER = b"""version https://git-lfs.github.com/spec/v1
oid sha256:55990935c92ab144a47d87af3df6e34e52a977e9e616c9a2f284f25ee38b4a11
size 7854533
"""


@dataclass(frozen=True)
class Bad:
    """A bad version of green 2020-04, and what its error must say.

    Attributes:
        what: what is wrong with it, the name of the test.
        data: its bytes.
        says: place, value and remedy.
        settings: environment variables of the load.
    """

    what: str
    data: bytes
    says: tuple[str, ...]
    settings: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.what


def with_header(*names: str) -> bytes:
    """A month of two rows under another header."""
    return gzip.compress(csv_text(GREEN, [GOOD, GOOD], header=",".join(names)))


def parquet_with(name: str, values: list[object], type_: pa.DataType | None = None) -> bytes:
    """A Parquet month of three rows with these values in a column."""
    return parquet_bytes(with_column(PARQUET, name, values, type_))


NAMES = tuple(column.name for column in GREEN.csv_columns)
SOURCE = "correct the file"
AGAIN = "fetch it again"
LOOK = "TAXI_CSV_BASE_URL"
DECLARE = "taxi_assets/trips"
SKIP = "TAXI_UNDECLARED_COLUMNS=skip"
BAD_CSVS = [
    Bad("an XML error page", XML, ("byte 0", "XML document", "AccessDenied", LOOK)),
    Bad("an HTML page", b"<!DOCTYPE html><p>Not found", ("byte 0", "an HTML page", LOOK)),
    Bad("an empty file", b"", ("byte 0", "an empty file", LOOK)),
    Bad("a Git LFS pointer", LFS_POINTER, ("line 1", "Git LFS pointer", "git lfs pull")),
    Bad("text that is not zipped", csv_text(GREEN, [GOOD]), ("byte 0", "VendorID,lpep", LOOK)),
    Bad(
        "a gzip cut short",
        csv_month(GREEN, 5000)[:-500],
        ("after line", "cut short", AGAIN),
    ),
    Bad("a gzip without its checksum", csv_month(GREEN, 5)[:-8], ("after line 6", AGAIN)),
    Bad(
        "text cut mid-line",
        gzip.compress(csv_text(GREEN, [GOOD, GOOD]) + b"2,2020-04-05 10:1"),
        ("line 4", "'2,2020-04-05 10:1'", "2 of 20 values", "cut short", AGAIN),
    ),
    Bad(
        "more short lines than the limit",
        csv_month(GREEN, [GOOD, SHORT, GOOD, SHORT, SHORT]),
        ("more than 2 rows", "lines 3, 5, 6", "TAXI_MAX_JAGGED_ROWS"),
        settings={"TAXI_MAX_JAGGED_ROWS": "2"},
    ),
    Bad(
        "a line that is too long",
        csv_month(GREEN, [GOOD, f"{GOOD},7"]),
        ("line 3", "21 values", "20 columns", f"{GOOD},7", "correct or remove the line"),
    ),
    Bad(
        "rows of commas only",
        csv_month(GREEN, [GOOD, GOOD, *[COMMAS] * 3000]),
        ("line 4", "column lpep_pickup_datetime", "is empty", "2,999 more rows", SOURCE),
    ),
    Bad("a header without rows", csv_month(GREEN, 0), ("a header but no rows", AGAIN)),
    Bad("a gzip of nothing", gzip.compress(b""), ("no line", AGAIN)),
    Bad(
        "a header with columns missing",
        with_header(*NAMES[:-2]),
        ("line 1", "missing: trip_type, congestion_surcharge", DECLARE),
    ),
    Bad(
        "a header with a column renamed",
        with_header("vendor", *NAMES[1:]),
        ("line 1", "missing: VendorID; not expected: vendor", DECLARE),
    ),
    Bad(
        "a header in another order",
        with_header(NAMES[1], NAMES[0], *NAMES[2:]),
        ("line 1", "another order", DECLARE),
    ),
    Bad(
        "a header with a column added",
        with_header(*NAMES, "surprise"),
        ("column 'surprise' is not declared for green trips", DECLARE, "end of the columns", SKIP),
    ),
    Bad(
        "the file of the other taxi",
        csv_month(DATASETS["yellow"], 3),
        ("line 1", "not expected: tpep_pickup_datetime", DECLARE),
    ),
    Bad(
        "text for an amount",
        with_values(tip_amount="much"),
        ("line 3", "column tip_amount", "'much'", SOURCE),
    ),
    Bad(
        "text for a code",
        with_values(PULocationID="Harlem"),
        ("line 3", "column PULocationID", "'Harlem'", SOURCE),
    ),
    Bad(
        "half a passenger",
        with_values(passenger_count="1.5"),
        ("line 3", "column passenger_count", "'1.5'", SOURCE),
    ),
    Bad(
        "a day that no month has",
        with_values(lpep_dropoff_datetime="2020-02-30 00:00:00"),
        ("line 3", "column lpep_dropoff_datetime", "'2020-02-30 00:00:00'", SOURCE),
    ),
    Bad(
        "an impossible fare",
        with_values(fare_amount="1e15"),
        ("line 3", "column fare_amount", "'1e15'", SOURCE),
    ),
    Bad(
        "a fare that is no number",
        with_values(fare_amount="NaN"),
        ("line 3", "column fare_amount", "'NaN'", SOURCE),
    ),
    Bad(
        "a trip without a pickup",
        with_values(lpep_pickup_datetime=""),
        ("line 3", "column lpep_pickup_datetime", "is empty", SOURCE),
    ),
    Bad(
        "less than was published",
        csv_month(GREEN, 4),
        ("it has 4 rows, but 35,612 were published", "TAXI_PUBLISHED_COUNTS=warn"),
        settings={"TAXI_PUBLISHED_COUNTS": "require"},
    ),
]
BAD_PARQUETS = [
    Bad("an XML error page", XML, ("byte 0", "AccessDenied", "TAXI_PARQUET_BASE_URL")),
    Bad("a Git LFS pointer", LFS_POINTER, ("line 1", "Git LFS pointer", "git lfs pull")),
    Bad("an empty file", b"", ("byte 0", "an empty file", "TAXI_PARQUET_BASE_URL")),
    Bad(
        "a file without its footer",
        parquet_bytes(PARQUET)[:-200],
        (f"byte {len(parquet_bytes(PARQUET)) - 200}", "without the footer", "cut short", AGAIN),
    ),
    Bad("a footer without rows", parquet_bytes(PARQUET.slice(0, 0)), ("no rows", AGAIN)),
    Bad(
        "a column missing",
        parquet_bytes(PARQUET.drop_columns(["fare_amount"])),
        ("missing columns: fare_amount", DECLARE),
    ),
    Bad(
        "a column added",
        parquet_with("surprise", [1, 2, 3]),
        ("column 'surprise' is not declared for green trips", DECLARE, SKIP),
    ),
    Bad(
        "times as numbers",
        parquet_with("lpep_pickup_datetime", [1_585_699_200] * 3),
        ("'lpep_pickup_datetime' is of type int64", DECLARE),
    ),
    Bad(
        "text for amounts",
        parquet_with("fare_amount", ["9.95"] * 3),
        ("'fare_amount' is of type string", DECLARE),
    ),
    Bad(
        "a fare that is no number",
        parquet_with("fare_amount", [1.0, math.nan, 2.0]),
        ("row 2", "column fare_amount", "'nan'", SOURCE),
    ),
    Bad(
        "half a passenger",
        parquet_with("passenger_count", [1.0, 1.5, None]),
        ("row 2", "column passenger_count", "'1.5'", SOURCE),
    ),
    Bad(
        "a trip without a pickup",
        parquet_with("lpep_pickup_datetime", [None] * 3, pa.timestamp("us")),
        ("row 1", "column lpep_pickup_datetime", "is empty", "2 more rows", SOURCE),
    ),
]


@dataclass(frozen=True)
class RealBad:
    """A malformed file that somebody really had, and what its error must say.

    Attributes:
        file: its name among the real files.
        name: the name that it would be published under.
        says: place, value and remedy.
    """

    file: str
    name: str
    says: tuple[str, ...]

    def __str__(self) -> str:
        return self.file


REAL_BAD = [
    RealBad(
        "green_tripdata_2019-03__601100_comma_only_rows.csv.gz",
        "green_tripdata_2019-03.csv.gz",
        ("line 2", "lpep_pickup_datetime: '3/1/2019 0:02'", "601,101 more rows", SOURCE),
    ),
    RealBad(
        "jagged_last_line_yellow_tripdata_2021-01__agnar.csv",
        "yellow_tripdata_2021-01.csv.gz",
        ("line 22794", "'1,2021-0'", "2 of 18 values", "cut short", AGAIN),
    ),
    RealBad(
        "lfs_pointer_green_tripdata_2019-09.csv.gz",
        "green_tripdata_2019-09.csv.gz",
        ("line 1", "Git LFS pointer", "git lfs pull"),
    ),
    RealBad(
        "s3_accessdenied_xml_saved_as_yellow_tripdata_2021-01.csv",
        "yellow_tripdata_2021-01.csv.gz",
        ("line 1", "<?xml", DECLARE),
    ),
    RealBad(
        "trunc1024_green_tripdata_2020-06.csv",
        "green_tripdata_2020-06.csv.gz",
        ("line 10", "'2,2020-", "cut short", AGAIN),
    ),
    RealBad(
        "truncated_no_footer_green_tripdata_2025-02.parquet",
        "green_tripdata_2025-02.parquet",
        ("byte 75536", "without the footer", "cut short", AGAIN),
    ),
]
