"""Dagster's webserver and daemon side by side, as `taxi-assets dev` starts them."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time

from taxi_assets.automation.instance import open_instance
from taxi_assets.errors import ListeningError
from taxi_assets.project_files import project_folder
from taxi_assets.settings import Settings

_POLL_SECONDS = 0.5
_STOP_SECONDS = 30


def run_services(settings: Settings, host: str, port: int) -> int:
    """Run both until one ends, Ctrl-C or SIGTERM; then stop what still runs.

    Returns:
        The exit code: 0 after Ctrl-C or SIGTERM.

    Raises:
        ListeningError: nothing can listen on that address.
    """
    _require_free(host, port)
    # Its databases are made here, by one process: the services would collide over them.
    with open_instance(settings):
        pass
    workspace = str(project_folder() / "workspace.yaml")
    commands = (
        ("taxi_assets.automation.webserver", "-w", workspace, "-h", host, "-p", str(port)),
        ("taxi_assets.automation.daemon", "-w", workspace),
    )
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    services = [
        subprocess.Popen([sys.executable, "-m", *command])  # noqa: S603
        for command in commands
    ]
    try:
        while all(service.poll() is None for service in services):
            time.sleep(_POLL_SECONDS)
        return next(service.returncode for service in services if service.returncode is not None)
    except KeyboardInterrupt:
        return 0
    finally:
        for service in services:
            service.terminate()
        for service in services:
            try:
                service.wait(_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                service.kill()


def _require_free(host: str, port: int) -> None:
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        raise ListeningError(
            f"the UI cannot listen on {host}, port {port}: {error.strerror}",
            "choose another one: `taxi-assets dev --port 3001`, or stop what listens there",
        ) from None
