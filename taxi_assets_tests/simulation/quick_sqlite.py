"""Dagster's SQLite databases, kept open, and one for the events of all runs.

Dagster opens them anew for each question, and makes one for each run.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

import sqlalchemy as db
from dagster._core.storage.event_log import ConsolidatedSqliteEventLogStorage

from taxi_assets.automation.storage import ChosenStorage

_STORAGES = (
    "dagster._core.storage.runs.sqlite.sqlite_run_storage",
    "dagster._core.storage.event_log.sqlite.sqlite_event_log",
    "dagster._core.storage.event_log.sqlite.consolidated_sqlite_event_log",
    "dagster._core.storage.schedules.sqlite.sqlite_schedule_storage",
    "taxi_assets.automation.open_sqlite",
)


class QuickStorage(ChosenStorage):
    """Stands in the simulation's ``dagster.yaml``."""

    def __init__(self, base_dir: str, inst_data: Any = None) -> None:
        super().__init__(base_dir, inst_data)
        events = ConsolidatedSqliteEventLogStorage(f"{base_dir}/events")
        self._event_log_storage = events  # type: ignore[assignment]


@contextmanager
def quick_sqlite() -> Iterator[None]:
    """Each database is opened once, for the time of the context."""
    engines: dict[str, db.Engine] = {}

    def engine(address: str, **_: Any) -> db.Engine:
        if address not in engines:
            engines[address] = db.create_engine(address)
        return engines[address]

    with ExitStack() as stack:
        for storage in _STORAGES:
            stack.enter_context(mock.patch(f"{storage}.create_engine", engine))
        stack.enter_context(mock.patch.object(db.Engine, "dispose"))
        yield
    for each in engines.values():
        each.dispose()
