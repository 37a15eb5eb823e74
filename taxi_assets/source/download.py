"""One file's download over HTTP, across all the attempts that it takes.

What the answers mean follows RFC 9110 (conditional and range requests).
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field, replace

import requests

from taxi_assets.errors import InvalidFileError
from taxi_assets.source.public_url import public_url
from taxi_assets.source.transfer import Fetched, Sink, Version


@dataclass
class Download:
    """What is known of one file's download, over all its attempts."""

    url: str
    sink: Sink
    known: Version | None
    largest_bytes: float = math.inf
    deadline: float = math.inf
    """On the clock of `time.monotonic`."""
    version: Version = field(default_factory=Version)
    """Of the bytes that the sink holds."""
    position: int = 0
    furthest: int = 0
    tries: int = 0
    fruitless: int = 0
    last_failure: str = ""
    asked_seconds: float = 0.0

    @property
    def condition(self) -> dict[str, str]:
        """The headers that ask for another version than the known one."""
        if self.known and self.known.etag:
            return {"If-None-Match": self.known.etag}
        if self.known and self.known.last_modified:
            return {"If-Modified-Since": self.known.last_modified}
        return {}

    @property
    def place(self) -> str:
        """How far it has come, in words."""
        total = self.version.size_bytes
        return f"after {self.position:,} of {'?' if total is None else f'{total:,}'} bytes"

    def next_headers(self) -> dict[str, str]:
        """Ask for the rest if it surely fits what is there; otherwise begin again."""
        strong = is_strong(self.version.etag)
        validator = self.version.etag if strong else self.version.last_modified
        if self.position and validator:
            return {"Range": f"bytes={self.position}-", "If-Range": validator}
        self.begin_again()
        return self.condition

    def begin_again(self) -> None:
        """Forget what came so far."""
        if self.position:
            self.sink.restart()
        self.position, self.version = 0, Version()

    def go_on_with(self, response: requests.Response) -> None:
        """Accept an answer as the rest of what is there, after a look at whether it is."""
        headers, ours = response.headers, self.version
        part = re.fullmatch(r"bytes ([0-9]+)-[0-9]+/([0-9]+|\*)", headers.get("Content-Range", ""))
        total = int(part[2]) if part and part[2] != "*" else None
        if (
            part is None
            or int(part[1]) != self.position
            or ours.size_bytes not in (None, total)
            or headers.get("ETag") != ours.etag
            or headers.get("Last-Modified") not in (None, ours.last_modified)
        ):
            self.begin_again()
            raise AttemptFailedError("HTTP 206 with the rest of another file, or from elsewhere")
        self.version = replace(ours, size_bytes=total)

    def take(self, data: bytes) -> None:
        """Hand the next bytes to the sink."""
        self.sink.write(data)
        self.position += len(data)
        self.furthest = max(self.furthest, self.position)
        self.require_size()

    def require_size(self) -> None:
        """Refuse a file that is larger than allowed, as soon as that is known.

        Raises:
            InvalidFileError: it is.
        """
        found = max(self.position, self.version.size_bytes or 0)
        if found > self.largest_bytes:
            raise InvalidFileError(
                f"{public_url(self.url)} has {found:,} bytes or more, which is larger than "
                f"{self.largest_bytes / 1e9:g} GB",
                "look at what the address serves; if it is right, raise TAXI_MAX_FILE_GB",
            )

    def complete(self) -> Fetched:
        """Say that it is all there, if as many bytes came as were announced."""
        total, place = self.version.size_bytes, self.place
        if total not in (None, self.position):
            if self.position > (total or 0):
                self.begin_again()
            raise AttemptFailedError(f"the answer ended {place}")
        return Fetched(replace(self.version, size_bytes=self.position))


class AttemptFailedError(Exception):
    """One attempt failed in a way that another may not."""

    def __init__(self, reason: str, asked_seconds: float = 0.0, busy: bool = False) -> None:
        super().__init__(reason)
        self.asked_seconds = asked_seconds
        self.busy = busy


def is_strong(etag: str | None) -> bool:
    """Whether equal tags promise equal bytes."""
    return etag is not None and not etag.startswith("W/")


def version_of(response: requests.Response) -> Version:
    """The version that an answer says it carries."""
    headers = response.headers
    length = headers.get("Content-Length", "")
    is_length = length.isdecimal() and "Transfer-Encoding" not in headers
    return Version(
        etag=headers.get("ETag"),
        last_modified=headers.get("Last-Modified"),
        size_bytes=int(length) if is_length else None,
    )


def is_same(known: Version | None, served: Version) -> bool:
    """Whether a host that knows no conditional requests serves the known version all the same."""
    if known is None or known.etag != served.etag or not is_strong(served.etag):
        return False
    return known.size_bytes in (None, served.size_bytes)
