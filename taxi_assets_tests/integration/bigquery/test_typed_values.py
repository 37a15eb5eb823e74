"""The SQL by which BigQuery types a file's values, in Google's own evaluator.

Each value is what the reader here makes of it, and so is the id; or the statement ends at it.
"""

from __future__ import annotations

import hashlib
import random
import struct
from collections.abc import Sequence

import duckdb
import pytest

from taxi_assets.rows.typed_rows import csv_rows
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.bigquery.dialect import BIGQUERY
from taxi_assets.warehouse.bigquery.typed_values import UNFIT, row_id_texts, typed_values
from taxi_assets.warehouse.session import TableColumn
from taxi_assets_tests.googlesql import analyzer, evaluate

GREEN = DATASETS["green"]
CSV = TripFile(GREEN, Month(2020, 4), FileFormat.CSV)
PARQUET = TripFile(GREEN, Month(2023, 2), FileFormat.PARQUET)
TEXTS = [TableColumn(column.name, "STRING") for column in GREEN.csv_columns]
PLAIN = {
    "VendorID": "2",
    "lpep_pickup_datetime": "2020-04-01 00:44:02",
    "lpep_dropoff_datetime": "2020-04-01 00:52:23",
    "store_and_fwd_flag": "N",
    "RatecodeID": "1",
    "PULocationID": "42",
    "DOLocationID": "41",
    "passenger_count": "1",
    "trip_distance": "1.68",
    "fare_amount": "8.00",
}


def literal(value: str | None) -> str:
    return "CAST(NULL AS STRING)" if value is None else BIGQUERY.literal(value)


def row_of(values: dict[str, str | None]) -> str:
    """A row of an external table, as a subquery."""
    given = {column.name: values.get(column.name, "") for column in GREEN.csv_columns}
    columns = ", ".join(f"{literal(v)} AS {BIGQUERY.quote(n)}" for n, v in given.items())
    return f"(SELECT {columns})"


def in_googlesql(values: dict[str, str | None], expression: str) -> str:
    """An expression over the typed row, by Google's evaluator."""
    typed = ", ".join(typed_values(CSV, TEXTS))
    return evaluate(f"(SELECT {expression} FROM (SELECT {typed} FROM {row_of(values)}))")


def id_here(values: dict[str, str | None]) -> str:
    """The id that the reader here gives to a row."""
    header = [column.name for column in GREEN.csv_columns]
    columns = ", ".join(
        f"nullif({literal(values.get(name, '')).replace('STRING', 'VARCHAR')}, '') AS \"{name}\""
        for name in header
    )
    doubles = {c.name for c in GREEN.csv_columns if c.type in ("double", "integer")}
    typed = ", ".join(
        f'CAST("{name}" AS DOUBLE) AS "{name}"' if name in doubles else f'"{name}"'
        for name in header
    )
    reader = f"(SELECT {typed} FROM (SELECT {columns}))"
    query = csv_rows(GREEN, header, reader)
    with duckdb.connect() as connection:
        row = connection.execute(query, {"filename": CSV.filename}).fetchone()
    assert row is not None
    return str(row[0])


def doubles(count: int) -> list[float]:
    """Doubles of all sizes below the limit, amounts among them."""
    source = random.Random(17)
    found: list[float] = []
    while len(found) < count:
        value: float = struct.unpack("<d", source.randbytes(8))[0]
        if abs(value) < 1e15:
            found.append(value)
        found.append(round(source.uniform(-500, 500), source.choice((1, 2, 4))))
    return found[:count]


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"VendorID": ""},
        {"VendorID": None, "trip_distance": None},
        {"PULocationID": "132.0", "fare_amount": "-0.0"},
        {"trip_distance": ".47", "fare_amount": "1e-05"},
        {"trip_distance": "0.1234567890123456", "fare_amount": "0.30000000000000004"},
        {"trip_distance": "999999999999999", "fare_amount": "5."},
        {"lpep_pickup_datetime": "2041-08-15 23:59:59", "DOLocationID": "007"},
    ],
    ids=str,
)
def test_the_id_is_that_of_the_reader_here(odd: dict[str, str | None]) -> None:
    values: dict[str, str | None] = {**PLAIN, **odd}
    found = in_googlesql(values, f"TO_HEX(MD5(CONCAT({row_id_texts(GREEN)})))")
    assert found == id_here(values)


def test_a_plain_id_is_the_hash_of_its_texts() -> None:
    text = "22020-04-01 00:44:022020-04-01 00:52:23424181.68"
    expected = hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
    assert in_googlesql({**PLAIN}, f"TO_HEX(MD5(CONCAT({row_id_texts(GREEN)})))") == expected


def test_the_text_of_every_double_is_its_shortest_one() -> None:
    column = row_id_texts(GREEN).split("IFNULL(")[-1].rpartition(", ''")[0]
    name = next(c.name for c in GREEN.columns if BIGQUERY.quote(c.name) in column)
    expression = column.replace(BIGQUERY.quote(name), "x")
    values = doubles(300)
    listed = ", ".join(f"CAST('{value!r}' AS FLOAT64)" for value in values)
    found = evaluate(
        f"(SELECT STRING_AGG({expression}, ' ' ORDER BY place) "
        f"FROM UNNEST([{listed}]) AS x WITH OFFSET AS place)"
    )
    with duckdb.connect() as connection:
        expected = [
            connection.execute("SELECT CAST(CAST(? AS DOUBLE) AS VARCHAR)", [value]).fetchone()
            for value in values
        ]
    texts = [str(row[0]).removesuffix(".0") for row in expected if row]
    assert found.split(" ") == texts


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("lpep_pickup_datetime", "2020-04-31 00:00:00"),
        ("lpep_pickup_datetime", "2020-04-01 24:00:00"),
        ("lpep_pickup_datetime", "2020-04-01 00:00:00.5"),
        ("lpep_pickup_datetime", "2020-04-01 01:00:00 PM"),
        ("fare_amount", "inf"),
        ("fare_amount", "NaN"),
        ("fare_amount", "1e15"),
        ("fare_amount", "1_000"),
        ("fare_amount", " 1"),
        ("passenger_count", "1.5"),
        ("passenger_count", "99999999999"),
        ("VendorID", "-1"),
        ("VendorID", "x"),
    ],
)
def test_any_other_form_ends_the_statement(column: str, value: str) -> None:
    with pytest.raises(Exception, match=UNFIT):
        in_googlesql({**PLAIN, column: value}, f"FORMAT('%t', {BIGQUERY.quote(column)})")


PARQUET_TYPES = {
    "2022": {"code": "INT64", "integer": "FLOAT64", "timestamp": "DATETIME"},
    "2023": {"code": "INT64", "integer": "INT64", "timestamp": "TIMESTAMP"},
    "floats": {"code": "FLOAT64", "integer": "FLOAT64", "timestamp": "TIMESTAMP"},
}


def found_in_parquet(types: dict[str, str]) -> Sequence[TableColumn]:
    kinds = {"double": "FLOAT64", "text": "STRING", **types}
    return [TableColumn(c.parquet_names[0], kinds[c.type.value]) for c in GREEN.columns]


@pytest.mark.parametrize("types", PARQUET_TYPES.values(), ids=PARQUET_TYPES)
def test_google_knows_the_columns_of_every_parquet_file(types: dict[str, str]) -> None:
    found = found_in_parquet(types)
    google = analyzer({"some-project.nyc.external": {c.name: c.type for c in found}})
    typed = ", ".join(typed_values(PARQUET, found))
    google.analyze_statement(f"SELECT {typed} FROM `some-project.nyc.external`")
