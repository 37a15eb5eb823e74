"""Serves MCP over HTTP, on this machine's own address only, to whoever has the token."""

from __future__ import annotations

import hmac
from http import HTTPStatus
from typing import TYPE_CHECKING

from pydantic import SecretStr

from taxi_assets.errors import SettingsError
from taxi_assets.settings import variable
from taxi_assets.settings.assistant import AssistantSettings

if TYPE_CHECKING:
    from mcp.server import MCPServer
    from starlette.types import ASGIApp, Receive, Scope, Send

HOST = "127.0.0.1"


def require_token(settings: AssistantSettings) -> SecretStr:
    """The token that clients must send.

    Raises:
        SettingsError: there is none.
    """
    if settings.mcp_token is None:
        name = variable("mcp_token")
        raise SettingsError(
            f"{name} is not set: anybody on this machine, and any page in its browser, could ask",
            f"set it to a secret of 16 characters or more, such as {name}=$(openssl rand -hex 24)",
        )
    return settings.mcp_token


def serve(server: MCPServer, token: SecretStr, port: int) -> None:
    """Serve until the process is asked to end.

    The SDK refuses requests whose Host or Origin is not this machine's, too.
    """
    import uvicorn

    app = _WithToken(server.streamable_http_app(host=HOST), token)
    uvicorn.run(app, host=HOST, port=port, log_level="warning", access_log=False)


class _WithToken:
    """Refuses every request without the token, whatever it is for."""

    def __init__(self, app: ASGIApp, token: SecretStr) -> None:
        self._app = app
        self._wanted = f"Bearer {token.get_secret_value()}".encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or self._is_known(scope):
            await self._app(scope, receive, send)
            return
        from starlette.responses import PlainTextResponse

        refusal = PlainTextResponse(
            "send the token of TAXI_MCP_TOKEN as a bearer token\n",
            HTTPStatus.UNAUTHORIZED,
            {"WWW-Authenticate": "Bearer"},
        )
        await refusal(scope, receive, send)

    def _is_known(self, scope: Scope) -> bool:
        given = [value for name, value in scope.get("headers", ()) if name == b"authorization"]
        return len(given) == 1 and hmac.compare_digest(given[0], self._wanted)
