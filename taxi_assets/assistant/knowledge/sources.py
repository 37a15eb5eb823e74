"""Reads the documents that the settings name: the project's own pages, files, addresses."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from taxi_assets.assistant.knowledge.chunks import Document
from taxi_assets.errors import AssistantError, InvalidFileError, TaxiAssetsError
from taxi_assets.project_files import project_folder
from taxi_assets.settings import Settings
from taxi_assets.source.catalog import Catalog
from taxi_assets.source.content import fetch_content
from taxi_assets.source.http import HttpTransport
from taxi_assets.source.public_url import public_url

OWN_PAGES = "docs"
"""Names the project's own pages among the sources."""

_OF_THE_CODE = frozenset({"architecture.md"})
"""Pages for those who change the code. Those who use it are answered by the others."""

_SETTING = "TAXI_ASSISTANT_SOURCES"
_LARGEST_CHARACTERS = 2_000_000
_HASTY_ATTEMPTS = 2

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Library:
    """What was read.

    Attributes:
        documents: those that could be read.
        unread: sources that could not be read, with the reason.
    """

    documents: tuple[Document, ...]
    unread: dict[str, str]


def read_sources(settings: Settings, sources: Sequence[str]) -> Library:
    """Read all sources; one that cannot be read does not keep the others from it.

    Raises:
        AssistantError: none could be read.
    """
    documents: list[Document] = []
    unread: dict[str, str] = {}
    for source in sources:
        try:
            documents += _read(settings, source)
        except TaxiAssetsError as error:
            unread[name_of(source)] = error.what
            _log.warning("not read: %s", error.what)
    if not documents:
        raise AssistantError(
            "none of the sources can be read: " + "; ".join(unread.values()),
            f"correct {_SETTING}, or name others with --sources",
        )
    return Library(tuple(documents), unread)


def name_of(source: str) -> str:
    """A source as it is shown and stored: an address without what may be secret in it."""
    return public_url(source) if "://" in source else source


def _read(settings: Settings, source: str) -> Iterator[Document]:
    if source == OWN_PAGES:
        project = project_folder()
        pages = [project / "README.md", *sorted((project / "docs").glob("*.md"))]
        found = [page for page in pages if page.is_file() and page.name not in _OF_THE_CODE]
        if not found:
            raise AssistantError(
                "the project's pages are not installed",
                "install it anew, from a checkout or its wheel",
            )
        for page in found:
            yield Document(str(page.relative_to(project)), _text(page.read_bytes(), str(page)))
    elif "://" in source:
        transport = Catalog(settings).transport(source, _SETTING)
        if isinstance(transport, HttpTransport):
            transport = replace(transport, attempts=_HASTY_ATTEMPTS)
        yield Document(name_of(source), _text(fetch_content(transport, source), name_of(source)))
    else:
        try:
            content = Path(source).expanduser().read_bytes()
        except OSError as error:
            raise AssistantError(
                f"{source}: {error.strerror}", f"correct {_SETTING} or --sources"
            ) from None
        yield Document(source, _text(content, source))


def _text(content: bytes, source: str) -> str:
    text = content.decode("utf-8", errors="replace")
    if "\0" in text or len(text) > _LARGEST_CHARACTERS:
        raise InvalidFileError(
            f"{source} is no text, or longer than {_LARGEST_CHARACTERS:,} characters",
            "name a file of Markdown or plain text",
        )
    return text
