"""What every file is checked for while its bytes pass by, whatever its format."""

from __future__ import annotations

from typing import Protocol

from taxi_assets.errors import InvalidFileError
from taxi_assets.lake.landed_file import FileFacts

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
    shown = start[:120].decode("utf-8", "replace").strip().replace("\r", "").replace("\n", " ")
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
    else:
        found = f"something else, which begins {shown!r}"
    raise InvalidFileError(f"{name}, byte 0: found {found} instead of {kind}", _FETCH_AGAIN)
