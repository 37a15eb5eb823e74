"""Encodes a month's rows for Postgres's COPY, in a thread of its own.

DuckDB parses and hashes rows on one core while the server stores earlier rows on another.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

from taxi_assets.errors import InvalidFileError
from taxi_assets.rows.arrow_rows import row_batches
from taxi_assets.rows.read_ahead import read_ahead
from taxi_assets.rows.reading import OpenMonth
from taxi_assets.rows.typed_rows import ID_HASH, ROW_HASH
from taxi_assets.trips.dataset import Dataset
from taxi_assets.warehouse.columns import declared_columns
from taxi_assets.warehouse.postgres.copy_formats import CopyFormat
from taxi_assets.warehouse.postgres.dialect import POSTGRES
from taxi_assets.warehouse.postgres.record_hash import RecordHashes
from taxi_assets.warehouse.row_figures import RowFigures

_BATCHES_AHEAD = 4
_FILLED_IN = "filename"


@dataclass(frozen=True)
class EncodedRows:
    """A piece of what COPY reads."""

    data: bytes
    rows: int


def sent_columns(dataset: Dataset) -> str:
    """The columns that are sent, for COPY: all but ``filename``, which the server fills in."""
    names = declared_columns(POSTGRES, dataset)
    return ", ".join(POSTGRES.quote(name) for name in names if name != _FILLED_IN)


@contextmanager
def encoded_rows(
    month: OpenMonth, figures: RowFigures, form: CopyFormat, hashes: RecordHashes | None = None
) -> Iterator[Iterator[EncodedRows]]:
    """All rows of the month, with the columns that `sent_columns` lists.

    Args:
        month: the landed file.
        figures: every row is added to them; they are complete after the last one.
        form: what COPY is told to read.
        hashes: every row is added to them, too; without them, the figures have a digest.

    Raises:
        InvalidFileError: a value does not fit its column; names file, line and value.
    """
    with closing(
        read_ahead(_encode(month, figures, form, hashes), _BATCHES_AHEAD, f"encode {month.file}")
    ) as pieces:
        yield pieces


def _encode(
    month: OpenMonth, figures: RowFigures, form: CopyFormat, hashes: RecordHashes | None
) -> Generator[EncodedRows, None, None]:
    rows = 0
    wanted = (ID_HASH,) if hashes else (ROW_HASH, ID_HASH)
    with closing(row_batches(month, wanted)) as batches:
        for batch in batches:
            typed = figures.add(batch)
            if hashes:
                hashes.add(typed)
            rows += typed.num_rows
            yield EncodedRows(form.encode(typed.drop_columns([_FILLED_IN])), typed.num_rows)
    if not rows:
        raise InvalidFileError(f"{month.file} has no rows", "have it published again")
    yield EncodedRows(form.end(), 0)
