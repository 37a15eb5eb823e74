"""A stand-in for Google's token endpoint on this machine, that answers as it is told."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from taxi_assets_tests.loopback import serving

EMAIL = "loader@some-project.iam.gserviceaccount.com"


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


def new_private_key() -> str:
    """The private key of a service account, made now."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def service_account(tokens: TokenServer, private_key: str) -> dict[str, str]:
    """The key file of a service account whose tokens this endpoint gives."""
    return {
        "type": "service_account",
        "project_id": "some-project",
        "private_key_id": "0123",
        "private_key": private_key,
        "client_email": EMAIL,
        "token_uri": tokens.url,
    }


def encoded(value: object) -> str:
    """A key as ``GCP_CREDS`` holds it."""
    return base64.b64encode(json.dumps(value).encode()).decode()


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
