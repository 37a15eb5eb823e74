"""A real webhook on this machine, which takes alerts or refuses them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from taxi_assets_tests.loopback import serving

SECRET_PATH = "/hooks/s3cret"


class Webhook(ThreadingHTTPServer):
    """Takes alerts.

    Attributes:
        alerts: the bodies that it took.
        status: how it answers; what it does not answer with 200 it does not take.
        asked: how often it was asked.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.alerts: list[dict[str, Any]] = []
        self.status = 200
        self.asked = 0

    @property
    def url(self) -> str:
        """What TAXI_ALERT_WEBHOOK is for it."""
        return f"http://127.0.0.1:{self.server_port}{SECRET_PATH}"

    @property
    def titles(self) -> list[str]:
        """What the alerts that it took are called, in order, also where a post has several."""
        return [each["title"] for body in self.alerts for each in body.get("alerts", [body])]


class _Handler(BaseHTTPRequestHandler):
    server: Webhook

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.asked += 1
        if self.server.status == 200:
            assert self.path == SECRET_PATH
            self.server.alerts.append(body)
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing."""


@contextmanager
def webhook_server() -> Iterator[Webhook]:
    """The webhook, for the time of the context."""
    server = Webhook()
    with serving(server):
        yield server
