"""Opens a landed month for a reader: statements that yield its typed rows, piece by piece."""

from __future__ import annotations

import shutil
from collections.abc import Generator, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from taxi_assets.errors import InvalidFileError
from taxi_assets.lake import bad_values
from taxi_assets.lake.csv_chunks import CHUNK_BYTES, csv_chunks
from taxi_assets.lake.csv_inspection import line_problem
from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.lake.typed_rows import csv_reader, csv_rows, parquet_rows
from taxi_assets.trips.file import FileFormat, TripFile


@dataclass(frozen=True)
class Piece:
    """Some rows of a month, as a DuckDB SELECT that yields them typed and with ids."""

    select: str
    parameters: Mapping[str, str]


@dataclass(frozen=True)
class OpenMonth:
    """A landed month, ready to be read.

    Attributes:
        file: which month it is.
        landed: what is known of its bytes.
        path: its bytes as a local file.
        scratch: an existing folder of this reader alone, for pieces of unzipped text.
    """

    file: TripFile
    landed: LandedFile
    path: Path
    scratch: Path

    @contextmanager
    def pieces(self, chunk_bytes: int = CHUNK_BYTES) -> Iterator[Iterator[Piece]]:
        """All rows of the month. A piece may be read until the next one is asked for.

        Args:
            chunk_bytes: about how long a piece of text is, unzipped.
        """
        with closing(self._pieces(chunk_bytes)) as pieces:
            yield pieces

    def _pieces(self, chunk_bytes: int) -> Generator[Piece, None, None]:
        dataset, facts = self.file.dataset, self.landed.facts
        filename = {"filename": self.file.filename}
        if self.file.format is FileFormat.PARQUET:
            select = parquet_rows(dataset, pq.read_schema(self.path), "read_parquet($path)")
            yield Piece(select, {"path": str(self.path), **filename})
            return
        line_end = "\n" if facts.irregular or facts.line_end is None else facts.line_end
        select = csv_rows(dataset, csv_reader(dataset, line_end, facts.jagged_rows > 0))
        with closing(csv_chunks(self.path, facts, self.scratch, chunk_bytes)) as texts:
            for text in texts:
                yield Piece(select, {"path": str(text), **filename})

    def explain(self, failure: str) -> InvalidFileError:
        """Why the month cannot be loaded: its first bad value, or else the database's own words.

        Args:
            failure: what the reader met.
        """
        try:
            found = self._first_bad_value()
        except duckdb.Error:
            found = None
        if found is not None:
            return found.as_error(self.file)
        failure = self._first_odd_line() or failure
        return InvalidFileError(
            f"{self.file}, {failure}",
            "correct the file at the source or have it published again; the rows that were "
            "loaded before are still there",
        )

    def _first_odd_line(self) -> str | None:
        """What keeps a strict CSV reader from taking the text, with the line's number."""
        if self.file.format is FileFormat.PARQUET:
            return None
        columns = len(self.file.dataset.csv_columns)
        line_number = count(2)
        with closing(csv_chunks(self.path, self.landed.facts, self.scratch)) as texts:
            for text in texts:
                with text.open("rb") as lines:
                    for line in lines:
                        number = next(line_number)
                        problem = line_problem(line.rstrip(b"\r\n"), columns)
                        if problem is not None:
                            return f"line {number:,}: {problem}"
        return None

    def _first_bad_value(self) -> bad_values.BadValues | None:
        dataset, facts = self.file.dataset, self.landed.facts
        if self.file.format is FileFormat.PARQUET:
            return bad_values.in_parquet(dataset, self.path)
        with closing(csv_chunks(self.path, facts, self.scratch)) as texts:
            return bad_values.in_csv(dataset, texts, facts)


@contextmanager
def scratch_folder(folder: Path) -> Iterator[Path]:
    """An empty folder for the time of a load; what a killed load left in it is removed."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
