"""A month's rows as Postgres's COPY takes them in binary: read and encoded in a thread of its own.

DuckDB parses and hashes on one core while the server stores what it was sent on another.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from pgpq import ArrowToPostgresBinaryEncoder

from taxi_assets.errors import InvalidFileError
from taxi_assets.rows.arrow_rows import row_batches
from taxi_assets.rows.read_ahead import read_ahead
from taxi_assets.rows.reading import OpenMonth
from taxi_assets.warehouse.row_figures import RowFigures

_BATCHES_AHEAD = 4


@dataclass(frozen=True)
class EncodedRows:
    """Some rows in COPY's binary format; the first and the last piece also frame them all."""

    data: bytes
    rows: int


@contextmanager
def encoded_rows(month: OpenMonth, figures: RowFigures) -> Iterator[Iterator[EncodedRows]]:
    """All rows of the month, in the columns and order of the merged table.

    Args:
        month: the landed file.
        figures: filled in as the rows pass; complete when they all have.

    Raises:
        InvalidFileError: a value does not fit its column; names file, line and value.
    """
    with closing(
        read_ahead(_encode(month, figures), _BATCHES_AHEAD, f"encode {month.file}")
    ) as pieces:
        yield pieces


def _encode(month: OpenMonth, figures: RowFigures) -> Generator[EncodedRows, None, None]:
    encoder: ArrowToPostgresBinaryEncoder | None = None
    with closing(row_batches(month)) as batches:
        for batch in batches:
            if encoder is None:
                encoder = ArrowToPostgresBinaryEncoder(batch.schema)
                yield EncodedRows(encoder.write_header(), 0)
            figures.add(batch)
            yield EncodedRows(encoder.write_batch(batch), batch.num_rows)
    if encoder is None:
        raise InvalidFileError(f"{month.file} has no rows", "have it published again")
    yield EncodedRows(encoder.finish(), 0)
