"""A source that misbehaves as public ones do: on loopback, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import sha256

from taxi_assets.trips.green import GREEN
from taxi_assets_tests.fake_source import FakeSource, FakeSourceHandler, Publication, name_of
from taxi_assets_tests.loopback import serving


class Site(FakeSource):
    """TLC's host, as the simulation changes it.

    Attributes:
        refuses: it answers everything with HTTP 403, as where it has moved.
        torn: names whose download breaks off half-way.
        stale: names of which another edge still serves an older version, to every other request.
    """

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.refuses = False
        self.torn: set[str] = set()
        self.stale: dict[str, Publication] = {}
        self.requests = 0

    def publish_rows(self, month: str, at: datetime, rows: int) -> None:
        """Publish a version of a month of green taxis, told apart by its rows."""
        self.publish(GREEN, month, at, rows)

    def publish_rubbish(self, month: str, at: datetime) -> None:
        """Publish something that is no Parquet file."""
        body = f"<html>{month} {at}</html>".encode()
        tag = f'"{sha256(body).hexdigest()[:16]}"'
        self.files[name_of(GREEN, month)] = Publication(body, tag, at.strftime(_HTTP_DATE))

    def hash_of(self, month: str) -> str | None:
        """Hash of what it serves of a month; None where it serves nothing."""
        file = self.files.get(name_of(GREEN, month))
        return sha256(file.body).hexdigest() if file else None


_HTTP_DATE = "%a, %d %b %Y %H:%M:%S GMT"


class _Handler(FakeSourceHandler):
    server: Site

    def answer(self, name: str) -> None:
        site = self.server
        site.requests += 1
        if site.refuses:
            self._send(403, b"<Error><Code>AccessDenied</Code></Error>")
        elif name in site.stale and site.requests % 2:
            old = site.stale[name]
            self._send(200, old.body, ETag=old.etag, Last_Modified=old.last_modified)
        elif name in site.torn and name in site.files:
            self._tear(site.files[name])
        else:
            super().answer(name)

    def _tear(self, file: Publication) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(file.body)))
        self.send_header("ETag", file.etag)
        self.send_header("Last-Modified", file.last_modified)
        self.end_headers()
        self.wfile.write(file.body[: len(file.body) // 2])
        self.close_connection = True


@contextmanager
def site() -> Iterator[Site]:
    """The host, for the time of the context."""
    server = Site()
    with serving(server):
        yield server
