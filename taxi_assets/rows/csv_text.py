"""The text of a gzipped CSV below its header, unzipped ahead of whoever reads it.

Nothing is written to disk. A thread unzips with ISA-L, which is several times as fast as parsing,
some blocks before they are asked for; a window of what was read stays for whoever steps back.
"""

from __future__ import annotations

import io
import threading
from collections import deque
from collections.abc import Generator, Iterator
from pathlib import Path

from isal import igzip

from taxi_assets.lake.landed_file import FileFacts
from taxi_assets.rows.domain import UNDERSCORE
from taxi_assets.rows.read_ahead import read_ahead

_BLOCK_BYTES = 4 << 20


class CsvText:
    """The lines below the header, in order, as a text that can be read anywhere.

    Irregular lines are tidied: no blank ones, and each ends with a line feed.

    Attributes:
        size_bytes: length of the text.
        failure: what kept it from being unzipped, once that happened.
        underscores: whether there is one in what was read so far.
    """

    def __init__(self, zipped: Path, facts: FileFacts, kept_bytes: int) -> None:
        """Begin to unzip.

        Args:
            zipped: the file.
            facts: what verification found in it.
            kept_bytes: about how much of what was read is kept. To step back further is
                possible, and takes unzipping from the start.
        """
        self.size_bytes = _length(zipped, facts)
        self.failure: BaseException | None = None
        self.underscores = False
        self._zipped = zipped
        self._facts = facts
        self._kept_bytes = kept_bytes
        self._lock = threading.Lock()
        self._start()

    def read(self, position: int, length: int) -> bytes:
        """That part of the text; less where the text ends.

        Raises:
            OSError: the file cannot be unzipped.
        """
        with self._lock:
            if self.failure is not None:
                raise self.failure
            try:
                return self._read(position, min(position + length, self.size_bytes))
            except BaseException as error:
                self.failure = error
                raise

    def close(self) -> None:
        """End the thread."""
        self._blocks.close()

    def _start(self) -> None:
        ahead = max(1, self._kept_bytes // _BLOCK_BYTES // 4)
        blocks = _blocks(self._zipped, self._facts)
        self._blocks = read_ahead(blocks, ahead, f"unzip {self._zipped.name}")
        self._window: deque[bytes] = deque()
        self._window_start = self._window_end = 0

    def _read(self, start: int, end: int) -> bytes:
        if start < self._window_start:
            self.close()
            self._start()
        while self._window_end < end:
            self._take_block(start)
        parts = []
        position = self._window_start
        for block in self._window:
            part = memoryview(block)[max(0, start - position) : max(0, end - position)]
            if part:
                parts.append(part)
            position += len(block)
        return b"".join(parts)

    def _take_block(self, needed_from: int) -> None:
        block = next(self._blocks, None)
        if block is None:
            raise EOFError(f"{self._zipped} is shorter than when it landed")
        self.underscores = self.underscores or UNDERSCORE in block
        self._window.append(block)
        self._window_end += len(block)
        while (
            self._window
            and self._window_end - self._window_start - len(self._window[0]) >= self._kept_bytes
            and self._window_start + len(self._window[0]) <= needed_from
        ):
            self._window_start += len(self._window.popleft())


def csv_lines(zipped: Path, facts: FileFacts) -> Iterator[bytes]:
    """The lines below the header without their ends, one after the other."""
    with igzip.open(zipped, "rb") as text:
        text.readline()
        for line in text:
            yield line.rstrip(b"\r\n") if facts.irregular else _without_end(line)


def _without_end(line: bytes) -> bytes:
    return line.removesuffix(b"\n").removesuffix(b"\r")


def _length(zipped: Path, facts: FileFacts) -> int:
    if facts.irregular:
        return sum(map(len, _blocks(zipped, facts)))
    with igzip.open(zipped, "rb") as text:
        return facts.uncompressed_bytes - len(text.readline())


def _blocks(zipped: Path, facts: FileFacts) -> Generator[bytes, None, None]:
    if not facts.irregular:
        with igzip.open(zipped, "rb") as text:
            text.readline()
            while block := text.read(_BLOCK_BYTES):
                yield block
        return
    tidy = io.BytesIO()
    for line in csv_lines(zipped, facts):
        if line:
            tidy.write(line + b"\n")
        if tidy.tell() >= _BLOCK_BYTES:
            yield tidy.getvalue()
            tidy = io.BytesIO()
    if tidy.tell():
        yield tidy.getvalue()
