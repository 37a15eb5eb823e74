"""Unzips a CSV ahead of its reader, into plain pieces that end at line ends.

DuckDB unzips slower than ISA-L does, and parses a pipe on one core only. A piece that is read
while the next one is being unzipped keeps two cores busy, and takes no more disk than two pieces.
"""

from __future__ import annotations

import io
import queue
import threading
from collections.abc import Generator, Iterator
from pathlib import Path

from isal import igzip

from taxi_assets.lake.landed_file import FileFacts

CHUNK_BYTES = 512 << 20
"""Length of a piece. In DuckDB's tables, smaller ones cost more in half-filled row groups than
their overlap gains."""

# But the reader waits for the first one. Unzipping is more than three times as fast as reading.
_FIRST_CHUNK_BYTES = 64 << 20
_GROWTH = 3
_READ_BYTES = 1 << 20
_STOP_CHECK_SECONDS = 0.1

_Item = Path | BaseException | None


def csv_chunks(
    zipped: Path, facts: FileFacts, scratch: Path, chunk_bytes: int = CHUNK_BYTES
) -> Generator[Path, None, None]:
    """The lines of a gzipped CSV below its header, in order, as plain files.

    A piece is gone when the next one is asked for, and all are when the iteration ends.

    Args:
        zipped: the file.
        facts: what verification found in it; irregular lines are tidied to line feeds.
        scratch: an existing folder for the pieces.
        chunk_bytes: about how long a piece is at most, unzipped; the first ones are shorter.

    Raises:
        OSError: the pieces cannot be written, or the file not be read.
    """
    ready: queue.Queue[_Item] = queue.Queue(maxsize=1)
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
            for path in _unzip(zipped, facts, scratch, chunk_bytes):
                hand_over(path)
                if stop.is_set():
                    path.unlink(missing_ok=True)
                    return
            hand_over(None)
        except BaseException as error:
            hand_over(error)

    thread = threading.Thread(target=produce, name=f"unzip {zipped.name}", daemon=True)
    thread.start()
    item: _Item = None
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item
            item.unlink(missing_ok=True)
    finally:
        stop.set()
        thread.join()
        if isinstance(item, Path):
            item.unlink(missing_ok=True)


def _unzip(zipped: Path, facts: FileFacts, scratch: Path, chunk_bytes: int) -> Iterator[Path]:
    with igzip.open(zipped, "rb") as text:
        text.readline()
        number = 0
        length_due = min(_FIRST_CHUNK_BYTES, chunk_bytes)
        while first := text.readline():
            path = scratch / f"{zipped.name}.{number}.csv"
            with path.open("wb") as piece:
                if facts.irregular:
                    _copy_tidily(first, text, piece, length_due)
                else:
                    _copy(first, text, piece, length_due)
                length = piece.tell()
            if length:
                yield path
            else:
                path.unlink()
            number += 1
            length_due = min(length_due * _GROWTH, chunk_bytes)


def _copy(
    first: bytes, text: io.BufferedIOBase, piece: io.BufferedWriter, chunk_bytes: int
) -> None:
    written = piece.write(first)
    while written < chunk_bytes and (block := text.read(_READ_BYTES)):
        written += piece.write(block)
    piece.write(text.readline())


def _copy_tidily(
    first: bytes, text: io.BufferedIOBase, piece: io.BufferedWriter, chunk_bytes: int
) -> None:
    written = 0
    line = first
    while line:
        bare = line.rstrip(b"\r\n")
        if bare:
            written += piece.write(bare + b"\n")
        if written >= chunk_bytes:
            return
        line = text.readline()
