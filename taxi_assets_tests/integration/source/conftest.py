"""A file that a host serves with faults, and what receives it."""

from __future__ import annotations

import io

import pytest

from taxi_assets.source.http import HttpTransport
from taxi_assets_tests.faulty_server import Reply, ServedFile

# Every four bytes differ from all others, so that no splice at a wrong place goes unseen.
BODY = b"".join(number.to_bytes(4) for number in range(50_000))
MODIFIED = "Wed, 01 Jul 2020 00:00:00 GMT"
FILE = ServedFile(BODY)
FILE_WITHOUT_VALIDATOR = ServedFile(BODY, None)
HALF = len(BODY) // 2
UNAVAILABLE = Reply(status=503)


class Received(io.BytesIO):
    """Keeps the bytes, and how often they began again."""

    restarts = 0

    def restart(self) -> None:
        self.restarts += 1
        self.seek(0)
        self.truncate()


@pytest.fixture
def sink() -> Received:
    return Received()


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def transport(waits: list[float]) -> HttpTransport:
    """Make one that waits in no time and notes for how long it would have."""
    return HttpTransport(
        attempts=3, connect_timeout_seconds=2, stall_timeout_seconds=0.3, sleep=waits.append
    )
