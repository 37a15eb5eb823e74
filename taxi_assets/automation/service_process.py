"""The services of `taxi-assets dev` as processes, each of which is started again where it dies."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import click

_RESTARTS, _WITHIN_SECONDS = 3, 60.0
_READY_SECONDS = 60.0
_STOP_SECONDS = 30.0
_POLL_SECONDS = 0.1


class Service:
    """A service that runs."""

    def __init__(self, name: str, *arguments: str) -> None:
        """Start it.

        Args:
            name: of its module in this package.
            arguments: of its command line.
        """
        self._name, self._arguments = name, arguments
        self._ends: list[float] = []
        self._process = self._started()

    def restart_if_ended(self) -> int | None:
        """Start it again where it has ended.

        Returns:
            Its exit code, where it ended again and again within a minute; else None.
        """
        code = self._process.poll()
        if code is None:
            return None
        now = time.monotonic()
        self._ends = [*(end for end in self._ends if now - end < _WITHIN_SECONDS), now]
        if len(self._ends) > _RESTARTS:
            return code
        click.echo(f"The {self._name} ended with exit code {code}, and is started again.", err=True)
        self._process = self._started()
        return None

    def ask_to_stop(self) -> None:
        """Send it SIGTERM."""
        self._process.terminate()

    def stop(self) -> None:
        """Wait until it has ended; if that takes too long, kill it."""
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _started(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command())  # noqa: S603

    def _command(self) -> Sequence[str]:
        module = f"taxi_assets.automation.{self._name}"
        return (sys.executable, "-m", module, *self._arguments)


class CodeService(Service):
    """The code server, which ends with this process however that ends, and its runs with it.

    Ctrl-C does not reach it: while the daemon stops, it hands over what it has begun to submit.
    """

    def __init__(self, path: Path) -> None:
        """Start it.

        Args:
            path: the socket it listens on.
        """
        self._path = path
        super().__init__("code_server", "--socket", str(path))

    def wait_until_ready(self) -> None:
        """Wait until it listens; a service that asks earlier shows an error for a while."""
        end = time.monotonic() + _READY_SECONDS
        while self._process.poll() is None and time.monotonic() < end and not self._listens():
            time.sleep(_POLL_SECONDS)

    def ask_to_stop(self) -> None:
        """End its standard input."""
        if self._process.stdin is not None:
            self._process.stdin.close()

    def _listens(self) -> bool:
        with socket.socket(socket.AF_UNIX) as client:
            return client.connect_ex(str(self._path)) == 0

    def _started(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603
            self._command(), stdin=subprocess.PIPE, process_group=0
        )
