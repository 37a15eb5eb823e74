"""The whole job of a month, step by step in one process: `job` starts it.

Run as ``python -m benchmarks.job_steps WAREHOUSE TAXI FORMAT ROWS FOLDER SCRATCH DSN``.
"""

from __future__ import annotations

import os
import secrets
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import psycopg

from benchmarks.measure import Cost, measured, peak_bytes, report
from benchmarks.synthetic_files import Mirror, synthetic_file
from taxi_assets.lake.fetching import land_month
from taxi_assets.lake.resource import lake_of
from taxi_assets.rows.typed_rows import csv_reader, csv_rows
from taxi_assets.settings import read_settings
from taxi_assets.source.catalog import Catalog
from taxi_assets.sql.identifiers import quoted
from taxi_assets.trips.column import Column, ColumnType
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.check_assets import expectations
from taxi_assets.warehouse.check_list import checks_of
from taxi_assets.warehouse.full_audit import audit_month
from taxi_assets.warehouse.interface import Attempt
from taxi_assets.warehouse.month_assets import load_month
from taxi_assets.warehouse.registry import warehouse_of
from taxi_assets.warehouse.row_proof import Proof

MONTHS = {FileFormat.CSV: Month(2019, 1), FileFormat.PARQUET: Month(2025, 1)}


def publish(mirror: Mirror, dataset: Dataset, format_: FileFormat) -> Path:
    """The folder that serves the month, made unless it is there."""
    file = TripFile(dataset, MONTHS[format_], format_)
    if format_ is FileFormat.CSV:
        return mirror.path(file).parents[1]
    folder = mirror.folder / f"parquet-{mirror.rows}"
    path = folder / file.published_name
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        text = mirror.path(synthetic_file(dataset, file.month))
        reader = csv_reader(dataset, dataset.csv_header.split(","), "\r\n", jagged=False)
        reader = reader.replace("header = false", "header = true")
        rows = csv_rows(dataset, dataset.csv_header.split(","), reader)
        columns = ", ".join(
            f"CAST({quoted(column.name)} AS {_parquet_type(column)}) AS "
            f"{quoted(column.parquet_names[0])}"
            for column in dataset.columns
            if column.required_in_parquet(file.month)
        )
        draft = path.with_suffix(".partial")
        duckdb.execute(
            f"COPY (SELECT {columns} FROM ({rows})) TO '{draft}' "
            "(FORMAT parquet, ROW_GROUP_SIZE 1000000)",
            {"path": str(text), "filename": file.filename},
        )
        draft.replace(path)
    return folder


def _parquet_type(column: Column) -> str:
    types = {
        ColumnType.CODE: "BIGINT",
        ColumnType.INTEGER: "BIGINT",
        ColumnType.DOUBLE: "DOUBLE",
        ColumnType.TEXT: "VARCHAR",
        ColumnType.TIMESTAMP: "TIMESTAMP",
    }
    return types[column.type]


@contextmanager
def new_database(dsn: str) -> Iterator[str]:
    """The DSN of a new database, which is dropped afterwards: large months fill the disk."""
    name = f"benchmark_{secrets.token_hex(4)}"
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        yield f"{dsn.rpartition('/')[0]}/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def main() -> None:
    """Run the steps, in a database of their own each time, and report what each took."""
    warehouse, taxi, format_name, rows, folder, scratch, dsn = sys.argv[1:]
    with new_database(dsn) as own:
        _run(warehouse, taxi, format_name, rows, folder, scratch, own)


def _run(
    warehouse: str, taxi: str, format_name: str, rows: str, folder: str, scratch: str, dsn: str
) -> None:
    dataset = DATASETS[taxi]
    format_ = FileFormat(format_name)
    source = publish(Mirror(Path(folder), int(rows)), dataset, format_).as_uri()
    os.environ |= {
        "TAXI_DATA_DIR": scratch,
        "TAXI_CSV_BASE_URL": source,
        "TAXI_PARQUET_BASE_URL": source,
        "TAXI_SOURCE": format_.value,
        "TAXI_WAREHOUSES": warehouse,
        "TAXI_PUBLISHED_COUNTS": "warn",
        "TAXI_POSTGRES_DSN": dsn,
    }
    settings = read_settings()
    catalog, lake = Catalog(settings), lake_of(settings)
    file = catalog.file(dataset, MONTHS[format_])
    into = warehouse_of(warehouse, settings)
    parts: dict[str, float] = {}

    @contextmanager
    def step(name: str) -> Iterator[None]:
        started = time.perf_counter()
        yield
        parts[name] = time.perf_counter() - started

    with measured() as cost:
        with step("landing"):
            land_month(lake, catalog, file)
        with step("load"):
            load_month(into, lake, catalog, file, Attempt())
        with step("checks"):
            figures = into.measure(file)
            expected = expectations(file, figures, settings, lake)
            verdicts = [c.judge(figures, expected) for c in checks_of(dataset) if c.blocks]
    assert all(verdict.passed or not verdict.blocks for verdict in verdicts), verdicts
    peak = peak_bytes()
    with step("audit"):
        assert all(found.proof is Proof.PROVED for found in audit_month(lake, [into], file))
    report(Cost(cost.wall_seconds, cost.cpu_seconds, {**parts, "peak_bytes": peak}))


if __name__ == "__main__":
    main()
