"""The interface of a lake. A folder implements it; a bucket can."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Protocol

from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.lake.local_copy import LocalCopy
from taxi_assets.source.transfer import Sink


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

    def note(self, landed: LandedFile) -> None:
        """Replace what is known of a file whose bytes stay as they are."""

    def local_copy(self, landed: LandedFile) -> AbstractContextManager[LocalCopy]:
        """That version's bytes as a local file, for as long as the context is open.

        Whoever reads them lets the copy prove itself, before and after: it may be there only once
        it has.
        """
