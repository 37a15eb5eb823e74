"""Files over HTTP: streamed as they are, resumed where they broke off, retried where that can help.

The bytes are never decoded: a ``.csv.gz`` that a server labels ``Content-Encoding: gzip`` arrives
as the published file. What the answers mean follows RFC 9110 (conditional and range requests).

Texts of ``requests`` and ``urllib3`` never get into a message, and their errors are not chained:
they quote the URL with its query, which may hold a secret.
"""

from __future__ import annotations

import email.utils
import logging
import random
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from http import HTTPStatus
from typing import NoReturn

import requests
import urllib3.exceptions
from tenacity import RetryCallState, Retrying, retry_if_exception_type

from taxi_assets.errors import SourceBusyError, SourceRefusedError, SourceUnavailableError
from taxi_assets.source.download import AttemptFailedError, Download, is_same, version_of
from taxi_assets.source.public_url import MIRROR_SETTINGS, public_url
from taxi_assets.source.refusals import absence, refuse_answer, refused_connection, root_cause
from taxi_assets.source.time_limit import TooLongError, within
from taxi_assets.source.transfer import Absent, NotModified, Outcome, Sink, Version

_LOGGER = logging.getLogger(__name__)
_CHUNK_BYTES = 2**20
_BROKEN_CONNECTION = (
    requests.ConnectionError,
    requests.exceptions.ChunkedEncodingError,
    requests.exceptions.ContentDecodingError,
    urllib3.exceptions.HTTPError,
)


def _new_session() -> requests.Session:
    session = requests.Session()
    session.headers["User-Agent"] = f"taxi_assets {requests.utils.default_user_agent()}"
    session.headers["Accept-Encoding"] = "identity"
    return session


