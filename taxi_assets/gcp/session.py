"""HTTP sessions for Google Cloud: no request waits for ever, and slow lines are given their time.

This module imports Google's libraries, so it is imported where a session is made.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from google.auth.credentials import Credentials
from google.auth.transport.requests import AuthorizedSession
from requests import Response

REQUEST_SECONDS = 120.0
"""How long a request waits for an answer where its caller names no time. BigQuery itself answers
within ten seconds, or says that a job is still running."""

_PIECE_BYTES = 1 << 16


@dataclass(frozen=True)
class _Pieces:
    """A request's body that is sent piece by piece, each with a time-out of its own.

    A body that is sent at once must be through within one time-out, which a slow line cannot do.
    """

    data: bytes

    def __len__(self) -> int:
        return len(self.data)

    def __iter__(self) -> Iterator[bytes]:
        for start in range(0, len(self.data), _PIECE_BYTES):
            yield self.data[start : start + _PIECE_BYTES]


class SteadySession(AuthorizedSession):
    """A session that gives up on silent servers, but not on slow lines."""

    def __init__(self, credentials: Credentials) -> None:
        super().__init__(credentials)  # type: ignore[no-untyped-call]

    def request(  # type: ignore[override] # as its parent does
        self,
        method: str,
        url: str,
        data: Any = None,
        headers: Any = None,
        max_allowed_time: float | None = None,
        timeout: Any = None,
        **options: Any,
    ) -> Response:
        """Send a request; a time-out of None is `REQUEST_SECONDS`."""
        if isinstance(data, bytes) and len(data) > _PIECE_BYTES:
            data = _Pieces(data)
        response: Response = super().request(  # type: ignore[no-untyped-call]
            method,
            url,
            data,
            headers,
            max_allowed_time,
            REQUEST_SECONDS if timeout is None else timeout,
            **options,
        )
        return response
