"""What a process that runs somebody's query may use: memory as a whole, rows and bytes."""

from __future__ import annotations

import resource
import signal
from collections.abc import Callable, Sequence
from typing import Any

MEMORY_MB = 768
"""Of the whole process: the database's own limit knows nothing of what becomes Python's."""

MOST_ROWS = 100
MOST_BYTES = 1_000_000
"""Of the rows as text, where a model reads them."""

FILE_BYTES = 50_000_000
"""Of the rows as text, where a person takes them."""


class TooMuchError(Exception):
    """The rows have more bytes than are handed on."""


def limit_process(seconds: int) -> None:
    """Have the system end this process, and refuse it more memory.

    macOS knows the limit of memory and ignores it.
    """
    signal.alarm(seconds)
    limit = MEMORY_MB * 2**20
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


def fetched(
    fetch_one: Callable[[], Sequence[Any] | None], most_rows: int, most_bytes: int
) -> tuple[list[list[Any]], bool]:
    """The first rows, and whether there are more.

    Raises:
        TooMuchError: they have too many bytes.
    """
    rows: list[list[Any]] = []
    size = 0
    while (row := fetch_one()) is not None:
        if len(rows) == most_rows:
            return rows, True
        size += sum(len(str(value).encode()) for value in row)
        if size > most_bytes:
            raise TooMuchError
        rows.append(list(row))
    return rows, False
