"""Writes a file that somebody named: a plain file whole or not at all, all else as what it is."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from pathlib import Path

from taxi_assets.errors import StorageError

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
"""What the system says of a full disk."""

_STDOUT = 1


def is_stdout(path: Path) -> bool:
    """Whether a path is where this process prints, such as ``/dev/stdout``."""
    try:
        return os.path.samestat(path.stat(), os.fstat(_STDOUT))
    except OSError:
        return False


def write_file(path: Path, data: bytes, make_folder: bool = False) -> None:
    """Write a file, its link's target, or into the device or pipe of that name.

    Whoever reads a plain file meanwhile sees the old bytes or the new ones. It keeps its mode.

    Raises:
        StorageError: it cannot be written. A plain file that was there before is left.
        BrokenPipeError: whoever read the pipe is gone.
    """
    try:
        if make_folder:
            path.parent.mkdir(parents=True, exist_ok=True)
        target = Path(os.path.realpath(path))
        if not path.exists() or stat.S_ISREG(path.stat().st_mode):
            _replace(target, data)
        else:
            with path.open("wb") as stream:
                stream.write(data)
    except BrokenPipeError:
        raise
    except OSError as error:
        remedy = "free some space there, or " if error.errno in NO_ROOM else ""
        raise StorageError(
            f"cannot write {path}: {error.strerror}",
            f"{remedy}name a file in a folder that you may write",
        ) from None


def _replace(path: Path, data: bytes) -> None:
    draft = path.with_name(f".{path.name}.{os.getpid()}.partial")
    try:
        draft.write_bytes(data)
        if path.exists():
            shutil.copymode(path, draft)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
