"""Bad versions of months, made and real, and what the error of each must say.

One of each kind: the others of a kind are refused by the same code, in the tests of what inspects
files and of typed rows.
"""

from __future__ import annotations

import gzip
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


def parquet_with(name: str, values: list[object], type_: pa.DataType | None = None) -> bytes:
    """A Parquet month of three rows with these values in a column."""
    return parquet_bytes(with_column(PARQUET, name, values, type_))


SOURCE = "correct the file"
AGAIN = "fetch it again"
LOOK = "TAXI_CSV_BASE_URL"
DECLARE = "taxi_assets/trips"
BAD_CSVS = [
    Bad("an XML error page", XML, ("byte 0", "XML document", "AccessDenied", LOOK)),
    Bad("a Git LFS pointer", LFS_POINTER, ("line 1", "Git LFS pointer", "git lfs pull")),
    Bad(
        "a gzip cut short",
        csv_month(GREEN, 5000)[:-500],
        ("after line", "cut short", AGAIN),
    ),
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
        "text for amounts",
        parquet_with("fare_amount", ["9.95"] * 3),
        ("'fare_amount' is of type string", DECLARE),
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
