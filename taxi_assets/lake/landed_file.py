"""What is known of a file in the lake."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from taxi_assets.source.transfer import Version
from taxi_assets.trips.column import is_pandas_index
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import FileFormat, TripFile

LineEnd = Literal["\r\n", "\n", "mixed"]


class FileFacts(BaseModel):
    """What verification found in a file's bytes, independently of any database.

    Attributes:
        rows: rows below the header, or that the Parquet footer counts.
        jagged_rows: rows short of trailing columns; those columns are NULL.
        blank_lines: empty lines, which are no rows.
        line_end: how the lines of a CSV end; None in a Parquet file.
        uncompressed_bytes: length of the CSV once unzipped; of a Parquet file, its own length.
        csv_columns: the columns of a CSV in the order of its header; none in a Parquet file, and
            in notes of older versions, whose CSVs had the declared columns.
        left_out: columns of the file that were not declared when it landed; one without a name is
            called by its place, as ``column 1``.
        padded: whether zeros stand behind the gzip data, which DuckDB's own reader refuses.
    """

    model_config = ConfigDict(frozen=True)

    rows: int
    jagged_rows: int = 0
    blank_lines: int = 0
    line_end: LineEnd | None = None
    uncompressed_bytes: int
    csv_columns: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    padded: bool = False

    @property
    def irregular(self) -> bool:
        """Whether lines must be tidied before a strict CSV reader takes them."""
        return self.line_end == "mixed" or self.blank_lines > 0

    def header(self, dataset: Dataset) -> tuple[str, ...]:
        """The columns of a CSV, in order."""
        return self.csv_columns or tuple(column.name for column in dataset.csv_columns)

    def undeclared(self, file: TripFile) -> tuple[str, ...]:
        """The columns that a load leaves out: those that were not declared meanwhile."""
        dataset = file.dataset
        if file.format is FileFormat.PARQUET:
            return tuple(n for n in self.left_out if n.lower() not in dataset.parquet_columns)
        declared = {column.name for column in dataset.csv_columns}
        return tuple(name for name in self.left_out if name not in declared)


def left_out_text(names: Sequence[str]) -> str:
    """What columns of a file a load leaves out, and why, in words."""
    numbering = [name for name in names if is_pandas_index(name)]
    undeclared = [name for name in names if name not in numbering]
    parts = [
        *([f"{', '.join(undeclared)} (not declared)"] if undeclared else []),
        *([f"{', '.join(numbering)} (pandas' numbering of rows)"] if numbering else []),
    ]
    return f"left out: {'; '.join(parts)}" if parts else "every column of the file was loaded"


class NotedDigests(BaseModel):
    """The digests of the rows that a file's bytes gave when they were loaded or audited.

    Attributes:
        reader: version of the rules by which bytes became rows.
        rows: number of rows: those of the file, less those that were rejected.
        left_out: columns of the file that were not loaded.
        digest: the digest that is the same in every database; None until one is known.
        engines: the digest by a database's own hash, by the database's name and version.
    """

    model_config = ConfigDict(frozen=True)

    reader: int
    rows: int
    left_out: tuple[str, ...] = ()
    digest: str | None = None
    engines: Mapping[str, str] = {}


class LandedFile(BaseModel):
    """One version of one file in the lake; kept beside the file as JSON.

    Attributes:
        name: its place in the lake, such as ``green/green_tripdata_2020-04.csv.gz``.
        url: where it was published.
        etag: entity tag of that version, as the source wrote it.
        last_modified: HTTP date of that version's last change.
        sha256: hash of the bytes, in hex.
        size_bytes: length of the file.
        facts: what verification found in it.
        landed_at: when these bytes were published in the lake, UTC.
        digests: the digests of its rows; None until they were loaded or audited.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    url: str
    etag: str | None
    last_modified: str | None
    sha256: str
    size_bytes: int
    facts: FileFacts
    landed_at: datetime
    digests: NotedDigests | None = None

    def is_version(self, version: Version) -> bool:
        """Whether the source still serves these bytes, as far as it tells."""
        if version.size_bytes not in (None, self.size_bytes):
            return False
        if version.etag and self.etag:
            return version.etag == self.etag
        if version.last_modified and self.last_modified:
            return version.last_modified == self.last_modified
        return True

    def is_surely_version(self, version: Version) -> bool:
        """Whether the source says so by an entity tag or a date: a size alone says little."""
        told = (version.etag and self.etag) or (version.last_modified and self.last_modified)
        return bool(told) and self.is_version(version)
