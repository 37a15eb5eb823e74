"""Who may ask the UI: its own pages and programs, no page of another site.

Dagster's webserver runs what it is asked to by anybody, also by ``GET /graphql?query=mutation…``,
which any page can make a browser send with an ``<img>``. A browser says where a request comes from:
in ``Sec-Fetch-Site`` and ``Origin`` (https://www.w3.org/TR/fetch-metadata/), and what it takes the
server's name to be in ``Host``, which a page that had its own name point here (DNS rebinding)
cannot choose. Programs such as curl send neither of the first two.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from urllib.parse import SplitResult, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_GRAPHQL = "/graphql"
_OWN_SITES = ("same-origin", "none")
_HEADERS = {
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_PAGE = """<!doctype html><title>taxi_assets</title>
<p>Another site has sent you here. If you meant to come: <a href="{path}">go on</a>."""


@dataclass(frozen=True)
class Refusal:
    """Why a request is refused.

    Attributes:
        status: of the answer.
        reason: what the answer says.
    """

    status: int
    reason: str


class UiGuard:
    """ASGI middleware before the whole webserver, its websocket included."""

    def __init__(self, app: ASGIApp, names: Iterable[str] = ()) -> None:
        """Guard an application.

        Args:
            app: what answers the requests that are let through.
            names: host names under which it is reached, beside localhost and plain addresses.
        """
        self._app = app
        self._names = {name.lower() for name in names}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or refuse it."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        refusal = self.refusal(scope, headers)
        if refusal is None:
            await self._app(scope, receive, _with_headers(send))
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": refusal.reason})
        else:
            await _answer(refusal, scope, headers)(scope, receive, _with_headers(send))

    def refusal(self, scope: Scope, headers: Mapping[str, str]) -> Refusal | None:
        """Why a request is refused; None where it is not."""
        host = headers.get("host", "")
        if not self._is_ours(host):
            return Refusal(
                421,
                "this name is not known here: list it in TAXI_UI_HOSTS, or use localhost or the "
                "address",
            )
        origin = headers.get("origin")
        if origin is not None and not _same(origin, host):
            return Refusal(403, "a page of another site may not ask for this")
        if headers.get("sec-fetch-site", "none") not in _OWN_SITES:
            return Refusal(403, "a page of another site may not ask for this")
        if scope["type"] == "http" and scope["path"].rstrip("/") == _GRAPHQL:
            return _of_graphql(scope["method"], headers.get("content-type", ""))
        return None

    def _is_ours(self, host: str) -> bool:
        name = (_parts(f"//{host}").hostname or "").lower()
        if name in self._names or name == "localhost" or name.endswith(".localhost"):
            return True
        try:
            ipaddress.ip_address(name)
        except ValueError:
            return False
        return True


def _same(origin: str, host: str) -> bool:
    """Whether a page's origin is this host: by name and port, as a proxy may have ended TLS."""
    parts = _parts(origin)
    if parts.scheme not in ("http", "https"):
        return False
    default = f":{443 if parts.scheme == 'https' else 80}"
    here = host.lower().removesuffix(default)
    return parts.netloc.lower().removesuffix(default) == here


def _parts(address: str) -> SplitResult:
    """The parts of an address; of one that cannot be read, none."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def _of_graphql(method: str, content_type: str) -> Refusal | None:
    """Questions are posted as JSON, which no page can send elsewhere without being asked first."""
    if method != "POST":
        return Refusal(405, "questions to /graphql are posted")
    if content_type.partition(";")[0].strip().lower() != "application/json":
        return Refusal(415, "questions to /graphql are posted as application/json")
    return None


def _answer(refusal: Refusal, scope: Scope, headers: Mapping[str, str]) -> Response:
    """The reason; for somebody who followed a link of another site, a way to go on."""
    is_link = headers.get("sec-fetch-mode") == "navigate" and scope["method"] == "GET"
    is_page = not scope["path"].startswith(_GRAPHQL) and not scope["query_string"]
    if is_link and is_page and refusal.status == 403 and "origin" not in headers:  # noqa: PLR2004
        return HTMLResponse(_PAGE.format(path=escape(scope["path"])), refusal.status)
    allow = {"Allow": "POST"} if refusal.status == 405 else None  # noqa: PLR2004
    return PlainTextResponse(f"{refusal.reason}\n", refusal.status, allow)


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).update(_HEADERS)
        await send(message)

    return sending
