"""Dagster's history in SQLite, by connections that stay open.

Dagster opens its databases anew for each event and each question, and reads their schema again,
which is half of the time that a small month takes. For each database that it makes it also reads,
twice, the 89 scripts by which its tables came about. Files and tables are Dagster's own.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Any
from weakref import finalize

import dagster as dg
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, create_engine

from taxi_assets.automation.dagster_internals import (
    SqliteEventLogStorage,
    SqliteRunStorage,
    SqliteScheduleStorage,
)

_BUSY_SECONDS = 30
_AT_ONCE = 8
"""Databases that stay open. Each run has one for its events."""


_read_scripts = ScriptDirectory.from_config


@cache
def _scripts_of(config: Config) -> ScriptDirectory:
    """The scripts, once for each of Dagster's three storages. They do not change meanwhile."""
    return _read_scripts(config)


ScriptDirectory.from_config = _scripts_of  # type: ignore[method-assign]


class _Engines:
    """Engines by the addresses of their databases; the one unused for longest is closed."""

    def __init__(self) -> None:
        self._engines: OrderedDict[str, Engine] = OrderedDict()
        self._lock = Lock()

    def of(self, address: str) -> Engine:
        with self._lock:
            engine = self._engines.pop(address, None) or create_engine(
                address, max_overflow=-1, connect_args={"timeout": _BUSY_SECONDS}
            )
            self._engines[address] = engine
            if len(self._engines) > _AT_ONCE:
                self._engines.popitem(last=False)[1].dispose()
            return engine

    def close(self) -> None:
        with self._lock:
            while self._engines:
                self._engines.popitem()[1].dispose()


class _KeptOpen:
    """What the storages have in common."""

    _conn_string: str

    def __init__(self, *arguments: Any, **named: Any) -> None:
        self._engines = _Engines()
        finalize(self, self._engines.close)
        super().__init__(*arguments, **named)

    @contextmanager
    def connect(self) -> Iterator[Connection]:
        """A connection with a transaction."""
        with self._engines.of(self._conn_string).begin() as connection:
            yield connection

    def dispose(self) -> None:
        """Close what is open."""
        super().dispose()  # type: ignore[misc]
        self._engines.close()


class OpenRunStorage(_KeptOpen, SqliteRunStorage):
    """Dagster's runs."""


class OpenScheduleStorage(_KeptOpen, SqliteScheduleStorage):
    """Dagster's ticks."""


class OpenEventStorage(_KeptOpen, SqliteEventLogStorage):
    """Dagster's events: a database for each run, and one for what concerns many."""

    def store_event(self, event: dg.EventLogEntry) -> None:
        """Store an event, and wake up those who watch the run's file.

        SQLite writes it into another file until the last connection is closed.
        """
        super().store_event(event)
        os.utime(self.path_for_shard(event.run_id))

    @contextmanager
    def _connect(self, shard: str) -> Iterator[Connection]:
        with self._db_lock:
            engine = self._engines.of(self.conn_string_for_shard(shard))
            if shard not in self._initialized_dbs:
                self._initdb(engine)
                self._initialized_dbs.add(shard)
            with engine.begin() as connection:
                yield connection
