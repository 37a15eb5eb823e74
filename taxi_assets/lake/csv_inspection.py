"""Verifies a gzipped CSV as a stream: gzip checksum, header, and the shape of every line.

Only counts of bytes are taken (line ends, commas, quotes), a block at a time, so that this
costs little beside unzipping. A block whose counts do not add up is looked at line by line.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field

import numpy as np
from isal import isal_zlib
from isal.igzip_lib import IsalError

from taxi_assets.errors import InvalidFileError
from taxi_assets.lake.csv_header import columns_of
from taxi_assets.lake.inspection import GZIP_MAGIC, refuse_other_text, refuse_wrong_content
from taxi_assets.lake.landed_file import FileFacts, LineEnd

_GZIP_WINDOW = 31
# Little at a time: blocks stay in the processor's cache, and what waits to be unzipped is copied.
_ZIPPED_BYTES = 1 << 16
_BLOCK_BYTES = 1 << 18
_LINES_SHOWN = 5
_LONGEST_LINE_BYTES = 1 << 20
# The csv module reads no longer value; no line of these files has more than 200 bytes.
_LONGEST_READ_BYTES = 1 << 16
# Some writers put a blank line behind each row. Each costs time, and a few bytes hold millions.
_MOST_BLANK_LINES = 10_000
LARGEST_BYTES = 8_000_000_000
"""How long the text of a CSV may be, unless the caller says otherwise."""
_ODD_TEXTS = (b'"', b"\0")

_AGAIN = "fetch it again by running again; if it stays so, report it to the publisher"


@dataclass
class CsvInspection:
    """The lines of one CSV, counted as they pass.

    Attributes:
        name: the file's name, for messages.
        header: the header line that it must have.
        max_jagged_rows: how many rows may be short of trailing columns.
        largest_bytes: how long its text may be.
    """

    name: str
    header: str
    max_jagged_rows: int
    largest_bytes: float = LARGEST_BYTES
    _start: bytes = b""
    _unzip: isal_zlib.Decompress | None = None
    _padded: bool = False
    _tail: bytes = b""
    _columns: tuple[str, ...] = ()
    _lines: int = 0
    _blank_lines: int = 0
    _carriage_returns: int = 0
    _stray_returns: bool = False
    _unzipped_bytes: int = 0
    _jagged_lines: list[int] = field(default_factory=list)
    _jagged_rows: int = 0

    def feed(self, data: bytes) -> None:
        """Look at the next compressed bytes."""
        if self._unzip is None:
            self._start += data
            if len(self._start) < len(GZIP_MAGIC):
                return
            refuse_wrong_content(self.name, self._start, GZIP_MAGIC, "a gzipped CSV")
            data, self._start = self._start, b""
            self._unzip = isal_zlib.decompressobj(wbits=_GZIP_WINDOW)
        try:
            for start in range(0, len(data), _ZIPPED_BYTES):
                self._feed_zipped(data[start : start + _ZIPPED_BYTES])
        except (IsalError, EOFError) as error:
            raise InvalidFileError(
                f"{self.name}, after line {self._lines}: the gzip data are damaged ({error})",
                _AGAIN,
            ) from None

    def finish(self) -> FileFacts:
        """What the CSV holds."""
        if self._unzip is None:
            refuse_wrong_content(self.name, self._start, GZIP_MAGIC, "a gzipped CSV")
        if self._unzip is None or not self._unzip.eof:
            raise InvalidFileError(
                f"{self.name}, after line {self._lines}: the gzip data end before their checksum: "
                "the file was cut short",
                _AGAIN,
            )
        self._finish_last_line()
        rows = self._lines - 1 - self._blank_lines
        if not self._columns or rows < 1:
            raise InvalidFileError(
                f"{self.name}: it has {'a header but no rows' if self._columns else 'no line'}",
                _AGAIN,
            )
        return FileFacts(
            rows=rows,
            jagged_rows=self._jagged_rows,
            blank_lines=self._blank_lines,
            line_end=self._line_end(),
            uncompressed_bytes=self._unzipped_bytes,
            csv_columns=self._columns,
            left_out=self._left_out(),
            padded=self._padded,
        )

    def _left_out(self) -> tuple[str, ...]:
        declared = self.header.split(",")
        return tuple(
            name or f"column {place}"
            for place, name in enumerate(self._columns, start=1)
            if name not in declared
        )

    def _feed_zipped(self, data: bytes) -> None:
        while data:
            if self._unzip is None or self._unzip.eof:
                # Tapes and block devices fill up with zeros: gzip and Python pass over them, too.
                rest = data.lstrip(b"\0")
                self._padded |= len(rest) < len(data)
                if not rest:
                    return
                data = rest
                self._unzip = isal_zlib.decompressobj(wbits=_GZIP_WINDOW)
            block = self._unzip.decompress(data, _BLOCK_BYTES)
            self._take(block)
            data = self._unzip.unused_data if self._unzip.eof else self._unzip.unconsumed_tail
            while not self._unzip.eof and not data and len(block) == _BLOCK_BYTES:
                block = self._unzip.decompress(b"", _BLOCK_BYTES)
                self._take(block)
                data = self._unzip.unused_data if self._unzip.eof else b""

    def _take(self, block: bytes) -> None:
        self._unzipped_bytes += len(block)
        if self._unzipped_bytes > self.largest_bytes:
            raise InvalidFileError(
                f"{self.name}, after line {self._lines:,}: unzipped, it has more than "
                f"{self.largest_bytes / 1e9:g} GB",
                "look at the file; if it is as the publisher meant it, raise TAXI_MAX_FILE_GB",
            )
        block = self._tail + block
        end = block.rfind(b"\n") + 1
        self._tail = block[end:]
        if len(self._tail) > _LONGEST_LINE_BYTES:
            if not self._columns:
                refuse_other_text(self.name, self._tail)
            raise InvalidFileError(
                f"{self.name}, line {self._lines + 1}: it does not end within "
                f"{_LONGEST_LINE_BYTES:,} bytes, which no line of these files is long",
                _AGAIN,
            )
        if end:
            self._count(block[:end])

    def _count(self, block: bytes) -> None:
        if not self._columns:
            line, _, block = block.partition(b"\n")
            self._check_header(line)
        columns = len(self._columns)
        values = np.frombuffer(block, dtype=np.uint8)
        is_end, is_return = values == ord("\n"), values == ord("\r")
        lines = int(np.count_nonzero(is_end))
        commas = int(np.count_nonzero(values == ord(",")))
        returns = int(np.count_nonzero(is_return))
        paired = int(np.count_nonzero(is_return[:-1] & is_end[1:])) if returns else 0
        self._carriage_returns += returns
        odd = commas != lines * (columns - 1) or not block.isascii()
        odd |= returns > 0 and not returns == lines == paired
        if odd or any(text in block for text in _ODD_TEXTS):
            self._count_by_line(block, columns)
        self._lines += lines

    def _check_header(self, line: bytes) -> None:
        self._columns = columns_of(line, self.name, self.header)
        self._lines = 1
        self._carriage_returns += line.endswith(b"\r")

    def _count_by_line(self, block: bytes, columns: int) -> None:
        for number, line in enumerate(block.split(b"\n")[:-1], start=self._lines + 1):
            self._stray_returns |= line.endswith(b"\r\r")
            self._count_line(line.rstrip(b"\r"), number, columns)

    def _count_line(self, line: bytes, number: int, columns: int) -> None:
        if not line:
            self._blank_lines += 1
            self._refuse_mostly_blank(number)
            return
        problem = line_problem(line, columns)
        if problem is not None:
            raise InvalidFileError(
                f"{self.name}, line {number}: {problem}",
                "correct or remove the line at the source; nothing of the file was loaded",
            )
        found = _fields(line)
        if found < columns:
            self._jagged_rows += 1
            if len(self._jagged_lines) < _LINES_SHOWN:
                self._jagged_lines.append(number)
            if self._jagged_rows > self.max_jagged_rows:
                raise InvalidFileError(
                    f"{self.name}: more than {self.max_jagged_rows} rows have fewer values than "
                    f"the header has columns; the first are lines "
                    f"{', '.join(map(str, self._jagged_lines))}",
                    "look at these lines; if they are as the publisher meant them, raise "
                    "TAXI_MAX_JAGGED_ROWS",
                )

    def _refuse_mostly_blank(self, number: int) -> None:
        if self._blank_lines > _MOST_BLANK_LINES + number - self._blank_lines:
            raise InvalidFileError(
                f"{self.name}, line {number:,}: {self._blank_lines:,} of the lines so far are "
                "blank",
                "look at the file; have it published without them",
            )

    def _finish_last_line(self) -> None:
        length = len(self._tail)
        if not length:
            return
        line, self._tail = self._tail.rstrip(b"\r"), b""
        self._stray_returns |= len(line) < length
        if not self._columns:
            self._check_header(line)
            return
        columns = len(self._columns)
        self._lines += 1
        if line.count(b",") + 1 < columns:
            shown = line[:200].decode("utf-8", "replace")
            raise InvalidFileError(
                f"{self.name}, line {self._lines}: the last line has no end and only "
                f"{line.count(b',') + 1} of {columns} values, {shown!r}: the file was cut short",
                _AGAIN,
            )
        self._count_line(line, self._lines, columns)
        # The line end that is missing is no difference from the others.
        self._carriage_returns += self._carriage_returns == self._lines - 1

    def _line_end(self) -> LineEnd:
        if self._stray_returns:
            return "mixed"
        if self._carriage_returns == 0:
            return "\n"
        return "\r\n" if self._carriage_returns == self._lines else "mixed"


def _fields(line: bytes) -> int:
    if b'"' not in line:
        return line.count(b",") + 1
    return len(next(csv.reader([line.decode("utf-8", "replace")], strict=True)))


def line_problem(line: bytes, columns: int) -> str | None:
    """Why a strict CSV reader cannot take the line; None where it can.

    Args:
        line: without its end.
        columns: how many values it may have.
    """
    shown = repr(line[:200].decode("utf-8", "replace"))
    if len(line) > _LONGEST_READ_BYTES:
        return f"{len(line):,} bytes are too many for a trip: {shown}"
    if b"\0" in line or b"\r" in line:
        return f"a NUL byte or a carriage return within the line: {shown}"
    try:
        line.decode("utf-8")
        found = _fields(line)
    except UnicodeDecodeError as error:
        return f"byte {error.start + 1} is no UTF-8: {shown}"
    except csv.Error as error:
        return f"a quoted value that does not end where it should ({error}): {shown}"
    if found > columns:
        return f"{found} values where the header has {columns} columns: {shown}"
    return None
