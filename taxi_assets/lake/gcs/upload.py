"""One resumable upload: sent chunk by chunk, continued where it broke off, visible at its end.

The protocol: https://cloud.google.com/storage/docs/performing-resumable-uploads. Google's own
writer gives a chunk up once a part of it has arrived; this one asks how far it came.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING

import google_crc32c
import requests
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

from taxi_assets.errors import StorageUnavailableError

if TYPE_CHECKING:
    from taxi_assets.gcp.session import SteadySession

CHUNK_BYTES = 8 << 20
"""Sent at once, and held in memory until it has arrived; a multiple of 256 KiB, as it must be."""

# For the connection and each piece of a chunk; for the answer.
_TIMEOUT_SECONDS = (10, 60)
_FIRST_WAIT_SECONDS = 0.5
_LONGEST_WAIT_SECONDS = 30
_DONE = (HTTPStatus.OK, HTTPStatus.CREATED)
_GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)
_TRANSIENT = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)


@dataclass
class ResumableUpload:
    """An upload on its way; nothing of it is visible before `finish`.

    Attributes:
        place: the object, for messages.
        url: the session that Cloud Storage opened for this upload.
        session: makes requests with our credentials.
        retry_seconds: how long to try again while a chunk does not get through.
    """

    place: str
    url: str
    session: SteadySession
    retry_seconds: float
    _buffer: bytearray = field(default_factory=bytearray)
    _position: int = 0
    _checksum: google_crc32c.Checksum = field(default_factory=google_crc32c.Checksum)

    @property
    def crc32c(self) -> str:
        """Checksum of all bytes taken, as Cloud Storage writes it."""
        return base64.b64encode(self._checksum.digest()).decode()

    @property
    def size_bytes(self) -> int:
        """How many bytes were taken."""
        return self._position + len(self._buffer)

    def write(self, data: bytes) -> None:
        """Take the next bytes; the last chunk stays here until `finish`."""
        self._checksum.update(data)
        self._buffer += data
        while len(self._buffer) > CHUNK_BYTES:
            self._transmit(bytes(self._buffer[:CHUNK_BYTES]), total=None)
            del self._buffer[:CHUNK_BYTES]

    def finish(self) -> int:
        """Send the rest and make the object visible.

        Returns:
            The object's generation.

        Raises:
            StorageUnavailableError: it did not get through.
            google.api_core.exceptions.PreconditionFailed: the object has changed meanwhile.
        """
        response = self._transmit(bytes(self._buffer), total=self.size_bytes)
        assert response is not None, "a whole upload is answered with the object"
        self._position, self._buffer = self.size_bytes, bytearray()
        return int(response.json()["generation"])

    def is_stored_as(self, crc32c: str, size_bytes: int) -> bool:
        """Whether an object with that checksum and length holds just what was taken."""
        return (crc32c, size_bytes) == (self.crc32c, self.size_bytes)

    def cancel(self) -> None:
        """Let Cloud Storage forget what arrived; it does so by itself after a week."""
        try:
            self.session.delete(self.url, timeout=_TIMEOUT_SECONDS)
        except requests.RequestException:
            return

    def _transmit(self, data: bytes, total: int | None) -> requests.Response | None:
        """Send a chunk, however many requests that takes.

        Returns:
            The last answer, if it says that the object is there.
        """
        chunk = _Chunk(self._position, data, total)
        retrying = Retrying(
            retry=retry_if_exception_type(_AttemptFailedError),
            stop=stop_after_delay(self.retry_seconds),
            wait=wait_random_exponential(_FIRST_WAIT_SECONDS, _LONGEST_WAIT_SECONDS),
            reraise=True,
        )
        try:
            return retrying(self._attempt, chunk)
        except _AttemptFailedError as failure:
            raise StorageUnavailableError(
                f"{self.place} could not be uploaded after {self._position:,} bytes: {failure}",
                "check the network and https://status.cloud.google.com, and run again; "
                "GCP_RETRY_SECONDS says how long to try",
            ) from None

    def _attempt(self, chunk: _Chunk) -> requests.Response | None:
        if chunk.tried:
            response = self._request(b"", f"bytes */{chunk.total_text}", {})
            if response.status_code in _DONE:
                return response
            self._go_on_from(response, chunk)
        chunk.tried = True
        while self._position < chunk.end or not chunk.data:
            rest = chunk.data[self._position - chunk.start :]
            response = self._request(rest, chunk.range_from(self._position), self._hash(chunk))
            if response.status_code in _DONE:
                return response
            before = self._position
            self._go_on_from(response, chunk)
            if self._position == before:
                raise _AttemptFailedError("nothing of a chunk was kept")
        return None

    def _hash(self, chunk: _Chunk) -> dict[str, str]:
        return {} if chunk.total is None else {"X-Goog-Hash": f"crc32c={self.crc32c}"}

    def _go_on_from(self, response: requests.Response, chunk: _Chunk) -> None:
        kept = re.fullmatch(r"bytes=0-(\d+)", response.headers.get("Range", ""))
        position = int(kept[1]) + 1 if kept else 0
        if not chunk.start <= position <= chunk.end:
            raise StorageUnavailableError(
                f"{self.place}: the bucket kept {position:,} bytes, where {chunk.start:,} to "
                f"{chunk.end:,} were sent",
                "run again: the upload begins anew",
            )
        self._position = position

    def _request(
        self, data: bytes, content_range: str, headers: dict[str, str]
    ) -> requests.Response:
        from google.api_core.exceptions import from_http_response

        try:
            response = self.session.put(
                self.url,
                data=data,
                headers={"Content-Range": content_range, **headers},
                timeout=_TIMEOUT_SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise _AttemptFailedError(type(error).__name__) from None
        match response.status_code:
            case HTTPStatus.OK | HTTPStatus.CREATED | HTTPStatus.PERMANENT_REDIRECT:
                return response
            case status if status in _GONE:
                raise StorageUnavailableError(
                    f"{self.place}: the upload was ended by the bucket",
                    "run again: it begins anew; if the bucket was deleted, `taxi-assets setup gcp`",
                )
            case status if status in _TRANSIENT or status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                raise _AttemptFailedError(f"HTTP {status}")
            case _:
                raise from_http_response(response)


@dataclass
class _Chunk:
    start: int
    data: bytes
    total: int | None
    tried: bool = False

    @property
    def end(self) -> int:
        return self.start + len(self.data)

    @property
    def total_text(self) -> str:
        return "*" if self.total is None else str(self.total)

    def range_from(self, position: int) -> str:
        if position == self.end:
            return f"bytes */{self.total_text}"
        return f"bytes {position}-{self.end - 1}/{self.total_text}"


class _AttemptFailedError(Exception):
    """One attempt failed in a way that another may not."""
