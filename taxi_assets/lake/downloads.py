"""How many files are fetched from one host at once, by all processes of this machine.

Dagster's pools cannot say it: where they count runs, as ours do, a run holds its place until its
rows are in the warehouse. Here a place is a locked file, which the system frees when a process
dies.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from filelock import FileLock, Timeout

from taxi_assets.lake.folder import disk_refusals
from taxi_assets.source.catalog import Catalog
from taxi_assets.source.transfer import Absent, Outcome, Sink, Transport, Version

_LOGGER = logging.getLogger(__name__)
_HTTP = ("http", "https")
_PAUSE_SECONDS = 0.2


@dataclass(frozen=True)
class DownloadPlaces:
    """Places for downloads, so many for each host.

    Attributes:
        folder: of the locks; those who share it share the places.
        places: how many downloads from a host there may be at once.
    """

    folder: Path
    places: int

    @contextmanager
    def taken(self, host: str) -> Iterator[None]:
        """Wait for a place as long as it takes, and hold it.

        Raises:
            StorageError: the folder cannot be written.
        """
        with disk_refusals(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
            lock = self._free_place(host)
        if lock is None:
            _LOGGER.info(
                "waiting: %d downloads from %s are going on (TAXI_SOURCE_DOWNLOADS)",
                self.places,
                host,
            )
        while lock is None:
            _pause()
            with disk_refusals(self.folder):
                lock = self._free_place(host)
        try:
            yield
        finally:
            lock.release()

    def _free_place(self, host: str) -> FileLock | None:
        for place in range(self.places):
            lock = FileLock(self.folder / f"{host}.{place}.lock")
            try:
                lock.acquire(blocking=False)
            except Timeout:
                continue
            return lock
        return None


@dataclass(frozen=True)
class LimitedTransport:
    """Fetches as another transport does, once it has a place.

    Attributes:
        transport: what fetches.
        places: those that there are.
    """

    transport: Transport
    places: DownloadPlaces

    def fetch(self, url: str, sink: Sink, known: Version | None) -> Outcome:
        """Hand the file's bytes to the sink; a place is held from first to last attempt."""
        with self.places.taken(urlsplit(url).hostname or "unnamed"):
            return self.transport.fetch(url, sink, known)

    def look(self, url: str) -> Version | Absent:
        """Say which version the source serves; it needs no place: no byte is taken."""
        return self.transport.look(url)


def download_transport(catalog: Catalog, url: str, is_hasty: bool = False) -> Transport:
    """What fetches a published file into the lake: from hosts only so many at once.

    Args:
        catalog: whose settings hold.
        url: where the file is published.
        is_hasty: whether the host is asked once, and waited for a few seconds at most.
    """
    transport = catalog.transport(url, is_hasty=is_hasty)
    if urlsplit(url).scheme not in _HTTP:
        return transport
    settings = catalog.settings
    folder = settings.data_dir.resolve() / "downloads"
    return LimitedTransport(transport, DownloadPlaces(folder, settings.source_downloads))


def _pause() -> None:
    time.sleep(_PAUSE_SECONDS)
