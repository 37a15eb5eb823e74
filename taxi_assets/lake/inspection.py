"""What every file is checked for while its bytes pass by, whatever its format."""

from __future__ import annotations

from typing import Protocol

from taxi_assets.errors import InvalidFileError
from taxi_assets.lake.landed_file import FileFacts

GZIP_MAGIC = b"\x1f\x8b"
"""How gzip data begin."""

_SHOWN_BYTES = 120
_WIDE_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")
_FETCH_AGAIN = (
    "open the URL in a browser to see what it serves; if the source is right, run again, "
    "otherwise correct TAXI_CSV_BASE_URL or TAXI_PARQUET_BASE_URL"
)


class Inspection(Protocol):
    """Takes a file's bytes in order; says in the end what the file holds."""

    def feed(self, data: bytes) -> None:
        """Look at the next bytes.

        Raises:
            InvalidFileError: they cannot be part of such a file.
        """

    def finish(self) -> FileFacts:
        """What the file holds.

        Raises:
            InvalidFileError: it is not whole, or not what it should be.
        """


def refuse_wrong_content(name: str, start: bytes, magic: bytes, kind: str) -> None:
    """Refuse a file whose first bytes show that something else was sent in its place.

    Args:
        name: the file's name, for the message.
        start: its first bytes, a few hundred at most.
        magic: how such a file begins.
        kind: what such a file is, for the message.

    Raises:
        InvalidFileError: names what was found and what to do.
    """
    if start.startswith(magic):
        return
    shown = (
        start[:_SHOWN_BYTES].decode("utf-8", "replace").strip().replace("\r", "").replace("\n", " ")
    )
    text = start.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not start:
        found = "an empty file"
    elif text.startswith((b"<!doctype html", b"<html")):
        found = f"an HTML page: {shown!r}"
    elif text.startswith(b"<"):
        found = f"an XML document, probably the host's error page: {shown!r}"
    elif text.startswith(b"version https://git-lfs"):
        raise InvalidFileError(
            f"{name}, line 1: found a Git LFS pointer instead of {kind}: {shown!r}",
            "fetch the file itself (`git lfs pull` in the mirror) and run again",
        )
    elif start.startswith(_WIDE_MARKS):
        found = f"text in UTF-16, which begins {_from_wide(start)!r},"
    else:
        found = f"something else, which begins {shown!r}"
    raise InvalidFileError(f"{name}, byte 0: found {found} instead of {kind}", _FETCH_AGAIN)


def refuse_other_text(name: str, line: bytes) -> None:
    """Refuse the text of a CSV if its first line shows that no reader of UTF-8 lines takes it.

    Args:
        name: the file's name, for the message.
        line: its first line without the end, or the beginning of it.

    Raises:
        InvalidFileError: names what the text is and what to do.
    """
    if line.startswith(GZIP_MAGIC):
        raise InvalidFileError(
            f"{name}, line 1: it is gzipped twice: its gzip data hold gzip data again",
            "unzip the file once at the source (`gunzip -c`); the server may have zipped it on its "
            "way, since it did not know that the file is gzipped already",
        )
    zeros = {line[:_SHOWN_BYTES:2].strip(b"\0"), line[1:_SHOWN_BYTES:2].strip(b"\0")}
    if line.startswith(_WIDE_MARKS) or (len(line) > 1 and b"" in zeros):
        raise InvalidFileError(
            f"{name}, line 1: its text is in UTF-16, and not in UTF-8: {_from_wide(line)!r}",
            "have it published in UTF-8 (`iconv -f UTF-16 -t UTF-8`)",
        )
    if b"\0" in line:
        shown = line[:_SHOWN_BYTES].decode("utf-8", "replace")
        raise InvalidFileError(
            f"{name}, line 1: it is no text, since it holds NUL bytes: {shown!r}",
            "have the CSV itself published; an archive (tar, zip) may hold it",
        )
    if b"\r" in line.rstrip(b"\r"):
        shown = line.partition(b"\r")[0][:_SHOWN_BYTES].decode("utf-8", "replace")
        raise InvalidFileError(
            f"{name}, line 1: its lines end in carriage returns alone (as on old Macs): {shown!r}",
            "have it published with line feeds (`tr '\\r' '\\n'`)",
        )


def _from_wide(start: bytes) -> str:
    """The beginning of a text in UTF-16 or UTF-32, as it may be shown."""
    text = start[: 2 * _SHOWN_BYTES].replace(b"\0", b"").strip(b"\xff\xfe\r\n")
    return text.decode("utf-8", "replace")
