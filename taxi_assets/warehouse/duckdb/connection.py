"""Opens the DuckDB file for one process at a time; the others wait."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
from filelock import FileLock, Timeout

from taxi_assets.errors import StorageError, WarehouseBusyError, WarehouseError
from taxi_assets.rows.reading import READER_CONFIG

_POLL_SECONDS = 0.2
_LOCK_WORDS = ("Could not set lock", "being used by another process")

# A commit on a full disk raises a TransactionException.
_STORAGE_ERRORS = (duckdb.IOException, duckdb.FatalException, duckdb.TransactionException)

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class DuckDBFile:
    """A DuckDB database file and how it is opened.

    Attributes:
        path: absolute path of the file; the first connection makes it and its folder.
        memory_gb: memory that DuckDB may use, in GB.
        wait_seconds: how long to wait while another process has the file open.
    """

    path: Path
    memory_gb: float
    wait_seconds: float

    @contextmanager
    def connect(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open a connection; no other process can open one until the context ends.

        Our own processes wait for a lock file. If another program (a DuckDB shell, a notebook)
        has the file open, opening is tried again until ``wait_seconds`` are over.

        Raises:
            WarehouseBusyError: another process had the file open for longer than
                ``wait_seconds``.
            WarehouseError: the file cannot be opened as a DuckDB database, or a statement needs
                more memory than it may use.
            StorageError: the disk refused a read or a write.
        """
        with self.reserved() as deadline:
            connection = self._open(deadline)
            try:
                yield connection
            except duckdb.OutOfMemoryException as error:
                raise WarehouseError(
                    f"DuckDB needs more memory than {self.memory_gb:g} GB: {_first(error)}",
                    "raise TAXI_DUCKDB_MEMORY_GB; the table is as it was",
                ) from None
            except _STORAGE_ERRORS as error:
                raise StorageError(
                    f"DuckDB cannot read or write {self.path}: {_first(error)}",
                    "free some space, or set TAXI_DUCKDB_PATH, and run again; the table is as "
                    "it was",
                ) from None
            except RuntimeError as error:
                # This is how DuckDB reports Ctrl-C during a statement.
                if str(error) == "Query interrupted":
                    raise KeyboardInterrupt from None
                raise
            finally:
                connection.close()

    @contextmanager
    def reserved(self) -> Iterator[float]:
        """Keep our other processes from the file while this one opens it by its own means.

        Yields:
            The time of ``time.monotonic()`` until which other programs may be waited for.

        Raises:
            WarehouseBusyError: one of our processes had it for longer than ``wait_seconds``.
            WarehouseError: nothing can be written beside the file.
        """
        deadline = time.monotonic() + self.wait_seconds
        self._make_folder()
        lock = FileLock(f"{self.path}.lock", timeout=self.wait_seconds)
        try:
            lock.acquire()
        except Timeout:
            raise self._busy("another load or check") from None
        except OSError as error:
            raise WarehouseError(
                f"cannot lock {self.path}: {self.path}.lock: {error.strerror}",
                "make that file and its folder writable for this user, or set TAXI_DUCKDB_PATH",
            ) from None
        try:
            yield deadline
        finally:
            lock.release()

    def _make_folder(self) -> None:
        if "?" in str(self.path):
            raise WarehouseError(
                f"{self.path}: DuckDB keeps no file whose path has a question mark",
                "set TAXI_DUCKDB_PATH or TAXI_DATA_DIR to a path without one",
            )
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WarehouseError(
                f"cannot make the folder of {self.path}: {error.strerror}",
                "make it writable for this user, or set TAXI_DUCKDB_PATH",
            ) from None

    def _open(self, deadline: float) -> duckdb.DuckDBPyConnection:
        warned = False
        while True:
            try:
                return duckdb.connect(self.path, config=self._config())
            except duckdb.Error as error:
                if not any(words in str(error) for words in _LOCK_WORDS):
                    raise WarehouseError(
                        f"{self.path} cannot be opened: {_first(error)}",
                        "check that it is a DuckDB file of this or an earlier version and "
                        "that this user may write it, or set TAXI_DUCKDB_PATH",
                    ) from None
                holder = _holder(str(error))
                if time.monotonic() >= deadline:
                    raise self._busy(holder) from None
                if not warned:
                    _log.warning("waiting for %s, which is held by %s", self.path, holder)
                    warned = True
                time.sleep(_POLL_SECONDS)

    def _config(self) -> dict[str, str | bool | int | float | list[str]]:
        return {"memory_limit": f"{self.memory_gb}GB", **READER_CONFIG}

    def _busy(self, holder: str) -> WarehouseBusyError:
        return WarehouseBusyError(
            f"{self.path} is still held by {holder} after {self.wait_seconds:g} s",
            "close the program that has it open (DuckDB lets one process write), or raise "
            "TAXI_DUCKDB_WAIT_SECONDS; then run again",
        )


def _first(error: Exception) -> str:
    return str(error).splitlines()[0]


def _holder(message: str) -> str:
    _, found, holder = message.partition("Conflicting lock is held in ")
    return holder.splitlines()[0].split(". See")[0] if found else "another process"
