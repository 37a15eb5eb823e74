"""The rows in Postgres are those in DuckDB, and those that the flows' SQL gives."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from taxi_assets.rows.reading import OpenMonth
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.duckdb.connection import DuckDBFile
from taxi_assets.warehouse.duckdb.replace_month import replace_month
from taxi_assets.warehouse.duckdb.session import DuckDBSession
from taxi_assets_tests.integration.equality.generated_months import publish_csv, publish_parquet
from taxi_assets_tests.integration.equality.real_months import CSV_FILES, PARQUET_FILES, path_of
from taxi_assets_tests.integration.postgres.database import GREEN, Database, Row
from taxi_assets_tests.integration.postgres.flows import load_as_flows
from taxi_assets_tests.published import Mirror

COMMAND = Path(sys.executable).with_name("taxi-assets")
MONTHS = ("2020-04", "2020-05", "2020-06")
GENERATED = [
    ("green", "2020-06", "csv"),
    ("green", "2022-01", "parquet"),
    ("green", "2025-01", "parquet"),
    ("yellow", "2019-01", "csv"),
    ("yellow", "2023-02", "parquet"),
    ("yellow", "2025-01", "parquet"),
    ("fhv", "2019-01", "csv"),
    ("fhv", "2023-02", "parquet"),
    ("fhvhv", "2025-01", "parquet"),
]


WITH, WITHOUT = "with pgpq", "without pgpq"


@pytest.fixture(params=[WITH, WITHOUT])
def encoder(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """The machine has pgpq, or, as Linux on arm64, has not."""
    if request.param == WITHOUT:
        monkeypatch.setitem(sys.modules, "pgpq", None)
    return str(request.param)


def in_duckdb(month: OpenMonth, folder: Path) -> Counter[Row]:
    file = DuckDBFile(folder / "taxi.duckdb", memory_gb=1, wait_seconds=0)
    with file.connect() as connection:
        replace_month(DuckDBSession(connection), month)
        return Counter(connection.execute(f"FROM {month.file.dataset.table}").fetchall())


def assert_equal(database: Database, file: TripFile, path: Path, tmp_path: Path) -> None:
    data = path.read_bytes()
    database.load(file, data)
    month = database.open(file, data)
    assert database.rows(file.dataset.table) == in_duckdb(month, tmp_path)


@pytest.mark.parametrize(
    "encoder", [WITH, pytest.param(WITHOUT, marks=pytest.mark.long)], indirect=True
)
@pytest.mark.usefixtures("encoder")
@pytest.mark.parametrize("file", [*CSV_FILES, *PARQUET_FILES], ids=str)
def test_real_months_are_the_same_in_both(
    database: Database, file: TripFile, real_data: Path, tmp_path: Path
) -> None:
    assert_equal(database, file, path_of(file, real_data), tmp_path)


@pytest.mark.usefixtures("encoder")
@pytest.mark.parametrize(("taxi", "month", "format_"), GENERATED)
def test_generated_months_are_the_same_in_both(
    database: Database, mirror: Mirror, tmp_path: Path, taxi: str, month: str, format_: str
) -> None:
    file = TripFile(DATASETS[taxi], Month.parse(month), FileFormat(format_))
    publish = publish_csv if file.format is FileFormat.CSV else publish_parquet
    assert_equal(database, file, publish(mirror, file), tmp_path)


@pytest.mark.parametrize("file", CSV_FILES, ids=str)
def test_the_flows_sql_gives_the_same_rows_and_ids(
    database: Database, file: TripFile, real_data: Path
) -> None:
    path = path_of(file, real_data)
    database.load(file, path.read_bytes())
    with database.connect() as connection:
        load_as_flows(connection, file, path, "flows_trips")
    added = ", ".join(
        f"NULL::double precision AS {column.name}"
        for column in file.dataset.columns
        if column.csv_position is None
    )
    ours = f"SELECT * FROM {file.dataset.table}"
    theirs = f"SELECT *, {added} FROM flows_trips"
    assert (
        database.query(f"({ours} EXCEPT ALL {theirs}) UNION ALL ({theirs} EXCEPT ALL {ours})") == []
    )
    assert database.query(f"SELECT count(*) > 0 FROM {file.dataset.table}") == [(True,)]


def test_one_command_loads_real_months_into_both(
    database: Database, real_data: Path, tmp_path: Path
) -> None:
    environment = {
        **os.environ,
        "TAXI_DATA_DIR": str(tmp_path / "data"),
        "DAGSTER_HOME": str(tmp_path / "dagster"),
        "TAXI_CSV_BASE_URL": (real_data / "nyc-tlc-data").as_uri(),
        "TAXI_WAREHOUSES": "postgres,duckdb",
        "TAXI_POSTGRES_DSN": database.dsn,
    }
    ended = subprocess.run(
        [COMMAND, "load", "green", MONTHS[0], MONTHS[-1]],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr
    with duckdb.connect(tmp_path / "data" / "taxi.duckdb", read_only=True) as connection:
        expected = Counter(connection.execute(f"FROM {GREEN.table}").fetchall())
    assert database.rows() == expected
    assert database.counts() == dict(
        zip(
            [f"green_tripdata_{month}.csv" for month in MONTHS],
            [35_612, 57_360, 63_109],
            strict=True,
        )
    )
