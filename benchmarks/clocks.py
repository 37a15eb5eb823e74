"""Clocks around functions of other modules, to see where time goes."""

from __future__ import annotations

import functools
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any


class Clocks:
    """Seconds by name; one clock runs at a time, that of the innermost function entered."""

    def __init__(self, rest: str) -> None:
        """Start with a clock for whatever happens outside all others."""
        self.seconds: dict[str, float] = defaultdict(float)
        self._running = [rest]
        self._since = time.perf_counter()

    def reset(self) -> None:
        """Set all clocks to zero."""
        self._turn()
        self.seconds.clear()

    def stop(self) -> dict[str, float]:
        """The seconds up to now."""
        self._turn()
        return dict(self.seconds)

    def time_function(self, owner: Any, name: str, clock: str) -> None:
        """Let a clock run within a function or method of a module or class."""
        function: Callable[..., Any] = getattr(owner, name)

        @functools.wraps(function)
        def timed(*args: Any, **kwargs: Any) -> Any:
            with self._running_as(clock):
                return function(*args, **kwargs)

        setattr(owner, name, timed)

    def time_context(self, owner: Any, name: str, clock: str, body: bool) -> None:
        """Let a clock run while a context manager's method enters and leaves.

        Args:
            owner: its class.
            name: the method.
            clock: name of the clock.
            body: whether it also runs within the context.
        """
        method: Callable[..., AbstractContextManager[Any]] = getattr(owner, name)

        @contextmanager
        def timed(*args: Any, **kwargs: Any) -> Iterator[Any]:
            self._push(clock)
            try:
                with method(*args, **kwargs) as value:
                    if body:
                        yield value
                    else:
                        self._pop()
                        try:
                            yield value
                        finally:
                            self._push(clock)
            finally:
                self._pop()

        setattr(owner, name, timed)

    @contextmanager
    def _running_as(self, clock: str) -> Iterator[None]:
        self._push(clock)
        try:
            yield
        finally:
            self._pop()

    def _push(self, clock: str) -> None:
        self._turn()
        self._running.append(clock)

    def _pop(self) -> None:
        self._turn()
        self._running.pop()

    def _turn(self) -> None:
        now = time.perf_counter()
        self.seconds[self._running[-1]] += now - self._since
        self._since = now
