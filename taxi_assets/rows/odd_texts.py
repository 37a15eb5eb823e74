"""The rows of a Parquet file whose texts may hold bytes that are no UTF-8: DuckDB reads none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

_MARK = "\0no UTF-8\0"


def readable_rows(path: Path) -> pa.RecordBatchReader:
    """All rows in order, with each such text escaped and marked: no column takes a NUL."""
    file = pq.ParquetFile(path, page_checksum_verification=True)

    def batches() -> Iterator[pa.RecordBatch]:
        with file:
            for batch in file.iter_batches():
                yield readable(batch)

    return pa.RecordBatchReader.from_batches(file.schema_arrow, batches())


def readable(batch: pa.RecordBatch) -> pa.RecordBatch:
    """These rows with such texts escaped and marked."""
    columns = [_readable(column) for column in batch.columns]
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def shown(text: str | None) -> str | None:
    """A text of such a row, without the mark."""
    return text.removeprefix(_MARK) if text is not None else None


def _readable(column: pa.Array) -> pa.Array:
    if not (pa.types.is_string(column.type) or pa.types.is_large_string(column.type)):
        return column
    try:
        column.validate(full=True)
    except pa.ArrowInvalid:
        found = column.cast(pa.large_binary()).to_pylist()
        return pa.array([None if raw is None else _text(raw) for raw in found], column.type)
    return column


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return _MARK + raw.decode("utf-8", "backslashreplace")
