"""Lets DuckDB read a gzipped CSV as plain text, which it parses on all cores."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
from fsspec import AbstractFileSystem

from taxi_assets.lake.landed_file import FileFacts
from taxi_assets.rows.csv_text import CsvText
from taxi_assets.rows.typed_rows import BUFFER_BYTES

_PROTOCOL = "unzipped"
# DuckDB gives buffers up where memory is short, and reads the last ones again.
_KEPT_BUFFERS = 4
_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class OpenText:
    """The lines below a CSV's header, for one connection.

    Attributes:
        path: under which that connection finds them.
        text: what it reads there.
    """

    path: str
    text: CsvText


@contextmanager
def csv_file(
    connection: duckdb.DuckDBPyConnection, zipped: Path, facts: FileFacts
) -> Iterator[OpenText]:
    """Let that connection read the lines below the file's header.

    The connection must not cache remote files (``enable_external_file_cache``).

    Args:
        connection: who reads.
        zipped: the gzipped CSV.
        facts: what verification found in it.

    Raises:
        OSError: the file cannot be unzipped.
    """
    with closing(CsvText(zipped, facts, _KEPT_BUFFERS * BUFFER_BYTES)) as text:
        connection.register_filesystem(_TextFileSystem(text))
        try:
            yield OpenText(f"{_PROTOCOL}://{zipped.name}.csv", text)
        except duckdb.Error:
            if text.failure is not None:
                raise text.failure from None
            raise
        finally:
            connection.unregister_filesystem(_PROTOCOL)


class _TextFileSystem(AbstractFileSystem):  # type: ignore[misc]
    """A file system with one file, under any name."""

    protocol = _PROTOCOL
    cachable = False

    def __init__(self, text: CsvText) -> None:
        super().__init__()
        self._text = text

    def _open(self, *_: object, **__: object) -> io.RawIOBase:
        return _TextFile(self._text)

    def glob(self, path: str, **_: object) -> list[str]:
        return [path]

    def exists(self, *_: object, **__: object) -> bool:
        return True

    def info(self, path: str, **_: object) -> dict[str, object]:
        return {"name": path, "size": self._text.size_bytes, "type": "file"}

    def modified(self, *_: object) -> datetime:
        return _NEVER


class _TextFile(io.RawIOBase):
    def __init__(self, text: CsvText) -> None:
        super().__init__()
        self._text = text
        self._position = 0

    def read(self, size: int = -1) -> bytes:
        length = size if size >= 0 else self._text.size_bytes - self._position
        data = self._text.read(self._position, length)
        self._position += len(data)
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._text.size_bytes}
        self._position = base[whence] + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def seekable(self) -> bool:
        return True

    def readable(self) -> bool:
        return True
