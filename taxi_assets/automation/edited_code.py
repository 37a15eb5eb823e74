"""What somebody has edited since the code server took it up: this package, and ``.env``."""

from __future__ import annotations

import importlib
import linecache
import os
import sys
from pathlib import Path

import dagster as dg

from taxi_assets.automation import warm_runs

_PACKAGE = Path(__file__).resolve().parents[1]
_KEPT = {__name__, warm_runs.__name__}
"""What the code server itself goes on with. Its edits are seen when it is started anew."""


class PackageFiles:
    """The package's files as they were at the last look: code, SQL, and what else it reads."""

    def __init__(self) -> None:
        """Look."""
        self._seen = _stamps()

    def have_changed(self) -> bool:
        """Look again: whether a file has changed, come or gone."""
        before, self._seen = self._seen, _stamps()
        return self._seen != before


class FileVariables:
    """What Dagster takes from ``.env`` into the environment of the code servers that it starts."""

    def __init__(self) -> None:
        """Nothing has been taken yet."""
        self._replaced: dict[str, str | None] = {}

    def read(self, location: str) -> bool:
        """Take what the file says now, in place of what it said before.

        Args:
            location: the name of the code location.

        Returns:
            Whether the environment is another one.
        """
        with dg.DagsterInstance.get() as instance:
            before = dict(os.environ)
            for name, text in self._replaced.items():
                os.environ.pop(name, None)
                if text is not None:
                    os.environ[name] = text
            own = dict(os.environ)
            instance.inject_env_vars(location)
        now = dict(os.environ)
        self._replaced = {name: own.get(name) for name in now if now[name] != own.get(name)}
        return now != before


def forget_modules() -> None:
    """Let the package's modules be imported anew when they are next needed."""
    prefix = f"{_PACKAGE.name}."
    for name in [name for name in sys.modules if name.startswith(prefix) and name not in _KEPT]:
        del sys.modules[name]
    importlib.invalidate_caches()
    linecache.checkcache()


def _stamps() -> dict[Path, tuple[int, int]]:
    found = {}
    for path in _PACKAGE.rglob("*.*"):
        if path.suffix == ".pyc":
            continue
        try:
            status = path.stat()
        except FileNotFoundError:  # an editor's own, for a moment
            continue
        found[path] = (status.st_mtime_ns, status.st_size)
    return found
