"""Dagster's webserver and daemon side by side, as `taxi-assets dev` starts them."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

from taxi_assets.automation.instance import prepare_home
from taxi_assets.settings import Settings

_WORKSPACE = Path(__file__).resolve().parents[2] / "workspace.yaml"
_POLL_SECONDS = 0.5
_STOP_SECONDS = 20


def run_services(settings: Settings, host: str, port: int) -> int:
    """Run both until one ends or Ctrl-C, then stop the other.

    Returns:
        The exit code: 0 after Ctrl-C.
    """
    prepare_home(settings)
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    workspace = ["-w", str(_WORKSPACE)]
    commands = (
        [sys.executable, "-m", "dagster_webserver", "-h", host, "-p", str(port), *workspace],
        [sys.executable, "-m", "dagster._daemon", "run", *workspace],
    )
    services = [subprocess.Popen(command, env=environment) for command in commands]  # noqa: S603
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
            service.wait(_STOP_SECONDS)
