"""Three ways from a .csv.gz to a table with row ids, each in a process of its own.

Run as ``python -m benchmarks.contenders NAME ROWS FOLDER DATABASE``; `load_duckdb` does. All
times run from opening the database to having closed it, so that everything is on disk.
"""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from benchmarks.measure import Cost, measured, report
from benchmarks.synthetic_files import Mirror, synthetic_file
from taxi_assets.lake.folder import FolderLake
from taxi_assets.rows.reading import OpenMonth
from taxi_assets.rows.typed_rows import TYPES
from taxi_assets.settings import Settings
from taxi_assets.sql.duckdb import DUCKDB
from taxi_assets.sql.identifiers import literal, quoted
from taxi_assets.sql.statements import Statements
from taxi_assets.trips.column import ColumnType
from taxi_assets.trips.file import TripFile
from taxi_assets.trips.month import Month
from taxi_assets.trips.yellow import YELLOW
from taxi_assets.warehouse.duckdb.connection import DuckDBFile
from taxi_assets.warehouse.duckdb.replace_month import replace_month
from taxi_assets.warehouse.duckdb.session import DuckDBSession

if TYPE_CHECKING:
    import pandas as pd

FILE = synthetic_file(YELLOW, Month(2019, 1))
CHUNK_ROWS = 100_000

_STATEMENTS = Statements("benchmarks.flows", DUCKDB)
_TABLE = quoted(YELLOW.table)
_COLUMNS = {column.name: TYPES[column.type] for column in YELLOW.csv_columns}


def project(mirror: Mirror, database: Path) -> Cost:
    """This project's `replace_month`, with the file landed beforehand."""
    return load_month(mirror, FILE, database)


def load_month(mirror: Mirror, file: TripFile, database: Path, force: bool = False) -> Cost:
    """Land a month in a lake beside the mirror's file, unmeasured, and replace it, measured."""
    lake = FolderLake(mirror.path(file).parents[1] / "lake")
    landed = mirror.land(file, lake)
    warehouse = duckdb_file(database)
    with (
        measured() as cost,
        warehouse.connect() as connection,
        lake.local_copy(landed) as copy,
    ):
        replace_month(DuckDBSession(connection), OpenMonth(file, landed, copy), force=force)
    return cost


def duckdb_file(database: Path) -> DuckDBFile:
    """The database, opened with the project's defaults."""
    memory_gb = Settings.model_fields["duckdb_memory_gb"].default
    return DuckDBFile(database, memory_gb, wait_seconds=0)


def flows_sql(mirror: Mirror, database: Path) -> Cost:
    """What the flows do in Postgres: staging table, copy, update with ids, merge.

    The table is the flows': without the columns that only Parquet files have. DuckDB has its
    defaults: all cores, and most of the machine's memory.
    """
    staging = quoted(f"{YELLOW.table}_staging")
    columns = ",\n    ".join(f"{quoted(name)} {type_}" for name, type_ in _COLUMNS.items())
    types = ", ".join(f"{literal(name)}: {literal(type_)}" for name, type_ in _COLUMNS.items())
    types = f"{{{types}}}"
    names = ["unique_row_id", "filename", *map(quoted, _COLUMNS)]
    copied = ", ".join(map(quoted, _COLUMNS))
    values = ", ".join(f"s.{name}" for name in names)
    key = " || ".join(f"coalesce({_postgres_text(name)}, '')" for name in YELLOW.row_id_key)
    path = str(mirror.path(FILE))
    with measured() as cost, duckdb.connect(database) as connection:
        with measured() as part:
            for table in (_TABLE, staging):
                connection.execute(_flows("create_table", table=table, definitions=columns))
            copy_in = _flows("copy_in", table=staging, names=copied, types=types)
            connection.execute(copy_in, {"path": path})
        cost.parts["copy"] = part.wall_seconds
        with measured() as part:
            add_ids = _flows("add_ids", table=staging, key=key)
            connection.execute(add_ids, {"filename": FILE.filename})
        cost.parts["update"] = part.wall_seconds
        with measured() as part:
            connection.execute(
                _flows(
                    "merge",
                    table=_TABLE,
                    staging=staging,
                    names=", ".join(names),
                    values=values,
                )
            )
            connection.execute(_flows("drop_staging", staging=staging))
        cost.parts["merge"] = part.wall_seconds
    return cost