@dataclass(frozen=True)
class HttpTransport:
    """Takes files from ``http://`` and ``https://`` hosts.

    Attributes:
        attempts: attempts in a row that may bring nothing new before it gives up.
        total_attempts: attempts in all, so that a host which always breaks off after a few
            bytes comes to an end too.
        connect_timeout_seconds: longest wait for a connection.
        stall_timeout_seconds: longest silence of a host before and between bytes.
        backoff_seconds: the first wait; it doubles with every attempt that brings nothing new.
        longest_wait_seconds: no wait is longer, and no host that asks for a longer one is waited
            for.
        longest_seconds: how long a file may take, with all attempts and the waits between them.
        largest_bytes: how large a file may be.
        address_setting: the setting to look at where an address does not work.
        sleep: how to wait.
        session: connections and headers.
    """

    attempts: int = 8
    total_attempts: int = 100
    connect_timeout_seconds: float = 10.0
    stall_timeout_seconds: float = 30.0
    backoff_seconds: float = 1.0
    longest_wait_seconds: float = 60.0
    longest_seconds: float = 7200.0
    largest_bytes: float = 8e9
    address_setting: str = MIRROR_SETTINGS
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    session: requests.Session = field(default_factory=_new_session, repr=False, compare=False)

    def fetch(self, url: str, sink: Sink, known: Version | None) -> Outcome:
        """Hand the file's bytes to the sink, unless the source still serves the known version.

        What the sink raises passes through as it is, at once.

        Raises:
            SourceUnavailableError: it did not answer, or broke off, more often than is retried,
                or asks for a longer wait than ``longest_wait_seconds``.
            SourceRefusedError: it will not serve this request, or the URL cannot be requested.
        """
        deadline = time.monotonic() + self.longest_seconds
        return self._persist(Download(url, sink, known, self.largest_bytes, deadline))

    def look(self, url: str) -> Version | Absent:
        """Say which version the source serves, from the head of its answer.

        The file is asked for as `fetch` does it, and broken off at its first byte: hosts that
        sign their addresses for GET refuse HEAD.

        Raises:
            SourceUnavailableError: it did not answer.
            SourceRefusedError: it will not serve this request.
        """
        download = Download(url, _Glance(), None)
        try:
            outcome = self._persist(download)
        except _SeenError:
            return download.version
        return outcome if isinstance(outcome, Absent) else download.version

    def _persist(self, download: Download) -> Outcome:
        def log_retry(state: RetryCallState) -> None:
            _LOGGER.warning(
                "%s: %s. Trying again in %.1f s (attempt %d)",
                public_url(download.url),
                download.last_failure,
                state.upcoming_sleep,
                download.tries + 1,
            )

        retrying = Retrying(
            retry=retry_if_exception_type(AttemptFailedError),
            stop=lambda _: self._is_hopeless(download),
            wait=lambda _: self._wait_seconds(download),
            before_sleep=log_retry,
            sleep=self.sleep,
            reraise=True,
        )
        try:
            return retrying(self._attempt, download)
        except AttemptFailedError as failure:
            kind = SourceBusyError if failure.busy else SourceUnavailableError
            raise kind(
                f"{public_url(download.url)} could not be fetched in {download.tries} attempts; "
                f"the last one failed with: {failure}.",
                f"try again later. If it stays so, check the network and the proxy, "
                f"or use a mirror: {self.address_setting}.",
            ) from None

    def _is_hopeless(self, download: Download) -> bool:
        over = time.monotonic() > download.deadline
        return over or download.fruitless >= self.attempts or download.tries >= self.total_attempts

    def _wait_seconds(self, download: Download) -> float:
        doublings = max(0, download.fruitless - 1)
        longest = min(self.longest_wait_seconds, self.backoff_seconds * 2**doublings)
        # At least half of it: a wait near zero would bring a busy host the next request at once.
        return max(download.asked_seconds, random.uniform(longest / 2, longest))  # noqa: S311

    def _attempt(self, download: Download) -> Outcome:
        download.tries += 1
        furthest_before = download.furthest
        try:
            with self._request(download) as response:
                return self._take(response, download)
        except AttemptFailedError as failure:
            is_progress = download.furthest > furthest_before
            download.fruitless = 0 if is_progress else download.fruitless + 1
            download.last_failure, download.asked_seconds = str(failure), failure.asked_seconds
            raise

    def _request(self, download: Download) -> requests.Response:
        headers = download.next_headers()
        get = partial(
            self.session.get,
            download.url,
            headers=headers,
            stream=True,
            timeout=(self.connect_timeout_seconds, self.stall_timeout_seconds),
        )
        try:
            return within(download.deadline - time.monotonic(), get, requests.Response.close)
        except TooLongError:
            raise self._too_long(download) from None
        except requests.ConnectTimeout:
            reason = f"no connection within {self.connect_timeout_seconds:g} s"
        except requests.Timeout:
            reason = f"no answer within {self.stall_timeout_seconds:g} s"
        except _BROKEN_CONNECTION as error:
            self._refuse_connection(error, download)
            reason = f"no answer ({root_cause(error)})"
        except OSError as error:
            # ``requests`` raises a plain one where the file of certificates is not there.
            self._refuse_connection(error, download)
            raise SourceRefusedError(
                f"{public_url(download.url)} cannot be requested ({type(error).__name__}).",
                f"check the address in {self.address_setting}.",
            ) from None
        raise AttemptFailedError(reason)

    def _refuse_connection(self, error: Exception, download: Download) -> None:
        """Raise at once where a further attempt would end the same way."""
        refusal = refused_connection(error, self.address_setting)
        if refusal is not None:
            raise SourceRefusedError(
                f"{public_url(download.url)}: {refusal.what}", refusal.remedy
            ) from None

    def _take(self, response: requests.Response, download: Download) -> Outcome:
        match response.status_code:
            case HTTPStatus.OK:
                download.begin_again()
                version = version_of(response)
                if is_same(download.known, version):
                    return NotModified()
                download.version = version
            case HTTPStatus.PARTIAL_CONTENT if download.position:
                download.go_on_with(response)
            case HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE if download.position:
                download.begin_again()
                raise AttemptFailedError("HTTP 416 for the rest of the file")
            case HTTPStatus.NOT_MODIFIED if download.condition and not download.position:
                return NotModified()
            case HTTPStatus.FORBIDDEN | HTTPStatus.NOT_FOUND | HTTPStatus.GONE:
                download.begin_again()
                return absence(response, download.url, self.address_setting)
            case 408 | 425 | 429:
                self._retry_later(response, download)
            case status if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                self._retry_later(response, download)
            case _:
                refuse_answer(response, download.url, self.address_setting)
        download.require_size()
        for data in self._chunks(response, download):
            download.take(data)
        return download.complete()

    def _chunks(self, response: requests.Response, download: Download) -> Iterator[bytes]:
        """Yield what arrives as it arrives, so that a break loses nothing that came before it."""
        while True:
            try:
                data: bytes = response.raw.read1(_CHUNK_BYTES, decode_content=False)
            except urllib3.exceptions.TimeoutError:
                reason = f"no byte for {self.stall_timeout_seconds:g} s, {download.place}"
                raise AttemptFailedError(reason) from None
            except urllib3.exceptions.HTTPError as error:
                reason = f"connection lost {download.place} ({root_cause(error)})"
                raise AttemptFailedError(reason) from None
            if not data:
                return
            # Outside of the try: an OSError of the sink is a full disk, no lost connection.
            yield data
            if time.monotonic() > download.deadline:
                raise self._too_long(download)

    def _too_long(self, download: Download) -> SourceUnavailableError:
        return SourceUnavailableError(
            f"{public_url(download.url)} has not arrived within {self.longest_seconds:g} s "
            f"({download.place})",
            "raise TAXI_HTTP_FILE_SECONDS if the line is slow, or use a mirror: "
            f"{self.address_setting}.",
        )

    def _retry_later(self, response: requests.Response, download: Download) -> NoReturn:
        asked_seconds = _retry_after_seconds(response.headers.get("Retry-After", ""))
        busy = response.status_code == HTTPStatus.TOO_MANY_REQUESTS
        if asked_seconds > self.longest_wait_seconds:
            raise (SourceBusyError if busy else SourceUnavailableError)(
                f"{public_url(download.url)} answers HTTP {response.status_code} and asks to wait "
                f"{asked_seconds:,.0f} s; the longest wait is {self.longest_wait_seconds:g} s.",
                f"try again after that time, or use a mirror: {self.address_setting}.",
            )
        raise AttemptFailedError(f"HTTP {response.status_code}", asked_seconds, busy)


class _SeenError(Exception):
    """The first byte has come: the head of the answer is known."""


class _Glance:
    """Takes nothing."""

    def write(self, _data: bytes, /) -> None:
        raise _SeenError

    def restart(self) -> None:
        """There is nothing to forget."""


def _retry_after_seconds(value: str) -> float:
    """Read a Retry-After header: seconds or an HTTP date. 0 where it says nothing readable."""
    if re.fullmatch(r"[0-9]+", value):
        return float(value)
    try:
        when = email.utils.parsedate_to_datetime(value)
        aware = when if when.tzinfo else when.replace(tzinfo=UTC)
        return max(0.0, (aware - datetime.now(UTC)).total_seconds())
    except (ValueError, OverflowError):
        return 0.0
