"""`unique_row_id` is what Postgres's md5() gives for the row's key, whatever reads the file."""

from __future__ import annotations

import csv
import gzip
import hashlib
import math
from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path

import duckdb
import psycopg
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from psycopg import sql

from taxi_assets.lake.landed_file import LineEnd
from taxi_assets.rows.typed_rows import csv_reader, csv_rows, parquet_rows
from taxi_assets.trips.column import ColumnType
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets_tests.integration.equality.real_months import (
    CSV_FILES,
    PARQUET_FILES,
    PARQUET_TWIN,
    path_of,
)

GREEN = DATASETS["green"]
YELLOW = DATASETS["yellow"]

Key = tuple[object, ...]
"""VendorID, pickup, dropoff, PULocationID, DOLocationID, fare_amount, trip_distance."""

POSTGRES_TYPES = {
    ColumnType.CODE: "text",
    ColumnType.TEXT: "text",
    ColumnType.TIMESTAMP: "timestamp",
    ColumnType.INTEGER: "integer",
    ColumnType.DOUBLE: "double precision",
}
"""The flows' types."""

ARROW_TYPES = {
    ColumnType.CODE: pa.string(),
    ColumnType.TIMESTAMP: pa.timestamp("us"),
    ColumnType.DOUBLE: pa.float64(),
}


@pytest.mark.parametrize("file", [*CSV_FILES, *PARQUET_FILES, PARQUET_TWIN], ids=str)
def test_every_real_row_has_the_id_that_postgres_gives_it(
    file: TripFile, real_data: Path, postgres: psycopg.Connection
) -> None:
    path, dataset = path_of(file, real_data), file.dataset
    key = ", ".join(f'"{name}"' for name in dataset.row_id_key)
    with duckdb.connect() as connection:
        rows = connection.execute(
            f"SELECT unique_row_id, {key} FROM ({_select(file, path)})",
            {"path": str(path), "filename": file.filename},
        ).fetchall()

    with postgres.transaction(force_rollback=True):
        _copy_keys(postgres, dataset, rows)
        assert _ask(
            postgres,
            "SELECT count(*) FROM keys WHERE unique_row_id IS DISTINCT FROM {id}",
            dataset,
        ) == [(0,)]
    assert rows


@pytest.mark.parametrize("file", CSV_FILES, ids=str)
def test_a_real_csv_has_the_ids_that_the_flows_gave_it(
    file: TripFile, real_data: Path, postgres: psycopg.Connection
) -> None:
    """Postgres reads the file itself, with COPY into the flows' columns."""
    path, dataset = path_of(file, real_data), file.dataset
    with duckdb.connect() as connection:
        found = connection.execute(
            f"SELECT unique_row_id FROM ({_select(file, path)})",
            {"path": str(path), "filename": file.filename},
        ).fetchall()

    with postgres.transaction(force_rollback=True):
        _create_keys(postgres, [(c.name, c.type) for c in dataset.csv_columns])
        with (
            gzip.open(path) as text,
            postgres.cursor().copy("COPY keys FROM STDIN (FORMAT csv, HEADER match)") as copy,
        ):
            while block := text.read(1 << 20):
                copy.write(block)
        expected = _ask(postgres, "SELECT {id} FROM keys", dataset)

    assert sorted(found) == sorted(expected)


def _spread(powers: Iterable[float]) -> list[float]:
    """Each of these and its neighbours, on both sides of zero."""
    near = {
        value
        for power in powers
        for value in (power, math.nextafter(power, 0), math.nextafter(power, math.inf))
        if value < 1e15
    }
    return [*near, *(-value for value in near)]


BOUNDARIES = sorted(
    {
        *_spread(float(f"{digits}e{power}") for power in range(-308, 16) for digits in (1, 2.5)),
        *_spread(2.0**power for power in range(-1074, 50)),
        *_spread(cents / 100 for cents in range(1000)),
        0.1 + 0.2,
        123_456_789_012_345.6,
        999_999_999_999_999.9,
    }
)

amounts = st.one_of(
    st.none(),
    st.floats(-1e15, 1e15, exclude_min=True, exclude_max=True),
    st.integers(-(10**15) + 1, 10**15 - 1).map(float),
    st.integers(-(10**7), 10**7).map(lambda cents: cents / 100),
    st.floats(-1e-300, 1e-300),
    st.floats(9e-6, 1.1e-4),
    st.floats(9e13, 1e15, exclude_max=True),
    st.sampled_from([0.0, -0.0, 5e-324, -5e-324, *_spread([1e-5, 1e-4, 1e14, 1e15, 2.0**49])]),
)
moments = st.one_of(
    st.none(),
    st.datetimes(),
    st.datetimes().map(lambda moment: moment.replace(microsecond=0)),
    st.datetimes().map(
        lambda moment: moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    ),
)
written = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
# A code that went through a float, such as `134.0`, is read as `134`.
texts = st.none() | written.filter(lambda text: not text.endswith(".0"))
codes = st.none() | st.integers(0, 10**9).map(str) | st.sampled_from(["CMT", "VTS", "0", "007"])


