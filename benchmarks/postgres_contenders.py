"""The ways to bring a month into Postgres that `benchmarks.postgres` compares.

Run as ``python -m benchmarks.postgres_contenders NAME ROWS FOLDER MONTH DSN``.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from pydantic import SecretStr

from benchmarks.synthetic_files import Mirror, synthetic_file
from taxi_assets.lake.folder import FolderLake
from taxi_assets.rows.reading import OpenMonth
from taxi_assets.trips.column import ColumnType
from taxi_assets.trips.file import TripFile
from taxi_assets.trips.month import Month
from taxi_assets.trips.yellow import YELLOW
from taxi_assets.warehouse.postgres.connection import PostgresServer
from taxi_assets.warehouse.postgres.copy_formats import copy_format
from taxi_assets.warehouse.postgres.dialect import POSTGRES
from taxi_assets.warehouse.postgres.encoded_rows import encoded_rows, sent_columns
from taxi_assets.warehouse.postgres.replace_month import replace_month
from taxi_assets.warehouse.postgres.session import PostgresSession
from taxi_assets.warehouse.postgres.tables import columns_sql
from taxi_assets.warehouse.row_figures import RowFigures

if TYPE_CHECKING:
    from pandas.io.parsers import TextFileReader

CHUNK_ROWS = 100_000

_COLUMNS = ", ".join(f"{c.name} {POSTGRES.types[c.type]}" for c in YELLOW.csv_columns)
_NAMES = ", ".join(column.name for column in YELLOW.csv_columns)
_READ_BYTES = 1 << 20


@dataclass
class Cost:
    """What a load took in the client: time on the clock, CPU time, and its peak of memory.

    The peak is that of the whole process, with its imports and what it prepared.
    """

    wall_seconds: float = 0
    cpu_seconds: float = 0
    peak_bytes: int = 0


@contextmanager
def measured() -> Iterator[Cost]:
    """The cost of what happens inside, filled in at the end."""
    cost = Cost()
    cpu, wall = time.process_time(), time.perf_counter()
    yield cost
    cost.wall_seconds = time.perf_counter() - wall
    cost.cpu_seconds = time.process_time() - cpu
    cost.peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def project(mirror: Mirror, file: TripFile, dsn: str) -> Cost:
    """This project's `replace_month`, with the file landed beforehand."""
    server = PostgresServer(SecretStr(dsn))
    with _opened(mirror, file) as month, measured() as cost, server.connect() as connection:
        replace_month(PostgresSession(server, connection), month)
    return cost


def flows(mirror: Mirror, file: TripFile, dsn: str) -> Cost:
    """The flows' way: gunzip to a file, COPY into staging, UPDATE with ids, MERGE."""
    table, staging = YELLOW.table, f"{YELLOW.table}_staging"
    key = " || ".join(f"COALESCE(CAST({name} AS text), '')" for name in YELLOW.row_id_key)
    values = ", ".join(f"S.{name.strip()}" for name in _NAMES.split(","))
    statements = [
        f"UPDATE {staging} SET unique_row_id = md5({key}), filename = '{file.filename}'",
        f"MERGE INTO {table} AS T USING {staging} AS S ON T.unique_row_id = S.unique_row_id "
        f"WHEN NOT MATCHED THEN INSERT (unique_row_id, filename, {_NAMES}) "
        f"VALUES (S.unique_row_id, S.filename, {values})",
    ]
    path = mirror.path(file)
    with (
        tempfile.TemporaryDirectory() as folder,
        measured() as cost,
        psycopg.connect(dsn, autocommit=True) as connection,
    ):
        plain = Path(folder) / "month.csv"
        with plain.open("wb") as text:
            subprocess.run(
                [shutil.which("gunzip") or "gunzip", "-c", path], stdout=text, check=True
            )
        for name in (table, staging):
            everything = f"unique_row_id text, filename text, {_COLUMNS}"
            connection.execute(f"CREATE TABLE IF NOT EXISTS {name} ({everything})".encode())
        connection.execute(f"TRUNCATE {staging}".encode())
        copy_in = f"COPY {staging} ({_NAMES}) FROM STDIN (FORMAT csv, HEADER)"
        with (
            connection.cursor() as cursor,
            cursor.copy(copy_in.encode()) as copy,
            plain.open("rb") as text,
        ):
            while block := text.read(_READ_BYTES):
                copy.write(block)
        for statement in statements:
            connection.execute(statement.encode())
    return cost


