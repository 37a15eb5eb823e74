"""Code server and daemon as processes of this machine, set up as the image has them.

Each leads a process group of its own, which stands for its container: what kills it kills all that
runs in there, and `start` is what a supervisor does then.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import yaml
from dagster._core.errors import DagsterUserCodeUnreachableError
from dagster._grpc.client import DagsterGrpcClient

from taxi_assets_tests.command_line import wait_for
from taxi_assets_tests.loopback import free_port

_ROOT = Path(__file__).resolve().parents[1]
_HOST = "127.0.0.1"

_QUICK: Mapping[str, Any] = {
    # As in the image, but for a second where it has half a minute, and for a start of three.
    "run_monitoring": {
        "poll_interval_seconds": 1,
        "free_slots_after_run_end_seconds": 1,
        "start_timeout_seconds": 30,
    },
    "run_coordinator": {"config": {"user_code_failure_retry_delay": 1}},
}


@dataclass
class ServerProcesses:
    """The services, on one data folder.

    Attributes:
        folder: the data folder, with Dagster's home in it.
        environment: of each.
        package: the folder that the services import `taxi_assets` from.
        port: of the code server.
    """

    folder: Path
    environment: Mapping[str, str]
    package: Path = _ROOT
    port: int = field(default_factory=free_port)
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    @property
    def home(self) -> Path:
        """Dagster's home."""
        return self.folder / "dagster"

    @property
    def workspace(self) -> Path:
        """The file that says where the code is."""
        return self.folder / "workspace.yaml"

    def configure(self) -> None:
        """Write the instance's file, from those of the image, and the workspace's."""
        deploy = _ROOT / "deploy"
        made = subprocess.run(
            [sys.executable, deploy / "instance.py", "dagster.yaml", "deploy/instance/server.yaml"],
            cwd=_ROOT,
            check=True,
            capture_output=True,
        ).stdout
        instance = yaml.safe_load(made)
        for part, changes in _QUICK.items():
            for key, value in changes.items():
                before = instance[part].get(key)
                instance[part][key] = {**before, **value} if isinstance(before, dict) else value
        self.home.mkdir(parents=True)
        (self.home / "dagster.yaml").write_text(yaml.safe_dump(instance))
        workspace = yaml.safe_load((deploy / "workspace.yaml").read_text())
        (location,) = workspace["load_from"]
        location["grpc_server"].update(host=_HOST, port=self.port)
        self.workspace.write_text(yaml.safe_dump(workspace))

    def start(self, name: str) -> None:
        """Start `code` or `daemon`."""
        commands = {
            "code": (*("taxi_assets.automation.code_server", "--port", str(self.port)),),
            "daemon": (*("taxi_assets.automation.daemon", "--workspace", str(self.workspace)),),
        }
        with (self.folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                [sys.executable, "-m", *commands[name]],
                cwd=self.folder,
                env={**self.environment, "PYTHONPATH": str(self.package)},
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def kill(self, name: str) -> None:
        """End a service as a container is killed: with all that it started."""
        process = self._running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def crash(self, name: str) -> None:
        """End a service's first process, and no other."""
        process = self._running.pop(name)
        process.kill()
        process.wait()

    def fork_server(self) -> psutil.Process | None:
        """The process that runs are forked from, once there is one."""
        for child in psutil.Process(self._running["code"].pid).children():
            with suppress(psutil.Error):
                if "forkserver" in " ".join(child.cmdline()):
                    return child
        return None

    def ask_to_stop(self, name: str) -> None:
        """Send what Docker sends first on `stop`: SIGTERM to the container's first process."""
        self._running[name].terminate()

    def wait_for_end(self, name: str) -> int:
        """Wait until a service that was asked to stop has ended; its exit code."""
        process = self._running.pop(name)
        wait_for(lambda: process.poll() is not None, f"{name} to end")
        return process.returncode

    def wait_for_code(self) -> None:
        """Wait until the code server answers."""
        client = DagsterGrpcClient(port=self.port, host=_HOST)

        def answers() -> bool:
            assert self._running["code"].poll() is None, self.said("code")
            try:
                client.ping("")
            except DagsterUserCodeUnreachableError:
                return False
            return True

        wait_for(answers, "the code server")

    def said(self, name: str) -> str:
        """All that a service has printed."""
        return (self.folder / f"{name}.log").read_text("utf-8")

    def end(self) -> None:
        """End all that runs."""
        with ExitStack() as stack:
            for name in list(self._running):
                stack.callback(self.kill, name)


@contextmanager
def server_processes(
    folder: Path, settings: Mapping[str, str], package: Path = _ROOT
) -> Iterator[ServerProcesses]:
    """Services that are configured, and end with the context; none is started.

    Args:
        folder: the data folder; is made.
        settings: of the project, beside the data folder.
        package: the folder that they import `taxi_assets` from.
    """
    ours = ("TAXI_", "GCP_", "DAGSTER_")
    inherited = {name: text for name, text in os.environ.items() if not name.startswith(ours)}
    own = {"TAXI_DATA_DIR": str(folder), "DAGSTER_HOME": str(folder / "dagster")}
    services = ServerProcesses(folder, {**inherited, **settings, **own}, package)
    services.configure()
    try:
        yield services
    finally:
        services.end()
