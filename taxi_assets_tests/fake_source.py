"""A real HTTP server on this machine that stands for TLC's host, as a test changes it over time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month
from taxi_assets_tests.loopback import serving
from taxi_assets_tests.published import parquet_bytes, parquet_table


@dataclass(frozen=True)
class Publication:
    """A version of a file."""

    body: bytes
    etag: str
    last_modified: str


class FakeSource(ThreadingHTTPServer):
    """The host. What it does not have it denies with HTTP 403, as CloudFront does.

    Attributes:
        files: what it serves, by name.
        asked: the names asked for, in order.
        broken: names that it answers with HTTP 503.
        down: it answers everything with HTTP 503.
    """

    def __init__(self, handler: type[FakeSourceHandler] | None = None) -> None:
        super().__init__(("127.0.0.1", 0), handler or FakeSourceHandler)
        self.files: dict[str, Publication] = {}
        self.asked: list[str] = []
        self.broken: set[str] = set()
        self.down = False

    @property
    def url(self) -> str:
        """What TAXI_PARQUET_BASE_URL is for it."""
        return f"http://127.0.0.1:{self.server_port}"

    def publish(self, dataset: Dataset, month: str, at: datetime, rows: int = 3) -> str:
        """Serve a month of so many rows from now on, last changed at that time; its file name."""
        body = parquet_bytes(parquet_table(dataset, Month.parse(month), rows))
        name = name_of(dataset, month)
        self.files[name] = Publication(
            body, f'"{sha256(body).hexdigest()[:16]}"', format_datetime(at, usegmt=True)
        )
        return name

    def withdraw(self, dataset: Dataset, month: str) -> None:
        """Serve a month no more."""
        del self.files[name_of(dataset, month)]

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of clients that break off, as those do who only look."""

    def take_asked(self) -> list[str]:
        """The names asked for since this was last called."""
        asked, self.asked = self.asked, []
        return asked


def name_of(dataset: Dataset, month: str) -> str:
    """Name of the file that TLC publishes for a month."""
    return TripFile(dataset, Month.parse(month), FileFormat.PARQUET).published_name


@contextmanager
def fake_source() -> Iterator[FakeSource]:
    """The host, for the time of the context."""
    server = FakeSource()
    with serving(server):
        yield server


class FakeSourceHandler(BaseHTTPRequestHandler):
    """Answers a request from what the source has."""

    protocol_version = "HTTP/1.1"
    server: FakeSource

    def do_GET(self) -> None:
        """Answer for the file that is asked for."""
        self.answer(self.path.removeprefix("/"))

    def answer(self, name: str) -> None:
        """Answer as a host that knows entity tags."""
        self.server.asked.append(name)
        file = self.server.files.get(name)
        if self.server.down or name in self.server.broken:
            self._send(503, b"")
        elif file is None:
            self._send(403, b"<Error><Code>AccessDenied</Code></Error>")
        elif self.headers["If-None-Match"] == file.etag:
            self._send(304, b"")
        else:
            self._send(200, file.body, ETag=file.etag, Last_Modified=file.last_modified)

    def _send(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for header, value in headers.items():
            self.send_header(header.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing: the test looks at ``asked``."""
