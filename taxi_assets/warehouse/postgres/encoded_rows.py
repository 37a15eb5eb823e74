"""Encodes a month's rows in the binary format of Postgres's COPY, in a thread of its own.

DuckDB parses and hashes rows on one core while the server stores earlier rows on another.
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
    """A piece of COPY's binary format. The first and the last piece frame all the others."""

    data: bytes
    rows: int


@contextmanager
def encoded_rows(month: OpenMonth, figures: RowFigures) -> Iterator[Iterator[EncodedRows]]:
    """All rows of the month, with the columns of the merged table in its order.

    Args:
        month: the landed file.
        figures: every row is added to them; they are complete after the last one.

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
            rows = figures.add(batch)
            if encoder is None:
                encoder = ArrowToPostgresBinaryEncoder(rows.schema)
                yield EncodedRows(encoder.write_header(), 0)
            yield EncodedRows(encoder.write_batch(rows), rows.num_rows)
    if encoder is None:
        raise InvalidFileError(f"{month.file} has no rows", "have it published again")
    yield EncodedRows(encoder.finish(), 0)
