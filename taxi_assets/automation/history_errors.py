"""What keeps Dagster's history from being read or written: locked, full, away, damaged."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DatabaseError, OperationalError

from taxi_assets.errors import StorageError, TaxiAssetsError, WarehouseUnavailableError
from taxi_assets.settings import Settings, variable

_FULL = ("disk is full", "No space left", "disk I/O error")
_DAMAGED = ("not a database", "malformed")
_LEDGER = "what was loaded is recorded in the tables' own ledger"
_FREE = f"free some space there, and run again; {_LEDGER}"
_RESTORE = (
    "restore that folder from a back-up, or move it away: a new one is made at the next run; "
    f"{_LEDGER}"
)


@contextmanager
def history_errors(settings: Settings) -> Iterator[None]:
    """Raise what storage and files of Dagster's history raise as errors with a remedy.

    Raises:
        StorageError: no room, or a file that cannot be written.
        WarehouseUnavailableError: another process holds it, or its server does not answer.
    """
    try:
        yield
    except Exception as error:
        reason = _reason(error, settings)
        if reason is None:
            raise
        raise _explained(reason, settings) from None


def _reason(error: Exception, settings: Settings) -> str | None:
    """What the database or the disk says; None where it is another matter."""
    if isinstance(error, OperationalError) or type(error) is DatabaseError:
        return str(error.orig)
    # Dagster has tried for a while. By name: to import the library takes a second.
    if type(error).__name__ == "DagsterPostgresException":
        return str(getattr(error.__context__, "orig", error))
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return error.strerror
    if isinstance(error, OSError) and _is_below(settings.dagster_home, error.filename):
        return f"{error.filename}: {error.strerror}"
    return None


def _is_below(folder: Path, name: object) -> bool:
    """Whether an error names a file of the folder; other files are no matter of the history."""
    return isinstance(name, str) and Path(name).is_relative_to(folder)


def _explained(text: str, settings: Settings) -> TaxiAssetsError:
    # Postgres says the host in more than one line, and never the password.
    reason = " ".join(text.split())
    if settings.dagster_postgres_dsn is not None:
        return WarehouseUnavailableError(
            f"Dagster's history cannot be reached: {reason}",
            f"start its server, or correct {variable('dagster_postgres_dsn')}; then run again",
        )
    what = f"Dagster's history in {settings.dagster_home}: {reason}"
    if any(word in reason for word in _FULL):
        return StorageError(what, _FREE)
    if any(word in reason for word in _DAMAGED):
        return StorageError(what, _RESTORE)
    if "locked" in reason:
        return WarehouseUnavailableError(
            what,
            "another process holds it: end it, or run again once it is over; a Postgres database "
            f"takes many at once ({variable('dagster_postgres_dsn')})",
        )
    return StorageError(what, "let this user write that folder, or set DAGSTER_HOME to another one")
