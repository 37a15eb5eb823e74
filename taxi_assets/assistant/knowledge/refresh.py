"""Brings what the assistant knows up to date with its sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from taxi_assets.assistant.knowledge.chunks import chunks_of
from taxi_assets.assistant.knowledge.sources import Library, name_of, read_sources
from taxi_assets.assistant.knowledge.store import Changes, Store
from taxi_assets.settings import Settings


@dataclass(frozen=True)
class Refreshed:
    """What was read, and what that changed."""

    library: Library
    changes: Changes


def refresh(settings: Settings, store: Store) -> Refreshed:
    """Read all sources of the settings; forget what is in none of them any more."""
    library = read_sources(settings, settings.assistant_sources)
    return Refreshed(library, _put(store, library, list(library.unread)))


def refresh_cheaply(settings: Settings, store: Store) -> None:
    """Read the sources of this machine, and others only where nothing is known of them yet."""
    held = store.sources()
    names = {source: name_of(source) for source in settings.assistant_sources}
    known = [s for s, name in names.items() if "://" in s and name in held]
    wanted = [source for source in names if source not in known]
    if wanted:
        library = read_sources(settings, wanted)
        _put(store, library, [*(names[source] for source in known), *library.unread])


def add(settings: Settings, store: Store, sources: Sequence[str]) -> list[str]:
    """Read some sources beside those that are known; returns the names of their documents."""
    library = read_sources(settings, sources)
    read = list(dict.fromkeys(document.source for document in library.documents))
    _put(store, library, sorted(store.sources() - set(read)))
    return read


def _put(store: Store, library: Library, keep: Sequence[str]) -> Changes:
    chunks = [chunk for document in library.documents for chunk in chunks_of(document)]
    return store.put(chunks, keep)
