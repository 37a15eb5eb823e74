"""Makes things in a thread of their own, some before they are asked for."""

from __future__ import annotations

import queue
import threading
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from typing import Generic, TypeVar

_STOP_CHECK_SECONDS = 0.1

_T = TypeVar("_T")


@dataclass(frozen=True)
class _Item(Generic[_T]):
    value: _T


def read_ahead(
    items: Generator[_T, None, None], ahead: int, thread: str
) -> Generator[_T, None, None]:
    """The same items in the same order, and what their maker raises.

    To be closed by whoever does not take them all: that closes their maker, too.

    Args:
        items: makes them, in the thread.
        ahead: how many may wait to be taken.
        thread: name of the thread.
    """
    ready: queue.Queue[_Item[_T] | BaseException | None] = queue.Queue(ahead)
    stop = threading.Event()

    def hand_over(item: _Item[_T] | BaseException | None) -> None:
        while not stop.is_set():
            try:
                ready.put(item, timeout=_STOP_CHECK_SECONDS)
            except queue.Full:
                continue
            return

    def make() -> None:
        try:
            with closing(items):
                for item in items:
                    hand_over(_Item(item))
                    if stop.is_set():
                        return
            hand_over(None)
        except BaseException as error:
            hand_over(error)

    maker = threading.Thread(target=make, name=thread, daemon=True)
    maker.start()
    try:
        while (item := ready.get()) is not None:
            if isinstance(item, BaseException):
                raise item
            yield item.value
    finally:
        stop.set()
        maker.join()
