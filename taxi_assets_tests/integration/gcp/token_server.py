"""A stand-in for Google's token endpoint on this machine, that answers as it is told."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from taxi_assets_tests.loopback import serving


@dataclass
class TokenServer:
    """What the endpoint says and was asked.

    Attributes:
        url: where it listens.
        status: of its answers.
        answer: their JSON.
        asked: bodies of the requests.
    """

    url: str = ""
    status: int = 200
    answer: Mapping[str, object] = field(
        default_factory=lambda: {"access_token": "t0ken", "expires_in": 3600}
    )
    asked: list[str] = field(default_factory=list)

    def refuse(self, description: str) -> None:
        """Answer from now on as Google does where it gives no token."""
        self.status = 400
        self.answer = {"error": "invalid_grant", "error_description": description}


@contextmanager
def serving_tokens() -> Iterator[TokenServer]:
    """An endpoint that listens for as long as the context is open."""
    state = TokenServer()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            state.asked.append(self.rfile.read(length).decode())
            text = json.dumps(state.answer).encode()
            self.send_response(state.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_address[1]}/token"
    with serving(server):
        yield state