def pandas_to_sql(mirror: Mirror, file: TripFile, dsn: str, driver: str = "psycopg2") -> Cost:
    """The usual tutorial's script: `read_csv` in chunks, `to_sql` for each. Without ids."""
    import sqlalchemy as sa

    engine = sa.create_engine(dsn.replace("postgresql://", f"postgresql+{driver}://"))
    with measured() as cost:
        for chunk in _pandas_chunks(mirror.path(file)):
            chunk.to_sql(YELLOW.table, engine, if_exists="append", index=False)
    engine.dispose()
    return cost


def dlt_replace(mirror: Mirror, file: TripFile, dsn: str) -> Cost:
    """The write disposition `replace` of dlt, from the same chunks, by COPY. Without ids.

    COPY of CSV is the fastest that dlt offers for Postgres; it loads INSERTs by default.
    """
    os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
    import dlt

    with tempfile.TemporaryDirectory() as folder, measured() as cost:
        pipeline = dlt.pipeline(
            pipeline_name="benchmark",
            pipelines_dir=folder,
            destination=dlt.destinations.postgres(dsn),
            dataset_name="trips",
        )
        rows = dlt.resource(_pandas_chunks(mirror.path(file)), name=YELLOW.table)
        pipeline.run(rows, write_disposition="replace", loader_file_format="csv")
    return cost


def _pandas_chunks(path: Path) -> TextFileReader:
    import pandas as pd

    times = [column.name for column in YELLOW.csv_columns if column.type is ColumnType.TIMESTAMP]
    return pd.read_csv(path, parse_dates=times, chunksize=CHUNK_ROWS, low_memory=False)


def bound(mirror: Mirror, file: TripFile, dsn: str) -> Cost:
    """The server's part alone: COPY of rows that were encoded beforehand, unlogged."""
    with (
        tempfile.TemporaryFile() as encoded,
        _opened(mirror, file) as month,
        psycopg.connect(dsn, autocommit=True) as connection,
    ):
        with encoded_rows(month, RowFigures(month.file), copy_format()) as pieces:
            for piece in pieces:
                encoded.write(piece.data)
        encoded.seek(0)
        with measured() as cost, connection.cursor() as cursor:
            cursor.execute(f"CREATE UNLOGGED TABLE bound ({columns_sql(YELLOW)})".encode())
            columns = sent_columns(YELLOW).encode()
            with cursor.copy(b"COPY bound (%b) FROM STDIN (FORMAT binary)" % columns) as copy:
                while block := encoded.read(_READ_BYTES):
                    copy.write(block)
    return cost


@contextmanager
def _opened(mirror: Mirror, file: TripFile) -> Iterator[OpenMonth]:
    lake = FolderLake(mirror.path(file).parents[1] / "lake")
    landed = mirror.land(file, lake)
    with lake.local_copy(landed) as copy:
        yield OpenMonth(file, landed, copy)


CONTENDERS: dict[str, Callable[[Mirror, TripFile, str], Cost]] = {
    "project": project,
    "flows": flows,
    "bound": bound,
    "pandas, psycopg2": pandas_to_sql,
    "pandas, psycopg 3": partial(pandas_to_sql, driver="psycopg"),
    "dlt": dlt_replace,
}


def main() -> None:
    """Run one of them and report what it took."""
    name, rows, folder, month, dsn = sys.argv[1:]
    file = synthetic_file(YELLOW, Month.parse(month))
    cost = CONTENDERS[name](Mirror(Path(folder), int(rows)), file, dsn)
    print(json.dumps(asdict(cost)))


if __name__ == "__main__":
    main()
