"""Dagster's webserver and daemon, and the code server, as `taxi-assets dev` starts them."""

from __future__ import annotations

import json
import os
import signal
import socket
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from taxi_assets.automation.code_server_runs import SOCKET_NAME, CodeServerRuns
from taxi_assets.automation.instance import open_instance
from taxi_assets.automation.service_process import CodeService, Service
from taxi_assets.errors import ListeningError
from taxi_assets.project_files import project_folder
from taxi_assets.settings import Settings

_POLL_SECONDS = 0.5
_LONGEST_SOCKET = 107  # bytes of its path, on Linux
_DAGSTERS_SOCKET = "tmp12345678"  # how long the name of a socket of its own is


def run_services(settings: Settings, host: str, port: int) -> int:
    """Run them until Ctrl-C, SIGTERM, or until one dies again and again; then stop the others.

    Returns:
        The exit code: 0 after Ctrl-C or SIGTERM.

    Raises:
        ListeningError: nothing can listen on that address, or on a socket in the temporary folder.
    """
    _require_free(host, port)
    _require_short_folder()
    # Its databases are made here, by one process: the services would collide over them.
    with open_instance(settings) as instance:
        launcher = type(instance.run_launcher)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # Only on Linux do runs end with the process that they are forked from. Elsewhere, and where
    # somebody chose another launcher, Dagster starts code servers of its own.
    if sys.platform != "linux" or launcher is not CodeServerRuns:
        return _run(host, port, project_folder() / "workspace.yaml", None)
    with TemporaryDirectory(prefix="taxi_assets_") as folder:
        path = Path(folder) / SOCKET_NAME
        if len(os.fsencode(path)) > _LONGEST_SOCKET:
            return _run(host, port, project_folder() / "workspace.yaml", None)
        workspace = Path(folder) / "workspace.yaml"
        server = {"socket": str(path), "location_name": "taxi_assets"}
        workspace.write_text(json.dumps({"load_from": [{"grpc_server": server}]}), "utf-8")
        return _run(host, port, workspace, path)


def _run(host: str, port: int, workspace: Path, path: Path | None) -> int:
    services: list[Service] = []
    try:
        if path is not None:
            services.append(code := CodeService(path))
            code.wait_until_ready()
        services.append(
            Service("webserver", "-w", str(workspace), "-h", host, "-p", str(port)),
        )
        services.append(Service("daemon", "-w", str(workspace)))
        while True:
            for service in services:
                if (exit_code := service.restart_if_ended()) is not None:
                    return exit_code
            time.sleep(_POLL_SECONDS)
    except KeyboardInterrupt:
        return 0
    finally:
        _stop([service for service in services if not isinstance(service, CodeService)])
        _stop([service for service in services if isinstance(service, CodeService)])


def _stop(services: Sequence[Service]) -> None:
    for service in services:
        service.ask_to_stop()
    for service in services:
        service.stop()


def _require_free(host: str, port: int) -> None:
    try:
        socket.create_server((host, port)).close()
    except OSError as error:
        raise ListeningError(
            f"the UI cannot listen on {host}, port {port}: {error.strerror}",
            "choose another one: `taxi-assets dev --port 3001`, or stop what listens there",
        ) from None


def _require_short_folder() -> None:
    folder = gettempdir()
    if len(os.fsencode(Path(folder) / _DAGSTERS_SOCKET)) > _LONGEST_SOCKET:
        raise ListeningError(
            f"the code server cannot listen in {folder}: the path of a socket has at most "
            f"{_LONGEST_SOCKET} bytes",
            "set TMPDIR to a folder with a shorter path",
        )
