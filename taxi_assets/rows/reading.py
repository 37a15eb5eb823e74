"""Opens a landed month for a reader: a statement that yields its typed rows."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from taxi_assets.errors import InvalidFileError
from taxi_assets.lake.csv_inspection import line_problem
from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.lake.local_copy import LocalCopy
from taxi_assets.lake.parquet_inspection import check_columns
from taxi_assets.lake.parquet_schema import held_schema
from taxi_assets.rows import bad_values
from taxi_assets.rows.csv_text import csv_lines
from taxi_assets.rows.duckdb_text import csv_file
from taxi_assets.rows.odd_texts import parquet_reader
from taxi_assets.rows.page_checksums import contradicted_column
from taxi_assets.rows.row_digest import Digests
from taxi_assets.rows.typed_rows import csv_reader, csv_rows, parquet_rows
from taxi_assets.sql.duckdb import only_path
from taxi_assets.trips.file import FileFormat, TripFile

_Setting: TypeAlias = str | bool | int | float | list[str]

ENGINE = f"DuckDB {duckdb.__version__} twice"
"""Name and version of the database that reads files, and how often it hashes a row: digests by its
own hash are compared only where both are the same."""

READER_CONFIG: Mapping[str, _Setting] = {
    "preserve_insertion_order": False,
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
    "enable_external_file_cache": False,
}
"""How DuckDB must be opened to read months: without an order to keep, and without a cache of
texts that are read once. Nothing is downloaded."""

_READER_MB, _READER_MB_OF_PARQUET, _READER_MB_A_THREAD = 64, 160, 48


def frugal_config(format_: FileFormat, most_threads: int | None = None) -> dict[str, _Setting]:
    """`READER_CONFIG` for readers that pass rows on and keep none.

    A thread holds a piece of a CSV and some rows. Of a Parquet file DuckDB holds a row group, too:
    with three million FHVHV rows, two threads need between 152 and 244 MB. It fills what it has
    beyond that with what it has read, so that it gets little more.

    Args:
        format_: of what is read.
        most_threads: how many are of use; otherwise one for each core.
    """
    cores = os.cpu_count() or 1
    threads = min(cores, most_threads or cores)
    fixed = _READER_MB_OF_PARQUET if format_ is FileFormat.PARQUET else _READER_MB
    memory = f"{fixed + _READER_MB_A_THREAD * max(2, threads)}MB"
    return {**READER_CONFIG, "threads": threads, "memory_limit": memory, "temp_directory": ""}


ORDERED: Mapping[str, _Setting] = {
    **READER_CONFIG,
    "preserve_insertion_order": True,
}
"""The same for readers that count lines."""


_UNREADABLE = (duckdb.Error, pa.ArrowException, OSError, EOFError)
"""What DuckDB, Arrow and the unzipper raise of a file that they cannot read."""

_SHOWN_CHARACTERS = 300


def one_line(error: Exception) -> str:
    """The words of a reader, fit for a message."""
    return " ".join(str(error).split())[:_SHOWN_CHARACTERS]


@dataclass(frozen=True)
class Rows:
    """All rows of a month, as a DuckDB SELECT that yields them typed and with ids."""

    select: str
    parameters: Mapping[str, str]


@dataclass(frozen=True)
class Reject:
    """A row that was not loaded.

    Attributes:
        line: of the CSV, whose header is line 1; of a Parquet file, the row, counted from 1.
        column: the first column whose value does not fit.
        value: that value's text; None where it is empty.
        reason: why it does not fit.
        text: the whole line; of a Parquet file, the row as JSON.
    """

    line: int
    column: str
    value: str | None
    reason: str
    text: str


@dataclass(frozen=True)
class OpenMonth:
    """A landed month, ready to be read.

    Attributes:
        file: which month it is.
        landed: what is known of its bytes.
        copy: its bytes as a local file.
        rejects: rows that were taken out before, and are in neither facts nor path.
        accepted: where the other rows are, if there are rejects.
        max_other_share: share of pickups outside the month above which it is refused.
        note_digests: takes the digests of its rows before they become visible, or refuses them.
    """

    file: TripFile
    landed: LandedFile
    copy: LocalCopy
    rejects: Sequence[Reject] = ()
    accepted: Path | None = None
    max_other_share: float = 1.0
    note_digests: Callable[[OpenMonth, Digests], None] = lambda _month, _digests: None

    @property
    def path(self) -> Path:
        """The bytes that rows are read from."""
        return self.accepted or self.copy.path

    @contextmanager
    def rows(
        self,
        connection: duckdb.DuckDBPyConnection,
        hashes: Collection[str] = (),
    ) -> Iterator[Rows]:
        """The rows, for that connection and as long as the context lasts.

        Args:
            connection: who reads, opened with `READER_CONFIG`.
            hashes: which columns of hashes the rows have, too: `ROW_HASH`, `ID_HASH`.

        Raises:
            DamagedCopyError: the bytes are not those that landed.
            InvalidFileError: they are, and cannot be read.
        """
        self.copy.prove()
        try:
            with self._rows(connection, hashes) as rows:
                yield rows
        except _UNREADABLE as error:
            self.copy.prove()
            if not self._is_readable():
                raise self.explain(one_line(error)) from None
            raise

    @contextmanager
    def _rows(
        self, connection: duckdb.DuckDBPyConnection, hashes: Collection[str]
    ) -> Iterator[Rows]:
        dataset, facts = self.file.dataset, self.landed.facts
        filename = {"filename": self.file.filename}
        if self.file.format is FileFormat.PARQUET:
            self._require_checksums()
            schema = held_schema(pq.read_schema(self.path))
            check_columns(self.file, schema)  # declarations may have changed since it landed
            select = parquet_rows(dataset, schema, parquet_reader(), hashes=hashes)
            yield Rows(select, {"path": only_path(self.path), **filename})
            return
        line_end = "\n" if facts.irregular or facts.line_end is None else facts.line_end
        header, jagged = facts.header(dataset), facts.jagged_rows > 0
        reader = csv_reader(dataset, header, line_end, jagged)
        with csv_file(connection, self.path, facts) as source:
            select = csv_rows(dataset, header, reader, hashes=hashes)
            yield Rows(select, {"path": source.path, **filename})
            if source.text.underscores:
                self._require_plain_numbers()

    def _require_plain_numbers(self) -> None:
        """Refuse numbers that only DuckDB takes for some; a text may hold an underscore."""
        found = self._first_bad_value()
        if found is not None:
            raise found.as_error(self.file)

    def explain(self, failure: str) -> InvalidFileError:
        """Why the month cannot be loaded: its first bad value, or else the database's own words.

        Args:
            failure: what the reader met.

        Raises:
            DamagedCopyError: the bytes are not those that landed.
        """
        self.copy.prove()
        try:
            found = self._first_bad_value()
        except _UNREADABLE:
            found = None
        if found is not None:
            return found.as_error(self.file)
        failure = self._first_odd_line() or failure
        return InvalidFileError(
            f"{self.file}, {failure}",
            "correct the file at the source or have it published again; the rows that were "
            "loaded before are still there",
        )

    def _require_checksums(self) -> None:
        column = contradicted_column(self.path)
        if column is not None:
            raise InvalidFileError(
                f"{self.file}, column {column}: a page is not what its own checksum says: the file "
                "was damaged before it was published",
                "have it published again; the rows that were loaded before are still there",
            )

    def _is_readable(self) -> bool:
        try:
            self._first_bad_value()
        except _UNREADABLE:
            return False
        return True

    def _first_odd_line(self) -> str | None:
        """What keeps a strict CSV reader from taking the text, with the line's number."""
        if self.file.format is FileFormat.PARQUET:
            return None
        columns = len(self.landed.facts.header(self.file.dataset))
        for number, line in enumerate(csv_lines(self.path, self.landed.facts), start=2):
            problem = line_problem(line, columns) if line else None
            if problem is not None:
                return f"line {number:,}: {problem}"
        return None

    def _first_bad_value(self) -> bad_values.BadValues | None:
        dataset, facts = self.file.dataset, self.landed.facts
        with duckdb.connect(config=dict(ORDERED)) as connection:
            if self.file.format is FileFormat.PARQUET:
                return bad_values.in_parquet(connection, dataset, self.path)
            with csv_file(connection, self.path, facts) as source:
                return bad_values.in_csv(connection, dataset, source.path, facts)
