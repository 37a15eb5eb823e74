"""Where the CPU seconds of a load go: the pipeline cut off after each of its stages.

Run as ``python -m benchmarks.stages STAGE ROWS FOLDER DATABASE``; `load_duckdb` does. Every
stage does all that the one before it does and one thing more, over the same plain text, with
one thread, so that the difference between two is what that thing takes.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
from isal import igzip

from benchmarks.contenders import FILE, duckdb_file
from benchmarks.measure import Cost, measured, report
from benchmarks.synthetic_files import Mirror
from taxi_assets.lake.folder import FolderLake
from taxi_assets.rows.typed_rows import csv_reader, csv_rows
from taxi_assets.sql.identifiers import quoted
from taxi_assets.warehouse.duckdb.session import DuckDBSession, sql
from taxi_assets.warehouse.duckdb.tables import ensure_tables

_READ_BYTES = 1 << 20
_DATASET = FILE.dataset
_VALUES = ", ".join(f"count({quoted(column.name)})" for column in _DATASET.csv_columns)
_HEADER = _DATASET.csv_header.split(",")
_READER = csv_reader(_DATASET, _HEADER, "\r\n", jagged=False)
_ROWS = csv_rows(_DATASET, _HEADER, _READER)


def land(mirror: Mirror, database: Path) -> Cost:
    """Fetch the file from its mirror into an empty lake: verified, counted, hashed, synced."""
    mirror.path(FILE)
    with measured() as cost:
        mirror.land(FILE, FolderLake(database.parent / "landed"))
    return cost


def unzip(mirror: Mirror, _: Path) -> Cost:
    """Unzip the file, and throw the text away."""
    with measured() as cost, igzip.open(mirror.path(FILE), "rb") as text:
        while text.read(_READ_BYTES):
            pass
    return cost


def split_lines(mirror: Mirror, database: Path) -> Cost:
    """Find lines and values in the text."""
    return _select(mirror, database, f"SELECT count(*) FROM {_READER}")


def parse(mirror: Mirror, database: Path) -> Cost:
    """Give every value its type."""
    return _select(mirror, database, f"SELECT {_VALUES} FROM {_READER}")


def typed_rows(mirror: Mirror, database: Path) -> Cost:
    """Refuse fractions in whole numbers, cut `.0` from codes, fill the columns up."""
    return _select(mirror, database, f"SELECT {_VALUES} FROM ({_ROWS})")


def row_ids(mirror: Mirror, database: Path) -> Cost:
    """Hash the row ids."""
    return _select(mirror, database, f"SELECT {_VALUES}, min(unique_row_id) FROM ({_ROWS})")


def insert(mirror: Mirror, database: Path) -> Cost:
    """Put the rows into the table, compressed, and close the database."""
    path = _plain(mirror, database)
    with measured() as cost, duckdb_file(database).connect() as connection:
        connection.execute("SET threads = 1")
        ensure_tables(DuckDBSession(connection), _DATASET)
        query = sql("insert_month", table=quoted(_DATASET.table), select=_ROWS)
        connection.execute(query.text, {"path": str(path), "filename": FILE.filename})
    return cost


def _select(mirror: Mirror, database: Path, query: str) -> Cost:
    path = _plain(mirror, database)
    parameters = {"path": str(path)}
    if "$filename" in query:
        parameters["filename"] = FILE.filename
    with duckdb.connect(config={"threads": 1}) as connection, measured() as cost:
        connection.execute(query, parameters).fetchall()
    return cost


def _plain(mirror: Mirror, database: Path) -> Path:
    path = database.with_name("rows.csv")
    with igzip.open(mirror.path(FILE), "rb") as text, path.open("wb") as plain:
        text.readline()
        while block := text.read(_READ_BYTES):
            plain.write(block)
    return path


STAGES: dict[str, Callable[[Mirror, Path], Cost]] = {
    "land": land,
    "unzip": unzip,
    "split_lines": split_lines,
    "parse": parse,
    "typed_rows": typed_rows,
    "row_ids": row_ids,
    "insert": insert,
}


def main() -> None:
    """Run one stage and report what it took."""
    name, rows, folder, database = sys.argv[1:]
    report(STAGES[name](Mirror(Path(folder), int(rows)), Path(database)))


if __name__ == "__main__":
    main()
