"""Dagster's SQLite databases, kept open: it opens them anew for each question."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

import sqlalchemy as db

_STORAGES = (
    "dagster._core.storage.runs.sqlite.sqlite_run_storage",
    "dagster._core.storage.event_log.sqlite.sqlite_event_log",
    "dagster._core.storage.schedules.sqlite.sqlite_schedule_storage",
)


@contextmanager
def quick_sqlite() -> Iterator[None]:
    """Nothing is waited for until it is on the disk: a simulation survives no power cut."""
    engines: dict[str, db.Engine] = {}

    def engine(address: str, **_: Any) -> db.Engine:
        if address not in engines:
            engines[address] = db.create_engine(address)
            db.event.listen(engines[address], "connect", _hasten)
        return engines[address]

    with ExitStack() as stack:
        for storage in _STORAGES:
            stack.enter_context(mock.patch(f"{storage}.create_engine", engine))
        stack.enter_context(mock.patch.object(db.Engine, "dispose"))
        yield
    for each in engines.values():
        each.dispose()


def _hasten(connection: Any, _: object) -> None:
    connection.execute("PRAGMA synchronous = OFF")
