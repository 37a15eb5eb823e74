"""The interface of a lake. A folder implements it; a bucket can."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import NamedTuple, Protocol

from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.lake.local_copy import LocalCopy
from taxi_assets.source.transfer import Sink


class Examined(NamedTuple):
    """What lies in the lake under a file's name.

    Attributes:
        path: its bytes as a local file; None if there are none.
        note: what is noted of them; None if there is no note, or none that can be read.
    """

    path: Path | None
    note: LandedFile | None


class Arrival(Sink, Protocol):
    """A file on its way in: invisible until it is published."""

    def publish(self, landed: LandedFile) -> None:
        """Make the bytes taken visible as the file's new version, in one step."""


class Lake(Protocol):
    """Holds one current version of each raw file, with what is known of it."""

    @property
    def url(self) -> str:
        """Where the lake is."""

    def find(self, name: str) -> LandedFile | None:
        """The file's current version; None where it never landed whole."""

    def find_all(self, prefix: str) -> list[LandedFile]:
        """The current versions of all files whose name begins so, sorted by name."""

    def receive(self, name: str) -> AbstractContextManager[Arrival]:
        """Take a file in. One at a time per name: others wait until this one is done.

        Leaving the context without publishing discards what was taken.

        Raises:
            StorageError: the bytes cannot be kept.
        """

    def revise(self, landed: LandedFile, change: Callable[[LandedFile], LandedFile]) -> None:
        """Change what is known of a file whose bytes stay as they are.

        Args:
            landed: the version of the file.
            change: what is to be known, by what is known now. It may be called more than once.

        Raises:
            LakeBusyError: the lake has another version meanwhile.
        """

    def examine(self, name: str) -> AbstractContextManager[Examined]:
        """What lies there under a file's name, whether bytes and note fit each other or not."""

    def local_copy(self, landed: LandedFile) -> AbstractContextManager[LocalCopy]:
        """That version's bytes as a local file, for as long as the context is open.

        Whoever reads them lets the copy prove itself, before and after: it may be there only once
        it has.
        """