def keys(code: st.SearchStrategy[str | None]) -> st.SearchStrategy[list[Key]]:
    """Enough rows to be worth a round trip."""
    row = st.tuples(code, moments, moments, code, code, amounts, amounts)
    return st.lists(row, min_size=20, max_size=40)


@settings(max_examples=40, deadline=None)
@given(keys(texts))
def test_any_parquet_row_has_the_id_that_postgres_gives_it(
    postgres: psycopg.Connection, folder: Path, rows: list[Key]
) -> None:
    assert _ids_from_parquet(rows, folder) == _ids_from_postgres(rows, postgres)


@settings(max_examples=40, deadline=None)
@given(keys(codes))
def test_any_csv_row_has_the_id_that_postgres_gives_it(
    postgres: psycopg.Connection, folder: Path, rows: list[Key]
) -> None:
    assert _ids_from_csv(rows, folder) == _ids_from_postgres(rows, postgres)


def test_every_amount_near_a_power_of_ten_or_two_has_the_text_that_postgres_writes(
    postgres: psycopg.Connection, folder: Path
) -> None:
    rows = [(None, None, None, None, None, amount, -amount) for amount in BOUNDARIES]

    expected = _ids_from_postgres(rows, postgres)

    assert _ids_from_parquet(rows, folder) == expected
    assert _ids_from_csv(rows, folder) == expected
    assert len(rows) > 5_000


def test_every_combination_of_missing_values_has_the_id_that_postgres_gives_it(
    postgres: psycopg.Connection, folder: Path
) -> None:
    moment = datetime.fromisoformat("2020-04-01 00:44:02")
    full = ("2", moment, moment, "42", "41", 8.0, 1.68)
    rows = [
        tuple(None if missing >> place & 1 else value for place, value in enumerate(full))
        for missing in range(1 << len(full))
    ]

    expected = _ids_from_postgres(rows, postgres)

    assert _ids_from_parquet(rows, folder) == expected
    assert _ids_from_csv(rows, folder) == expected


@pytest.mark.parametrize("amount", [1e15, -1e15, 1e300, math.inf, -math.inf, math.nan])
def test_an_amount_that_the_databases_write_differently_is_refused(
    amount: float, folder: Path
) -> None:
    for fare, distance in ((amount, 1.0), (1.0, amount)):
        with pytest.raises(duckdb.InvalidInputException, match="amount out of range"):
            _ids_from_parquet([(None, None, None, None, None, fare, distance)], folder)


@pytest.mark.parametrize(
    ("dataset", "row", "text", "row_id"),
    [
        pytest.param(
            GREEN,
            "2,2020-04-01 00:44:02,2020-04-01 00:52:23,N,1,42,41,1,1.68,8,"
            "0.5,0.5,0,0,,0.3,9.3,1,1,0",
            "22020-04-01 00:44:022020-04-01 00:52:23424181.68",
            "aa76dd91ed8fccdbdfa9c5416d2dcd2c",
            id="first row of green 2020-04",
        ),
        pytest.param(
            YELLOW,
            "1,2019-01-01 00:46:40,2019-01-01 00:53:20,1,1.50,1,N,151,239,1,7,"
            "0.5,0.5,1.65,0,0.3,9.95,",
            "12019-01-01 00:46:402019-01-01 00:53:2015123971.5",
            "cfefc5173cf20c3ddd4989e79dc5aba9",
            id="first row of yellow 2019-01, whose distance is written 1.50",
        ),
        pytest.param(
            GREEN,
            ",2020-04-30 23:01:00,2020-04-30 23:02:00,,,185,185,,.01,23.17,0,0,0,0,,0.3,23.47,,,",
            "2020-04-30 23:01:002020-04-30 23:02:0018518523.170.01",
            "63c5f273425f741810eba5185fb82cfd",
            id="last row of green 2020-04, without a vendor",
        ),
        pytest.param(
            GREEN,
            "2.0,2020-04-01 07:26:09,,N,1,74.0,74.0,1,-0.0,-5.0,0,-0.5,0,0,,-0.3,-5.8,3,1,0",
            "22020-04-01 07:26:097474-5-0",
            "c0e3fcdf1a20eb625f05c86c82a487b2",
            id="whole numbers written as floats, no dropoff, negative amounts",
        ),
    ],
)
def test_a_row_has_the_md5_of_its_key_written_one_value_after_the_other(
    dataset: Dataset, row: str, text: str, row_id: str, folder: Path
) -> None:
    path = folder / "row.csv"
    path.write_text(f"{row}\n", encoding="utf-8")
    header = dataset.csv_header.split(",")
    select = csv_rows(dataset, header, csv_reader(dataset, header, "\n", jagged=False))
    with duckdb.connect() as connection:
        found = connection.execute(
            f"SELECT unique_row_id FROM ({select})", {"path": str(path), "filename": "row.csv"}
        ).fetchall()

    assert found == [(row_id,)]
    assert row_id == hashlib.md5(text.encode()).hexdigest()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where files are made, one after the other."""
    return tmp_path_factory.mktemp("made")


def _select(file: TripFile, path: Path) -> str:
    """The product's SELECT over the published file."""
    if file.format is FileFormat.PARQUET:
        return parquet_rows(file.dataset, pq.read_schema(path), "read_parquet($path)")
    with gzip.open(path) as text:
        line_end: LineEnd = "\r\n" if text.readline().endswith(b"\r\n") else "\n"
    header = file.dataset.csv_header.split(",")
    reader = csv_reader(file.dataset, header, line_end, jagged=False, zipped=True)
    return csv_rows(file.dataset, header, reader)


