"""Asks for the pages of an answer, one after the other, until there are no more."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit, urlunsplit

import dagster as dg
from pydantic import ConfigDict, Field, model_validator
from requests.utils import parse_header_links

from taxi_assets.components.columns import found
from taxi_assets.components.records import REMEDY, Page
from taxi_assets.components.web_address import Received
from taxi_assets.errors import InvalidFileError
from taxi_assets.source.public_url import public_url


class Pages(dg.Model):
    """How an answer goes on.

    Attributes:
        by: ``page``: a parameter counts pages; ``offset``: a parameter counts records; ``cursor``:
            a parameter repeats a value of the page before; ``link``: each page names the next one.
        parameter: the parameter of the address.
        first: the first page or offset; without it, 1 or 0.
        next: path of the cursor, or of the link; without it, the link is in the header ``Link``.
        most: how many pages there may be; more are an error, so that nothing is left out.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    by: Literal["page", "offset", "cursor", "link"]
    parameter: str | None = None
    first: int | None = Field(None, ge=0)
    next: str | None = None
    most: int = Field(1_000, ge=1, le=10_000)

    @model_validator(mode="after")
    def _fits(self) -> Pages:
        if (self.parameter is None) != (self.by == "link"):
            raise ValueError("parameter is for page, offset and cursor, and needed there")
        if self.next is None and self.by == "cursor":
            raise ValueError("a cursor needs next, its path in the answer")
        if self.next is not None and self.by in ("page", "offset"):
            raise ValueError("next is for a cursor or a link")
        if self.first is not None and self.by in ("cursor", "link"):
            raise ValueError("first is for page and offset")
        return self

    def follow(
        self, url: str, ask: Callable[[str], Received], read: Callable[[Received], Page]
    ) -> Iterator[Page]:
        """Yield the pages from that address on.

        Raises:
            InvalidFileError: there are too many, or the same page comes again.
        """
        begin = {"page": 1, "offset": 0}.get(self.by) if self.first is None else self.first
        address: str | None = url if begin is None else self._with(url, begin)
        asked: set[str] = set()
        position, before = begin or 0, b""
        while address is not None:
            if address in asked:
                raise InvalidFileError(f"{public_url(url)}: its pages go in a circle", REMEDY)
            if len(asked) == self.most:
                raise InvalidFileError(
                    f"{public_url(url)} has more than {self.most:,} pages",
                    "let it answer with larger pages, or raise pages.most; nothing was written",
                )
            asked.add(address)
            received = ask(address)
            page = read(received)
            if self.by in ("page", "offset"):
                if not page.records:
                    return
                if received.content == before:
                    raise InvalidFileError(
                        f"{public_url(url)} answers the same whatever {self.parameter} is", REMEDY
                    )
                before = received.content
                position += 1 if self.by == "page" else len(page.records)
                address = self._with(url, position)
            else:
                address = self._next(url, address, received, page)
            yield page

    def _next(self, url: str, address: str, received: Received, page: Page) -> str | None:
        if self.next is None:
            links = parse_header_links(received.links) if received.links else []
            value: object = next((e["url"] for e in links if e.get("rel") == "next"), None)
        else:
            value = found(page.answer, self.next)
        if value in (None, "", False):
            return None
        if self.by == "cursor":
            return self._with(url, value)
        return urljoin(address, str(value))

    def _with(self, url: str, value: object) -> str:
        parts = urlsplit(url)
        query = [
            each
            for each in parse_qsl(parts.query, keep_blank_values=True)
            if each[0] != self.parameter
        ]
        query.append((str(self.parameter), str(value)))
        return urlunsplit(parts._replace(query=urlencode(query)))
