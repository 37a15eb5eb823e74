"""What passes between a source and whoever takes its bytes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Version:
    """Which version of a file a source serves, as far as it says.

    Attributes:
        etag: the entity tag, quotes included, as HTTP writes it.
        last_modified: the HTTP date of the last change.
        size_bytes: length of the file as published.
    """

    etag: str | None = None
    last_modified: str | None = None
    size_bytes: int | None = None


@dataclass(frozen=True)
class Fetched:
    """All bytes were handed over."""

    version: Version


@dataclass(frozen=True)
class NotModified:
    """The source still serves the version that was named: no byte was handed over."""


@dataclass(frozen=True)
class Absent:
    """The source has no file of that name (yet).

    Attributes:
        answer: what the source said, such as ``HTTP 404``.
    """

    answer: str


Outcome = Fetched | NotModified | Absent


class Sink(Protocol):
    """Takes the bytes of one file in order, and can begin again."""

    def write(self, data: bytes, /) -> object:
        """Take the next bytes."""

    def restart(self) -> None:
        """Forget all bytes taken: the file comes again from its beginning."""


class Transport(Protocol):
    """A way to have the bytes behind a URL."""

    def fetch(self, url: str, sink: Sink, known: Version | None) -> Outcome:
        """Hand the file's bytes to the sink, unless the source still serves the known version.

        Raises:
            SourceUnavailableError: it did not answer, or broke off, more often than is retried.
            SourceRefusedError: it will not serve this request.
        """

    def look(self, url: str) -> Version | Absent:
        """Say which version the source serves, without taking its bytes.

        Raises:
            SourceUnavailableError: it did not answer.
            SourceRefusedError: it will not serve this request.
        """
