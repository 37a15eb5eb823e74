"""A lake in a folder: the raw file, and beside it a ``.json`` with what is known of it."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

from filelock import FileLock
from pydantic import BaseModel, ValidationError

from taxi_assets.errors import LakeBusyError, StorageError
from taxi_assets.lake.lake import Arrival, Examined
from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.lake.local_copy import LocalCopy, read_refusals, sha256_of

_NOT_ALLOWED = (
    errno.EACCES,
    errno.EPERM,
    errno.EROFS,
    errno.ENOENT,
    errno.ENOTDIR,
    errno.ELOOP,
    errno.ENAMETOOLONG,
    errno.EISDIR,
    errno.EEXIST,
    errno.ENOTEMPTY,
)
_ARRIVALS = ".arriving"


class _Note(BaseModel):
    """A landed file and the modification time that ties the note to these very bytes."""

    landed: LandedFile
    mtime_ns: int


@dataclass(frozen=True)
class FolderLake:
    """A lake below one folder.

    Attributes:
        folder: absolute path; made when the first file lands.
    """

    folder: Path

    @property
    def url(self) -> str:
        """The folder as a ``file://`` URL."""
        return self.folder.as_uri()

    def path(self, name: str) -> Path:
        """Where the file of that name lies, or would lie."""
        return self.folder / name

    def find(self, name: str) -> LandedFile | None:
        """The file's current version; None where it is absent or its note is of other bytes."""
        path = self.path(name)
        with read_refusals(path):
            try:
                note = _Note.model_validate_json(_note_path(path).read_bytes())
                status = path.stat()
            except (FileNotFoundError, NotADirectoryError, IsADirectoryError, ValidationError):
                return None
            if status.st_size != note.landed.size_bytes:
                return None
            # Copies and restored back-ups have another time: their bytes decide.
            if status.st_mtime_ns != note.mtime_ns and sha256_of(path) != note.landed.sha256:
                return None
            return note.landed

    def find_all(self, prefix: str) -> list[LandedFile]:
        """The current versions of all files whose name begins so, sorted by name."""
        parent = self.path(prefix).parent
        start = Path(prefix).name
        with read_refusals(parent):
            # A glob passes over a folder that may not be read, as if nothing were in it.
            present = [each.name for each in parent.iterdir()] if parent.is_dir() else []
        names = sorted(n for n in present if n.startswith(start) and n.endswith(".json"))
        directory = Path(prefix).parent
        found = (self.find(str(directory / name.removesuffix(".json"))) for name in names)
        return [landed for landed in found if landed is not None]

    @contextmanager
    def receive(self, name: str) -> Iterator[Arrival]:
        """Take a file in; what a killed process left of it is overwritten."""
        partial = self.folder / _ARRIVALS / name
        with disk_refusals(partial):
            partial.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(f"{partial}.lock")
        with disk_refusals(partial):
            lock.acquire()
        try:
            with disk_refusals(partial):
                stream = partial.open("wb", buffering=0)
            try:
                yield _FolderArrival(stream, partial, self.path(name))
            finally:
                stream.close()
                partial.unlink(missing_ok=True)
        finally:
            lock.release()

    def revise(self, landed: LandedFile, change: Callable[[LandedFile], LandedFile]) -> None:
        """Change what is known of a file whose bytes stay as they are."""
        path = self.path(landed.name)
        lock = self.folder / _ARRIVALS / f"{landed.name}.note.lock"
        with disk_refusals(path):
            lock.parent.mkdir(parents=True, exist_ok=True)
            with FileLock(lock):
                current = self.find(landed.name)
                if current is None or current.sha256 != landed.sha256:
                    raise LakeBusyError(
                        f"{path}: another version came meanwhile", "run again: it is loaded then"
                    )
                changed = change(current)
                if changed != current:
                    _write_note(path, changed)

    @contextmanager
    def examine(self, name: str) -> Iterator[Examined]:
        """What lies there under a file's name, whether bytes and note fit each other or not."""
        path = self.path(name)
        try:
            note = _Note.model_validate_json(_note_path(path).read_bytes()).landed
        except (OSError, ValidationError):
            note = None
        with read_refusals(path):
            present = path if path.is_file() else None
        yield Examined(present, note)

    @contextmanager
    def local_copy(self, landed: LandedFile) -> Iterator[LocalCopy]:
        """The file itself: a folder needs no copy."""
        yield LocalCopy(self.path(landed.name), landed)


@dataclass(frozen=True)
class _FolderArrival:
    stream: FileIO
    partial: Path
    final: Path

    def write(self, data: bytes, /) -> None:
        rest = memoryview(data)
        with disk_refusals(self.final):
            while rest:
                rest = rest[self.stream.write(rest) :]

    def restart(self) -> None:
        self.stream.seek(0)
        self.stream.truncate()

    def publish(self, landed: LandedFile) -> None:
        with disk_refusals(self.final):
            os.fsync(self.stream.fileno())
            self.final.parent.mkdir(parents=True, exist_ok=True)
            self.partial.replace(self.final)
            # Between these two steps the old note does not fit the new bytes, and the file
            # counts as not landed: the next run fetches it again.
            _write_note(self.final, landed)


def _note_path(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")


def _write_note(path: Path, landed: LandedFile) -> None:
    note = _Note(landed=landed, mtime_ns=path.stat().st_mtime_ns)
    target = _note_path(path)
    # Always the same name: what a killed process left is overwritten.
    draft = target.with_name(f".{target.name}")
    draft.write_text(note.model_dump_json(indent=2), encoding="utf-8")
    draft.replace(target)


@contextmanager
def disk_refusals(path: Path) -> Iterator[None]:
    """Turn the operating system's refusals to store into an error with a remedy."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            free = shutil.disk_usage(_existing(path)).free
            raise StorageError(
                f"no room for {path}: {error.strerror} ({free / 1e6:.0f} MB free there)",
                "free some space or point TAXI_DATA_DIR or TAXI_LAKE elsewhere, and run again; "
                "what was there before is untouched",
            ) from error
        if error.errno in _NOT_ALLOWED:
            raise StorageError(
                f"cannot write {path}: {error.strerror}",
                "make the folder writable for this user, or point TAXI_DATA_DIR or TAXI_LAKE "
                "elsewhere",
            ) from error
        raise


def _existing(path: Path) -> Path:
    return next(parent for parent in (path, *path.parents) if parent.exists())
