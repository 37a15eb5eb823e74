"""Dagster's webserver, which no page of another site can make do anything.

python -m taxi_assets.automation.webserver --workspace workspace.yaml
"""

from __future__ import annotations

import signal
from contextlib import suppress

import click
import dagster as dg
import uvicorn
from dagster_webserver.version import __version__
from dagster_webserver.webserver import DagsterWebserver

from taxi_assets.automation.dagster_internals import WorkspaceFileTarget, WorkspaceProcessContext
from taxi_assets.automation.ui_guard import UiGuard
from taxi_assets.settings import read_settings

# As Dagster's own command has them.
_STATEMENT_MILLISECONDS = 15_000
_POOL_RECYCLE_SECONDS = 3_600
_POOL_OVERFLOW = 20


@click.command()
@click.option("--workspace", "-w", required=True, help="Dagster's file that says where code is.")
@click.option("--host", "-h", default="127.0.0.1", help="Address to listen on.")
@click.option("--port", "-p", default=3000, help="Port to listen on.")
def main(workspace: str, host: str, port: int) -> None:
    """Serve the UI until SIGTERM or Ctrl-C."""
    # Uvicorn raises the signal anew once it has stopped: code servers are still to be ended then.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    names = read_settings().ui_hosts or ()
    with dg.DagsterInstance.get() as instance:
        instance.optimize_for_webserver(
            _STATEMENT_MILLISECONDS, _POOL_RECYCLE_SECONDS, _POOL_OVERFLOW
        )
        with WorkspaceProcessContext(
            instance, WorkspaceFileTarget(paths=[workspace]), version=__version__
        ) as context:
            app = UiGuard(DagsterWebserver(context).create_asgi_app(), names)
            click.echo(f"Dagster's UI: http://{f'[{host}]' if ':' in host else host}:{port}")
            with suppress(KeyboardInterrupt):
                uvicorn.run(app, host=host, port=port, log_level="warning", server_header=False)


if __name__ == "__main__":
    main()
