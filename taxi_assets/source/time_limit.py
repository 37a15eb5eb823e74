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


def within(seconds: float, call: Callable[[], _T], discard: Callable[[_T], object]) -> _T:
    """What the call returns.

    Args:
        seconds: how long it may take.
        call: is made in a thread of its own.
        discard: takes what it returns too late.

    Raises:
        TooLongError: it took longer; whatever the call raises passes through.
    """
    outcome: Future[_T] = Future()
    threading.Thread(target=_run, args=(outcome, call), name="answer", daemon=True).start()
    try:
        return outcome.result(max(0.0, min(seconds, threading.TIMEOUT_MAX)))
    except TimeoutError:
        if outcome.done():
            raise
        outcome.add_done_callback(lambda late: late.exception() or discard(late.result()))
        raise TooLongError from None
    finally:
        del outcome  # An error's traceback holds this frame: a circle would keep the connection.


def _run(outcome: Future[_T], call: Callable[[], _T]) -> None:
    try:
        found = call()
    except BaseException as error:
        outcome.set_exception(error)
        del outcome
    else:
        outcome.set_result(found)
