"""A month's rows as Postgres's COPY takes them in binary: read and encoded in a thread of its own.

DuckDB parses and hashes on one core while the server stores what it was sent on another.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass

import duckdb
import pyarrow as pa
from pgpq import ArrowToPostgresBinaryEncoder

from taxi_assets.errors import InvalidFileError
from taxi_assets.lake.reading import OpenMonth
from taxi_assets.warehouse.postgres.row_figures import RowFigures

# Small, so that the whole client stays below 512 MB: some megabytes are on their way at a time.
_BATCH_ROWS = 16_384
_BATCHES_AHEAD = 4
_PIECE_BYTES = 32 << 20
_DUCKDB_MEMORY = "256MB"
_STOP_CHECK_SECONDS = 0.1
_SHOWN_CHARACTERS = 300


@dataclass(frozen=True)
class EncodedRows:
    """Some rows in COPY's binary format; the first and the last piece also frame them all."""

    data: bytes
    rows: int


_Item = EncodedRows | BaseException | None


@contextmanager
def encoded_rows(month: OpenMonth, figures: RowFigures) -> Iterator[Iterator[EncodedRows]]:
    """All rows of the month, in the columns and order of the merged table.

    Args:
        month: the landed file.
        figures: filled in as the rows pass; complete when they all have.

    Raises:
        InvalidFileError: a value does not fit its column; names file, line and value.
    """
    with closing(_ahead(month, figures)) as pieces:
        yield pieces


def _ahead(month: OpenMonth, figures: RowFigures) -> Generator[EncodedRows, None, None]:
    ready: queue.Queue[_Item] = queue.Queue(_BATCHES_AHEAD)
    stop = threading.Event()

    def hand_over(item: _Item) -> None:
        while not stop.is_set():
            try:
                ready.put(item, timeout=_STOP_CHECK_SECONDS)
            except queue.Full:
                continue
            return

    def produce() -> None:
        try:
            with closing(_encode(month, figures)) as pieces:
                for piece in pieces:
                    hand_over(piece)
                    if stop.is_set():
                        return
            hand_over(None)
        except BaseException as error:
            hand_over(error)

    thread = threading.Thread(target=produce, name=f"encode {month.file}", daemon=True)
    thread.start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
    finally:
        stop.set()
        thread.join()


def _encode(month: OpenMonth, figures: RowFigures) -> Generator[EncodedRows, None, None]:
    encoder: ArrowToPostgresBinaryEncoder | None = None
    with closing(_batches(month)) as batches:
        for batch in batches:
            if encoder is None:
                encoder = ArrowToPostgresBinaryEncoder(batch.schema)
                yield EncodedRows(encoder.write_header(), 0)
            figures.add(batch)
            yield EncodedRows(encoder.write_batch(batch), batch.num_rows)
    if encoder is None:
        raise InvalidFileError(f"{month.file} has no rows", "have it published again")
    yield EncodedRows(encoder.finish(), 0)


def _batches(month: OpenMonth) -> Generator[pa.RecordBatch, None, None]:
    failure = None
    with duckdb.connect(config=_config(month)) as connection, month.pieces(_PIECE_BYTES) as pieces:
        try:
            for piece in pieces:
                rows = connection.sql(piece.select, params=dict(piece.parameters))
                yield from rows.to_arrow_reader(_BATCH_ROWS)
        except duckdb.OperationalError:
            raise
        except (duckdb.Error, pa.ArrowException) as error:
            failure = " ".join(str(error).split())[:_SHOWN_CHARACTERS]
    if failure is not None:
        raise month.explain(failure)


def _config(month: OpenMonth) -> dict[str, str | bool | int | float | list[str]]:
    return {
        "memory_limit": _DUCKDB_MEMORY,
        "temp_directory": str(month.scratch),
        "preserve_insertion_order": False,
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
    }