def _ids_from_parquet(rows: Sequence[Key], folder: Path) -> list[str]:
    path = folder / "made.parquet"
    types = [ARROW_TYPES[GREEN.column(name).type] for name in GREEN.row_id_key]
    columns = [
        pa.array(values, t) for values, t in zip(zip(*rows, strict=True), types, strict=True)
    ]
    table = pa.table(dict(zip(GREEN.row_id_key, columns, strict=True)))
    pq.write_table(table, path)
    return _ids(parquet_rows(GREEN, table.schema, "read_parquet($path)"), path)


def _ids_from_csv(rows: Sequence[Key], folder: Path) -> list[str]:
    path = folder / "made.csv"
    names = [column.name for column in GREEN.csv_columns]
    with path.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, names, lineterminator="\n")
        writer.writerows(dict(zip(GREEN.row_id_key, row, strict=True)) for row in rows)
    header = GREEN.csv_header.split(",")
    return _ids(csv_rows(GREEN, header, csv_reader(GREEN, header, "\n", jagged=False)), path)


def _ids(select: str, path: Path) -> list[str]:
    with duckdb.connect() as connection:
        found = connection.execute(
            f"SELECT unique_row_id FROM ({select})", {"path": str(path), "filename": path.name}
        ).fetchall()
    return sorted(row_id for (row_id,) in found)


def _ids_from_postgres(rows: Sequence[Key], postgres: psycopg.Connection) -> list[str]:
    with postgres.transaction(force_rollback=True):
        _copy_keys(postgres, GREEN, [(None, *row) for row in rows])
        found = _ask(postgres, "SELECT {id} FROM keys", GREEN)
    return sorted(str(row_id) for (row_id,) in found)


def _copy_keys(
    postgres: psycopg.Connection, dataset: Dataset, rows: Iterable[Sequence[object]]
) -> None:
    """Bring ids and keys into a table of the flows' types, the values bit for bit."""
    columns = [
        ("unique_row_id", ColumnType.TEXT),
        *((name, dataset.column(name).type) for name in dataset.row_id_key),
    ]
    _create_keys(postgres, columns)
    with postgres.cursor().copy("COPY keys FROM STDIN (FORMAT binary)") as copy:
        copy.set_types([POSTGRES_TYPES[type_] for _, type_ in columns])
        for row in rows:
            copy.write_row(row)


def _create_keys(postgres: psycopg.Connection, columns: Sequence[tuple[str, ColumnType]]) -> None:
    definitions = sql.SQL(", ").join(
        sql.SQL("{} {}").format(sql.Identifier(name), sql.SQL(POSTGRES_TYPES[type_]))
        for name, type_ in columns
    )
    postgres.execute(sql.SQL("CREATE TEMPORARY TABLE keys ({})").format(definitions))


def _ask(postgres: psycopg.Connection, query: str, dataset: Dataset) -> list[tuple[object, ...]]:
    """What Postgres answers, ``{id}`` being the flows' expression."""
    key = sql.SQL(" || ").join(
        sql.SQL("coalesce(CAST({} AS text), '')").format(sql.Identifier(name))
        for name in dataset.row_id_key
    )
    row_id = sql.SQL("md5({})").format(key)
    return postgres.execute(sql.SQL(query).format(id=row_id)).fetchall()
