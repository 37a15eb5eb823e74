"""Unpacks an answer that is a gzip or a zip file. Their first bytes say what they are."""

from __future__ import annotations

import gzip
import io
import zipfile
import zlib
from typing import IO

from taxi_assets.components.records import REMEDY
from taxi_assets.errors import InvalidFileError

_GZIP, _ZIP = b"\x1f\x8b", b"PK\x03\x04"


def unpacked(content: bytes, place: str, member: str | None, most_bytes: int) -> bytes:
    """The content itself, or what is packed in it.

    Args:
        content: an answer.
        place: address of the answer, for errors.
        member: the file to take from a zip file; None if it has only one.
        most_bytes: the largest size; a small file can be packed from a huge one.

    Raises:
        InvalidFileError: it cannot be unpacked, is too large, or has no such file.
    """
    try:
        if content.startswith(_GZIP):
            with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
                return _read(file, place, most_bytes)
        if content.startswith(_ZIP):
            with (
                zipfile.ZipFile(io.BytesIO(content)) as archive,
                archive.open(_member(archive, place, member)) as packed,
            ):
                return _read(packed, place, most_bytes)
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError):
        raise InvalidFileError(f"{place} is packed, and cannot be unpacked", REMEDY) from None
    return content


def _member(archive: zipfile.ZipFile, place: str, member: str | None) -> str:
    names = [
        name
        for name in archive.namelist()
        if not name.endswith("/") and not name.startswith("__MACOSX/")
    ]
    if member is None and len(names) == 1:
        return names[0]
    if member not in names:
        listed = ", ".join(names[:10]) or "none"
        raise InvalidFileError(
            f"{place} is a zip file with {listed}", "name one of its files: zip_member"
        )
    return member


def _read(file: io.BufferedIOBase | IO[bytes], place: str, most_bytes: int) -> bytes:
    data = file.read(most_bytes + 1)
    if len(data) > most_bytes:
        raise InvalidFileError(
            f"{place} is larger than {most_bytes / 1e6:,.0f} MB when it is unpacked",
            "ask for less of it",
        )
    return data
