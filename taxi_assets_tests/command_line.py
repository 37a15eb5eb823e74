"""The command line as its user has it, and what it leaves in the data folder."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import os
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from unittest import mock

import duckdb
from click.testing import CliRunner

from taxi_assets.cli import main
from taxi_assets.trips.column import ColumnType
from taxi_assets.trips.dataset import Dataset

DEADLINE_SECONDS = 120
_POLL_SECONDS = 0.01
_LONGEST_POLL_SECONDS = 1
_PAUSE_BY_ASKING = 3  # A pause is so many times as long as the asking took.

Rows = Counter[tuple[object, ...]]


@dataclass(frozen=True)
class Answer:
    """What a command said.

    Attributes:
        exit_code: as the shell sees it.
        stdout: what a script reads.
        stderr: errors.
    """

    exit_code: int
    stdout: str
    stderr: str

    @property
    def text(self) -> str:
        """All that a person reads, in one line, so that wrapping does not matter."""
        return " ".join(f"{self.stdout} {self.stderr}".split())


def taxi_assets(*arguments: str, columns: int = 400, charset: str = "utf-8") -> Answer:
    """Run a command in this process, with the settings that its environment has.

    What the command changes in the environment ends with it, as it does with a process.

    Args:
        arguments: those of the command.
        columns: width of the terminal.
        charset: encoding of the terminal.
    """
    with mock.patch.dict(os.environ, COLUMNS=str(columns)), deadline("taxi-assets"):
        result = CliRunner(charset=charset).invoke(main, arguments, catch_exceptions=False)
    return Answer(result.exit_code, result.stdout, result.stderr)


@contextmanager
def deadline(what: str, seconds: float = DEADLINE_SECONDS) -> Iterator[None]:
    """Fail a test that would otherwise wait for ever. Also where Ctrl-C is not listened to."""
    late = TimeoutError(f"{what} did not end within {seconds:g} s")
    passed: list[TimeoutError] = []

    def too_late(*_: object) -> None:
        passed.append(late)
        raise late

    before = signal.signal(signal.SIGALRM, too_late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    # Dagster takes any exception for the end of a run, not of the test.
    if passed:
        raise late


def wait_for(condition: Callable[[], object], what: str) -> None:
    """Wait until something holds, and fail where it does not within the deadline.

    What takes long to ask for is asked for less often: the cores are for what is waited for.
    """
    end = time.monotonic() + DEADLINE_SECONDS
    while True:
        begin = time.monotonic()
        if condition():
            return
        asked = time.monotonic()
        assert asked < end, f"waited in vain for {what}"
        pause = max(_POLL_SECONDS, _PAUSE_BY_ASKING * (asked - begin))
        time.sleep(min(pause, _LONGEST_POLL_SECONDS))


@dataclass(frozen=True)
class DataFolder:
    """What stands in a data folder, read without the product."""

    folder: Path

    @property
    def duckdb_file(self) -> Path:
        """The database."""
        return self.folder / "taxi.duckdb"

    @property
    def lake(self) -> Path:
        """The folder of raw files."""
        return self.folder / "lake"

    def query(self, sql: str) -> list[tuple[object, ...]]:
        """Ask the database, which must open."""
        with duckdb.connect(self.duckdb_file, read_only=True) as connection:
            return list(connection.execute(sql).fetchall())

    def change(self, sql: str) -> None:
        """Change the database by hand."""
        with duckdb.connect(self.duckdb_file) as connection:
            connection.execute(sql)

    def rows(self, dataset: Dataset, filename: str, table: str | None = None) -> Rows:
        """The rows of one file in the merged table, or in another one with its columns."""
        columns = ", ".join(f'"{column.name}"' for column in dataset.csv_columns)
        where = f"filename = '{filename}'"
        return Counter(self.query(f"SELECT {columns} FROM {table or dataset.table} WHERE {where}"))

    def ledger(self) -> dict[str, tuple[object, object]]:
        """The hash and the rows of each file that the ledger names, once each."""
        lines = self.query("SELECT filename, sha256, rows FROM tripdata_files")
        found = {str(filename): (sha256, rows) for filename, sha256, rows in lines}
        assert len(found) == len(lines), f"files that stand in the ledger twice: {lines}"
        return found

    def debris(self) -> list[str]:
        """Whatever a load leaves only when it is torn away."""
        arriving = self.lake / ".arriving"
        left = [path for path in arriving.rglob("*") if path.is_file() and path.suffix != ".lock"]
        left += [path for path in self.lake.glob("*/.*") if path.parent != arriving]
        left += [path for path in self.folder.glob("taxi.duckdb.*") if path.suffix != ".lock"]
        return sorted(str(path.relative_to(self.folder)) for path in left)


def rows_in(csv_gz: bytes, dataset: Dataset) -> Rows:
    """The typed rows of a published CSV, read with Python's own csv module."""
    read: dict[ColumnType, Callable[[str], object]] = {
        ColumnType.CODE: str,
        ColumnType.TEXT: str,
        ColumnType.TIMESTAMP: datetime.fromisoformat,
        ColumnType.INTEGER: lambda text: int(float(text)),
        ColumnType.DOUBLE: float,
    }
    types = [read[column.type] for column in dataset.csv_columns]
    lines = csv.reader(io.StringIO(gzip.decompress(csv_gz).decode(), newline=""))
    next(lines)
    return Counter(
        tuple(type_(text) if text else None for type_, text in zip(types, line, strict=True))
        for line in lines
    )


def sha256(data: bytes) -> str:
    """The hash that the ledger keeps."""
    return hashlib.sha256(data).hexdigest()
