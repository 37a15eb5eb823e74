"""Files from a folder that mirrors a host, under ``file://`` URLs.

A file has no entity tag, so its time of change (in nanoseconds) and its size stand for one. The
inode does not: a copy or another mount of the same file would look like another version.
"""

from __future__ import annotations

import email.utils
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from io import FileIO
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from taxi_assets.errors import SourceRefusedError, SourceUnavailableError
from taxi_assets.source.public_url import public_url
from taxi_assets.source.transfer import Absent, Fetched, NotModified, Outcome, Sink, Version

_CHUNK_BYTES = 2**20
_READS = 2
_CHECK_MIRROR = (
    "check the folder in TAXI_CSV_BASE_URL or TAXI_PARQUET_BASE_URL, and that you may read it."
)


@dataclass(frozen=True)
class MirrorTransport:
    """Takes files from a folder of this machine."""

    def fetch(self, url: str, sink: Sink, known: Version | None) -> Outcome:
        """Hand the file's bytes to the sink, unless it is still the known version.

        What the sink raises passes through as it is.

        Raises:
            SourceUnavailableError: the file keeps changing while it is read, or reading fails.
            SourceRefusedError: the URL names no readable file of this machine.
        """
        path = _path(url)
        file = _open(path)
        if isinstance(file, Absent):
            return file
        with file:
            return _hand_over(file, path, sink, known)

    def look(self, url: str) -> Version | Absent:
        """Say which version the folder holds.

        Raises:
            SourceRefusedError: the URL names no readable file of this machine.
        """
        file = _open(_path(url))
        if isinstance(file, Absent):
            return file
        with file:
            return _version(file)


def _path(url: str) -> Path:
    parts = urlsplit(url)
    # A name that is no UTF-8 is possible in a folder and survives in this form.
    path = unquote(parts.path, errors="surrogateescape")
    if parts.netloc not in ("", "localhost") or not path.startswith("/") or "\0" in path:
        raise SourceRefusedError(
            f"{public_url(url)} names no file of this machine.",
            "write TAXI_CSV_BASE_URL or TAXI_PARQUET_BASE_URL as file:///folder, "
            "with three slashes.",
        )
    return Path(path)


def _open(path: Path) -> FileIO | Absent:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise SourceRefusedError(f"{path} is a folder or a device, no file.", _CHECK_MIRROR)
        return path.open("rb", buffering=0)
    except (FileNotFoundError, NotADirectoryError):
        return Absent("no such file")
    except OSError as error:
        what = f"{path} cannot be opened: {error.strerror}."
        raise SourceRefusedError(what, _CHECK_MIRROR) from error


def _hand_over(file: BinaryIO, path: Path, sink: Sink, known: Version | None) -> Outcome:
    for _ in range(_READS):
        version = _version(file)
        if known is not None and known.etag == version.etag:
            return NotModified()
        read_bytes = 0
        for data in _chunks(file, path):
            sink.write(data)
            read_bytes += len(data)
            if read_bytes > (version.size_bytes or 0):
                # It grows, perhaps faster than we read.
                break
        if _version(file) == version and read_bytes == version.size_bytes:
            return Fetched(version)
        file.seek(0)
        sink.restart()
    raise SourceUnavailableError(
        f"{path} changed while it was read, {_READS} times.",
        "try again when whoever writes the mirror has finished.",
    )


def _chunks(file: BinaryIO, path: Path) -> Iterator[bytes]:
    while True:
        try:
            data = file.read(_CHUNK_BYTES)
        except OSError as error:
            raise SourceUnavailableError(
                f"{path} cannot be read to its end: {error.strerror}.",
                "check the disk or the network mount that holds the mirror, then try again.",
            ) from error
        if not data:
            return
        yield data


def _version(file: BinaryIO) -> Version:
    status = os.fstat(file.fileno())
    return Version(
        etag=f'"{status.st_mtime_ns:x}-{status.st_size:x}"',
        last_modified=email.utils.formatdate(status.st_mtime, usegmt=True),
        size_bytes=status.st_size,
    )