def _flows(name: str, **parts: str) -> str:
    return _STATEMENTS(name, **parts).text


def _postgres_text(name: str) -> str:
    """A value's text as Postgres writes it: `5` where DuckDB writes `5.0`."""
    text = f"CAST({quoted(name)} AS TEXT)"
    if _COLUMNS[name] != "DOUBLE":
        return text
    whole = f"CAST(CAST({quoted(name)} AS BIGINT) AS TEXT)"
    return f"CASE WHEN {quoted(name)} = trunc({quoted(name)}) THEN {whole} ELSE {text} END"


def pandas_chunks(mirror: Mirror, database: Path) -> Cost:
    """`pandas.read_csv` in chunks with given types, ids by hashlib, inserts from DataFrames."""
    import pandas as pd

    types = {
        ColumnType.CODE: "string",
        ColumnType.TEXT: "string",
        ColumnType.TIMESTAMP: "string",
        ColumnType.INTEGER: "Int32",
        ColumnType.DOUBLE: "float64",
    }
    timestamps = (YELLOW.pickup, YELLOW.dropoff)
    dtypes = {column.name: types[column.type] for column in YELLOW.csv_columns}
    columns = ",\n    ".join(f"{quoted(name)} {type_}" for name, type_ in _COLUMNS.items())
    path = mirror.path(FILE)
    with measured() as cost, duckdb.connect(database) as connection:
        connection.execute(_flows("create_table", table=_TABLE, definitions=columns))
        for chunk in pd.read_csv(path, dtype=dtypes, chunksize=CHUNK_ROWS):
            ids = _row_ids(chunk)
            for name in timestamps:
                chunk[name] = pd.to_datetime(chunk[name], format="%Y-%m-%d %H:%M:%S")
            chunk.insert(0, "unique_row_id", ids)
            chunk.insert(1, "filename", FILE.filename)
            connection.register("chunk", chunk)
            connection.execute(f"INSERT INTO {_TABLE} SELECT * FROM chunk")
            connection.unregister("chunk")
    return cost


def _row_ids(chunk: pd.DataFrame) -> list[str]:
    """The ids, from the texts of times in the file: faster than formatting them again."""
    texts = []
    for name in YELLOW.row_id_key:
        if _COLUMNS[name] == "DOUBLE":
            texts.append([repr(value).removesuffix(".0") for value in chunk[name].tolist()])
        else:
            texts.append(chunk[name].fillna("").tolist())
    return [
        hashlib.md5("".join(values).encode(), usedforsecurity=False).hexdigest()
        for values in zip(*texts, strict=True)
    ]


def fingerprint(_: Mirror, database: Path) -> Cost:
    """Count, ids and values of the table, each as a number that hardly two tables share."""
    names = ", ".join(["unique_row_id", "filename", *map(quoted, _COLUMNS)])
    with measured() as cost, duckdb.connect(database, read_only=True) as connection:
        query = _flows("fingerprint", table=_TABLE, names=names)
        rows, ids, values = connection.execute(query).fetchall()[0]
    cost.found = {"rows": f"{rows:,}", "ids": ids, "values": values}
    return cost


CONTENDERS: dict[str, Callable[[Mirror, Path], Cost]] = {
    "project": project,
    "flows_sql": flows_sql,
    "pandas_chunks": pandas_chunks,
    "fingerprint": fingerprint,
}


def main() -> None:
    """Run one of them and report what it took."""
    name, rows, folder, database = sys.argv[1:]
    report(CONTENDERS[name](Mirror(Path(folder), int(rows)), Path(database)))


if __name__ == "__main__":
    main()
