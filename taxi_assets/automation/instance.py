"""Dagster's instance of this project: where runs and events are kept between starts."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import dagster as dg
from filelock import FileLock, Timeout

from taxi_assets.automation.history_errors import history_errors
from taxi_assets.errors import SettingsError, StorageError
from taxi_assets.failures import ATTENDED_TAG
from taxi_assets.project_files import project_folder
from taxi_assets.settings import Settings

SESSION_TAGS = {ATTENDED_TAG: uuid4().hex}
"""On every run of this process, so that others can tell whether it still lives."""

_CONFIG = "dagster.yaml"
_HEAD = "# Written by taxi-assets, anew at each start. To change it for good, delete this line.\n"

# Dagster takes the path of its settings for a pattern, and that of its databases for a URL.
_MISREAD = re.compile(r"\[.*\]|[?*]|%[0-9a-fA-F]{2}")


def require_plain_home(home: Path) -> None:
    """Refuse a home whose path Dagster misreads: it would pass over its settings, or fail.

    Raises:
        SettingsError: names the characters.
    """
    found = _MISREAD.search(str(home))
    if found is not None:
        raise SettingsError(
            f"Dagster's home is {home}, and Dagster misreads {found[0]!r} in a path: it passes "
            "over dagster.yaml, or finds no database",
            "set DAGSTER_HOME or TAXI_DATA_DIR to a folder, or move the project to one, without "
            "brackets, ? and *, and without % before two digits",
        )


def prepare_home(settings: Settings) -> Path:
    """Make Dagster's home, with the project's configuration in it, and name it to Dagster.

    A home that somebody configured already is left as it is.

    Raises:
        SettingsError: Dagster misreads its path.
        StorageError: it cannot be made.
    """
    home = settings.dagster_home
    require_plain_home(home)
    try:
        home.mkdir(parents=True, exist_ok=True)
        _write_configuration(home / _CONFIG)
    except OSError as error:
        raise StorageError(
            f"cannot make {home}: {error.strerror}",
            "set TAXI_DATA_DIR or DAGSTER_HOME to a folder that this user may write",
        ) from None
    os.environ["DAGSTER_HOME"] = str(home)
    return home


def _write_configuration(config: Path) -> None:
    """Write the project's configuration, unless the file there is somebody's own.

    A copy, which can be moved with its folder. Earlier versions linked to the project's file.
    """
    shipped = project_folder() / _CONFIG
    if not shipped.is_file():  # the package alone was copied: Dagster's own defaults hold
        return
    text = _HEAD + shipped.read_text("utf-8")
    linked = config.is_symlink() and (config.samefile(shipped) if config.exists() else True)
    if config.exists() and not linked:
        present = config.read_text("utf-8")
        if present == text or not present.startswith(_HEAD):
            return
    draft = config.with_name(f".{_CONFIG}.{os.getpid()}")
    draft.write_text(text, "utf-8")
    draft.replace(config)


def history_of(settings: Settings) -> str:
    """Where Dagster's history is, in words."""
    return "Dagster's database" if settings.dagster_postgres_dsn else str(settings.dagster_home)


@contextmanager
def open_instance(settings: Settings) -> Iterator[dg.DagsterInstance]:
    """The instance whose runs the UI shows.

    Runs of processes that are gone are recorded as failed: they would count as running for ever.

    Raises:
        SettingsError, StorageError, WarehouseUnavailableError: it cannot be read or written.
    """
    home = prepare_home(settings)
    with history_errors(settings):
        sessions = home / "sessions"
        sessions.mkdir(exist_ok=True)
        ours = sessions / SESSION_TAGS[ATTENDED_TAG]
        with FileLock(ours, is_singleton=True), _get_instance(sessions) as instance:
            _end_torn_runs(instance, sessions)
            try:
                yield instance
            finally:
                ours.unlink(missing_ok=True)


def _get_instance(home: Path) -> dg.DagsterInstance:
    # Dagster makes its databases without regard to other processes that do so, too.
    with FileLock(home / "databases.lock"):
        return dg.DagsterInstance.get()


def _end_torn_runs(instance: dg.DagsterInstance, sessions: Path) -> None:
    running = dg.RunsFilter(statuses=[dg.DagsterRunStatus.NOT_STARTED, dg.DagsterRunStatus.STARTED])
    for run in instance.get_runs(running):
        name = run.tags.get(ATTENDED_TAG)
        if name is not None and not _lives(sessions / name):
            instance.report_run_failed(run, "the process that ran it is gone")
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)


def _lives(lock: Path) -> bool:
    try:
        with FileLock(lock, timeout=0):
            lock.unlink(missing_ok=True)
            return False
    except Timeout:
        return True
