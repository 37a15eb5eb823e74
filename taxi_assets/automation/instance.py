"""Dagster's instance of this project: where runs and events are kept between starts."""

from __future__ import annotations

import os
from pathlib import Path

import dagster as dg

from taxi_assets.errors import StorageError
from taxi_assets.settings import Settings

_CONFIG = "dagster.yaml"
_PROJECT = Path(__file__).resolve().parents[2]


def prepare_home(settings: Settings) -> Path:
    """Make Dagster's home, with the project's configuration in it, and name it to Dagster.

    A home that somebody configured already is left as it is.
    """
    home = settings.dagster_home
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise StorageError(
            f"cannot make {home}: {error.strerror}",
            "set TAXI_DATA_DIR or DAGSTER_HOME to a folder that this user may write",
        ) from None
    config, shipped = home / _CONFIG, _PROJECT / _CONFIG
    if not config.exists() and shipped.exists():
        config.unlink(missing_ok=True)
        config.symlink_to(os.path.relpath(shipped, home.resolve()))
    os.environ["DAGSTER_HOME"] = str(home)
    return home


def open_instance(settings: Settings) -> dg.DagsterInstance:
    """The instance whose runs the UI shows."""
    prepare_home(settings)
    return dg.DagsterInstance.get()
