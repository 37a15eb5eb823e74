"""The command that serves the project's tools to AI clients."""

from __future__ import annotations

import click

from taxi_assets.commands.arguments import PORT
from taxi_assets.commands.output import errors, printed_errors
from taxi_assets.settings import read_settings

_PORT = 8765


@click.command()
@click.option("--http", is_flag=True, help="Serve on 127.0.0.1 in place of stdin and stdout.")
@click.option("--port", type=PORT, default=_PORT, show_default=True, help="Port of --http.")
@click.option("--allow-writes", is_flag=True, help="Also load months and write pipeline files.")
def mcp(http: bool, port: int, allow_writes: bool) -> None:
    """Serve tools to an AI client (Model Context Protocol), which starts this by itself.

    They search the docs, list tables and months, run SELECTs, show checks and backfills, and
    validate pipeline files. None changes anything unless --allow-writes is given; then each has a
    dry run. --http wants a token, TAXI_MCP_TOKEN.
    """
    from taxi_assets.mcp.http import HOST, require_token, serve
    from taxi_assets.mcp.server import mcp_server

    with printed_errors():
        settings = read_settings()
        token = require_token(settings) if http else None
        server = mcp_server(settings, allow_writes)
        if token is None:
            server.run("stdio")
            return
        errors.print(f"MCP on http://{HOST}:{port}/mcp, with the token of TAXI_MCP_TOKEN")
        serve(server, token, port)
