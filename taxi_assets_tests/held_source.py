"""TLC's host with answers held back: downloads are under way for as long as a test needs them."""

from __future__ import annotations

import select
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from taxi_assets_tests.fake_source import FakeSource, FakeSourceHandler
from taxi_assets_tests.loopback import serving

_LOOK_SECONDS = 0.05


class HeldSource(FakeSource):
    """The host; it answers for a name once that is released.

    Attributes:
        arrived: the names asked for, in order, whether they were answered or not.
        under_way: the names that somebody waits for.
        most_under_way: how many there were at once, at most.
    """

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.arrived: list[str] = []
        self.under_way: list[str] = []
        self.most_under_way = 0
        self._released: set[str] = set()
        self._everything = False
        self._change = threading.Condition()

    def release(self, *names: str) -> None:
        """Answer for these names from now on; without any, for all."""
        with self._change:
            self._released.update(names)
            self._everything |= not names
            self._change.notify_all()

    @contextmanager
    def taking(self, name: str, client: socket.socket) -> Iterator[bool]:
        """Hold a request until its name is released; False where the client is gone before."""
        with self._change:
            self.arrived.append(name)
            self.under_way.append(name)
            self.most_under_way = max(self.most_under_way, len(self.under_way))
        try:
            yield self._wait(name, client)
        finally:
            with self._change:
                self.under_way.remove(name)

    def _wait(self, name: str, client: socket.socket) -> bool:
        with self._change:
            while not (self._everything or name in self._released):
                if _is_gone(client):
                    return False
                self._change.wait(_LOOK_SECONDS)
        return True


@contextmanager
def held_source() -> Iterator[HeldSource]:
    """The host, for the time of the context."""
    server = HeldSource()
    with serving(server):
        try:
            yield server
        finally:
            server.release()


class _Handler(FakeSourceHandler):
    server: HeldSource

    def answer(self, name: str) -> None:
        """Answer, but not before the test wants it."""
        with self.server.taking(name, self.connection) as is_there:
            if is_there:
                super().answer(name)
            else:
                self.close_connection = True


def _is_gone(client: socket.socket) -> bool:
    """Whether a client that waits for its answer, and so says nothing, has hung up."""
    readable, _, _ = select.select([client], [], [], 0)
    if not readable:
        return False
    try:
        return not client.recv(1, socket.MSG_PEEK)
    except ConnectionError:
        return True
