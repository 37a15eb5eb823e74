"""A lake's file on this machine, and the proof that it still is what was verified on landing.

Rows are read from the page cache, not from the bytes that were hashed. So the hash is taken before
the first row is read, and what the system says of the file is compared afterwards: whoever writes
to a file, or puts another in its place, changes one of these marks.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from taxi_assets.errors import DamagedCopyError, StorageError
from taxi_assets.lake.landed_file import LandedFile

_Marks = tuple[int, int, int, int, int]


@dataclass
class LocalCopy:
    """The bytes of a landed file.

    Attributes:
        path: where they are.
        landed: what is known of them.
    """

    path: Path
    landed: LandedFile
    _proved: _Marks | None = field(default=None, init=False)

    def prove(self) -> None:
        """Compare the bytes with the hash that they had on landing.

        The first call reads them all. Later ones only make sure that nobody touched the file
        since, so that whoever reads in between has read the very bytes of the hash.

        Raises:
            DamagedCopyError: they are others, or changed since the first call.
        """
        try:
            marks = _marks(self.path)
            if self._proved is None:
                sha256 = sha256_of(self.path)
                if sha256 != self.landed.sha256:
                    raise self._damaged(f"its sha256 is {sha256}, and was {self.landed.sha256}")
                self._proved = marks
            if _marks(self.path) != self._proved:
                raise self._damaged("it changed while it was read")
        except OSError as error:
            raise self._damaged(error.strerror or type(error).__name__) from None

    def _damaged(self, found: str) -> DamagedCopyError:
        return DamagedCopyError(
            f"the lake's copy of {self.landed.name} is damaged: {found}",
            f"delete {self.path} and materialize the file in the lake again; check the disk, or "
            "who else writes there; the rows that were loaded before are still there",
        )


@contextmanager
def read_refusals(path: Path) -> Iterator[None]:
    """Turn the operating system's refusals to read a file into an error with a remedy."""
    try:
        yield
    except OSError as error:
        raise StorageError(
            f"cannot read {error.filename or path}: {error.strerror}",
            "let this user read it and enter the folders above it, or run as the user whose it is",
        ) from error


def sha256_of(path: Path) -> str:
    """Hash of a file's bytes, in hex."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _marks(path: Path) -> _Marks:
    # The time of the last change of the inode cannot be set by hand.
    status: os.stat_result = path.stat()
    return (
        status.st_dev,
        status.st_ino,
        status.st_size,
        status.st_mtime_ns,
        status.st_ctime_ns,
    )
