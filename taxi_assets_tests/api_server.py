"""A real HTTP server on this machine that answers as the APIs of the starter pipelines do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from taxi_assets_tests.loopback import serving


@dataclass(frozen=True)
class Answer:
    """What a path answers.

    Attributes:
        body: the bytes.
        status: the HTTP status.
        headers: further headers.
    """

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Route = Callable[[Mapping[str, str]], Answer]
"""Answers a request, given the parameters of its query."""


class ApiServer(ThreadingHTTPServer):
    """The server: ``routes`` by path may change while it runs.

    What it was asked is in ``asked``, ``headers`` and ``posted``.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.routes: dict[str, Route] = {}
        self.asked: list[str] = []
        self.headers: list[Mapping[str, str]] = []
        self.posted: list[bytes] = []

    @property
    def url(self) -> str:
        """Where it is, without a path."""
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def api_server() -> Iterator[ApiServer]:
    """A server for the time of the context; it knows no path yet."""
    server = ApiServer()
    with serving(server):
        yield server


def as_json(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Answer:
    """An answer in JSON."""
    return Answer(json.dumps(value).encode(), status, headers or {})


def docker_hub(pulls: int) -> Route:
    """What Docker Hub tells of an image, in its shape."""
    image = {"user": "kestra", "name": "kestra", "is_private": False, "pull_count": pulls}
    return lambda _: as_json(image)


def shop(products: list[dict[str, object]]) -> Route:
    """Products page by page, as dummyjson.com gives them: 30 unless told."""

    def page(query: Mapping[str, str]) -> Answer:
        limit, skip = int(query.get("limit", 30)), int(query.get("skip", 0))
        shown = products[skip : skip + limit]
        return as_json(
            {"products": shown, "total": len(products), "skip": skip, "limit": len(shown)}
        )

    return page


class _Handler(BaseHTTPRequestHandler):
    server: ApiServer

    def do_POST(self) -> None:
        """Keep what is posted, and answer as to any request."""
        self.server.posted.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.do_GET()

    def do_GET(self) -> None:
        """Answer as the path's route says; 404 where there is none."""
        self.server.asked.append(self.path)
        self.server.headers.append(dict(self.headers))
        parts = urlsplit(self.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        route = self.server.routes.get(parts.path)
        answer = route(query) if route else as_json({"message": "object not found"}, 404)
        self.send_response(answer.status)
        for name, value in {"Content-Length": str(len(answer.body)), **answer.headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing: the test looks at ``asked``."""
