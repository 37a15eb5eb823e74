"""Disk that deleted runs take in SQLite: Dagster keeps a file a run, and never removes it."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

import dagster as dg

from taxi_assets.automation.dagster_internals import SqliteEventLogStorage

_DATABASES = ("history/runs/index.db", "history/runs.db", "schedules/schedules.db")
_SUFFIXES = ("", "-wal", "-shm", "-journal")
_YOUNG_SECONDS = 86_400.0
_WAIT_SECONDS = 5.0
_WASTE = 0.2


def free_disk(instance: dg.DagsterInstance, young_seconds: float = _YOUNG_SECONDS) -> int:
    """Remove the files of runs that are deleted, and give freed pages back. Returns the bytes.

    Nothing is done where the history is in Postgres, which reuses its space by itself.

    Args:
        instance: whose files.
        young_seconds: a file that was changed lately may be that of a run that is being made.
    """
    storage = instance.event_log_storage
    if not isinstance(storage, SqliteEventLogStorage):
        return 0
    folder = Path(storage.path_for_shard("index")).parent
    home = folder.parent.parent
    before = _size(home)
    old = time.time() - young_seconds
    files = [file for file in folder.glob("*.db") if file.stem != "index"]
    known = set(instance.get_run_ids())
    for file in files:  # listed before: a run is recorded before it has a file
        if file.stem not in known and file.stat().st_mtime <= old:
            for suffix in _SUFFIXES:
                file.with_name(file.name + suffix).unlink(missing_ok=True)
    for database in _DATABASES:
        if (home / database).exists():
            _shrink(home / database)
    return max(0, before - _size(home))


def _shrink(database: Path) -> None:
    """Give pages back that deleted rows leave; next time where others write just now."""
    with (
        suppress(sqlite3.OperationalError),
        closing(sqlite3.connect(database, timeout=_WAIT_SECONDS)) as connection,
    ):
        free = connection.execute("PRAGMA freelist_count").fetchone()[0]
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        if free > _WASTE * pages:
            connection.execute("VACUUM")


def _size(folder: Path) -> int:
    return sum(size for file in folder.rglob("*") if (size := _size_of(file)))


def _size_of(file: Path) -> int:
    with suppress(FileNotFoundError):
        return file.stat().st_size
    return 0
