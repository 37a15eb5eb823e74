"""Ends the wait for a call that has no end, such as one of a host that drips the head of an answer.

Time-outs of sockets do not: each byte that comes begins them anew.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

_T = TypeVar("_T")


class TooLongError(Exception):
    """A call took longer than it may. Its thread goes on, and nobody waits for it."""


def within(seconds: float, call: Callable[[], _T]) -> _T:
    """What the call returns.

    Args:
        seconds: how long it may take.
        call: is made in a thread of its own.

    Raises:
        TooLongError: it took longer; whatever the call raises passes through.
    """
    outcome: Future[_T] = Future()

    def run() -> None:
        try:
            outcome.set_result(call())
        except BaseException as error:
            outcome.set_exception(error)

    threading.Thread(target=run, name="answer", daemon=True).start()
    try:
        return outcome.result(max(0.0, min(seconds, threading.TIMEOUT_MAX)))
    except TimeoutError:
        if outcome.done():
            raise
        raise TooLongError from None
