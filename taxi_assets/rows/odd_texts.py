"""The texts of Parquet files: without their annotation, or with bytes that are no UTF-8.

DuckDB reads the first as text if it is told to, and the second not at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from taxi_assets.lake.parquet_schema import held_schema, held_type
from taxi_assets.sql.identifiers import literal

_MARK = "\0no UTF-8\0"


def parquet_reader(paths: str = "$path", path_column: str | None = None) -> str:
    """A ``read_parquet`` call; text without the UTF8 annotation is text, as in `held_schema`.

    A folder such as ``fare_amount=0`` says nothing about the rows: DuckDB would take its name for
    the values of that column.

    Args:
        paths: the SQL expression of the path, or of a list of paths.
        path_column: the column that holds each row's path; None adds none.
    """
    filename = f", filename = {literal(path_column)}" if path_column else ""
    return f"read_parquet({paths}, binary_as_string = true, hive_partitioning = false{filename})"


def readable_rows(path: Path) -> pa.RecordBatchReader:
    """All rows in order, with each such text escaped and marked: no column takes a NUL."""
    file = pq.ParquetFile(path, page_checksum_verification=True)

    def batches() -> Iterator[pa.RecordBatch]:
        with file:
            for batch in file.iter_batches():
                yield readable(batch)

    return pa.RecordBatchReader.from_batches(held_schema(file.schema_arrow), batches())


def readable(batch: pa.RecordBatch) -> pa.RecordBatch:
    """These rows as their file holds them, with such texts escaped and marked."""
    columns = [_readable(column) for column in with_plain_bytes(batch).columns]
    return pa.RecordBatch.from_arrays(columns, schema=held_schema(batch.schema))


def with_plain_bytes(batch: pa.RecordBatch) -> pa.RecordBatch:
    """These rows with each text as its bytes: Arrow computes little with views and categories."""
    columns = [_plain(column) for column in batch.columns]
    return pa.RecordBatch.from_arrays(columns, names=batch.schema.names)


def shown(text: str | None) -> str | None:
    """A text of such a row, without the mark."""
    return text.removeprefix(_MARK) if text is not None else None


def _plain(column: pa.Array) -> pa.Array:
    if pa.types.is_dictionary(column.type):
        column = column.dictionary_decode()
    return column.cast(pa.binary()) if held_type(column.type) == pa.string() else column


def _readable(column: pa.Array) -> pa.Array:
    if column.type != pa.binary():
        return column
    try:
        return column.cast(pa.string())
    except pa.ArrowInvalid:
        found = column.to_pylist()
        return pa.array([None if raw is None else _text(raw) for raw in found], pa.string())


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return _MARK + raw.decode("utf-8", "backslashreplace")
