"""The formats of COPY in which rows reach Postgres: binary, or CSV where there is no pgpq.

pgpq encodes Arrow as COPY's binary format; Linux on arm64 takes its last edition with a wheel for
it. Where it is not installed, Arrow's own writer of CSV does, in twice the time of a load (measured
with a million rows: 4.5 s in binary, 9.4 s as CSV).
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa
from pyarrow import csv

if TYPE_CHECKING:
    from pgpq import ArrowToPostgresBinaryEncoder


class CopyFormat(Protocol):
    """Encodes batches, the first one first.

    Attributes:
        name: as COPY takes it.
    """

    name: str

    def encode(self, batch: pa.RecordBatch) -> bytes:
        """A piece of what COPY reads."""

    def end(self) -> bytes:
        """What comes after the last piece."""


class BinaryFormat:
    """COPY's binary format: https://www.postgresql.org/docs/18/sql-copy.html."""

    name = "binary"

    def __init__(self, encoder: type[ArrowToPostgresBinaryEncoder]) -> None:
        """Take pgpq's encoder."""
        self._encoder_of = encoder
        self._encoder: ArrowToPostgresBinaryEncoder | None = None

    def encode(self, batch: pa.RecordBatch) -> bytes:
        """The rows; before the first ones the header."""
        header = b""
        if self._encoder is None:
            self._encoder = self._encoder_of(batch.schema)
            header = self._encoder.write_header()
        return header + self._encoder.write_batch(batch)

    def end(self) -> bytes:
        """The trailer."""
        return b"" if self._encoder is None else self._encoder.finish()


class CsvFormat:
    """CSV in which every value is quoted, so that an empty text differs from NULL."""

    name = "csv"
    _options = csv.WriteOptions(include_header=False, quoting_style="all_valid")

    def encode(self, batch: pa.RecordBatch) -> bytes:
        """The rows as lines."""
        lines = io.BytesIO()
        csv.write_csv(batch, lines, self._options)
        return lines.getvalue()

    def end(self) -> bytes:
        """Nothing."""
        return b""


def copy_format() -> CopyFormat:
    """The quickest format that this machine can write."""
    try:
        from pgpq import ArrowToPostgresBinaryEncoder
    except ImportError:
        return CsvFormat()
    return BinaryFormat(ArrowToPostgresBinaryEncoder)
