"""A run whose code server was killed is found dead, asked of real code servers."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import dagster as dg
import pytest
import yaml
from dagster._core.launcher.base import RunLauncher, WorkerStatus
from dagster._core.storage.tags import GRPC_INFO_TAG
from dagster._grpc.client import DagsterGrpcClient
from dagster._grpc.server import wait_for_grpc_server

from taxi_assets.automation import code_server_runs
from taxi_assets.automation.code_server_runs import SOCKET_NAME, CodeServerRuns
from taxi_assets_tests.loopback import free_port

LAUNCHER = {"module": "taxi_assets.automation.code_server_runs", "class": "CodeServerRuns"}


@dg.job
def hello() -> None: ...


@pytest.fixture
def instance(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    config = {"run_launcher": LAUNCHER, "telemetry": {"enabled": False}}
    (tmp_path / "dagster.yaml").write_text(yaml.safe_dump(config))
    with (
        mock.patch.dict(os.environ, DAGSTER_HOME=str(tmp_path)),
        dg.DagsterInstance.get() as opened,
    ):
        yield opened


@contextmanager
def code_server(port: int) -> Iterator[None]:
    """A code server, killed at the end as a crash would."""
    module = "taxi_assets_tests.integration.automation.test_code_server_runs"
    command = ["-m", "dagster", "api", "grpc", "--module-name", module, "--port", str(port)]
    with subprocess.Popen([sys.executable, *command], stderr=subprocess.DEVNULL) as server:
        try:
            wait_for_grpc_server(server, DagsterGrpcClient(port=port, host="localhost"), command)
            yield
        finally:
            server.kill()


def run_on_socket(instance: dg.DagsterInstance, path: Path) -> dg.DagsterRun:
    """A run in progress that was launched on the server that listens there."""
    tags = {GRPC_INFO_TAG: json.dumps({"host": "localhost", "socket": str(path)})}
    return instance.create_run_for_job(hello, status=dg.DagsterRunStatus.STARTED, tags=tags)


def health_of(launcher: RunLauncher, run: dg.DagsterRun) -> WorkerStatus:
    return launcher.check_run_worker_health(run).status


def run_on(instance: dg.DagsterInstance, port: int | None) -> dg.DagsterRun:
    """A run in progress that was launched on the server of that port; None: by no server."""
    tags = {} if port is None else {GRPC_INFO_TAG: json.dumps({"host": "localhost", "port": port})}
    return instance.create_run_for_job(hello, status=dg.DagsterRunStatus.STARTED, tags=tags)


def test_a_run_that_its_server_does_not_know_is_dead_once_it_said_so_twice(
    instance: dg.DagsterInstance,
) -> None:
    launcher, port = instance.run_launcher, free_port()
    assert isinstance(launcher, CodeServerRuns)
    assert launcher.supports_check_run_worker_health
    lost = run_on(instance, port)

    # Nobody answers: it may live.
    assert launcher.check_run_worker_health(lost).status is WorkerStatus.RUNNING
    assert launcher.check_run_worker_health(lost).status is WorkerStatus.RUNNING
    with code_server(port):
        assert launcher.check_run_worker_health(lost).status is WorkerStatus.RUNNING
        answer = launcher.check_run_worker_health(lost)
        assert answer.status is WorkerStatus.NOT_FOUND
        assert "started anew" in str(answer)


def test_a_run_is_dead_once_nobody_listened_twice_on_the_socket_of_its_dev(
    instance: dg.DagsterInstance, tmp_path: Path
) -> None:
    launcher = instance.run_launcher
    path = tmp_path / SOCKET_NAME

    with socket.socket(socket.AF_UNIX) as somebody:  # who listens, and does not answer
        somebody.bind(str(path))
        somebody.listen()
        with mock.patch.object(code_server_runs, "_ANSWER_SECONDS", 1):
            states = {health_of(launcher, run_on_socket(instance, path)) for _ in range(3)}
    assert states == {WorkerStatus.RUNNING}

    lost = run_on_socket(instance, path)
    assert health_of(launcher, lost) is WorkerStatus.RUNNING
    assert health_of(launcher, lost) is WorkerStatus.NOT_FOUND

    # Somebody else's, such as `dagster dev`: its runs outlive it.
    others = run_on_socket(instance, tmp_path / "other.sock")
    assert {health_of(launcher, others) for _ in range(3)} == {WorkerStatus.RUNNING}


def test_a_run_of_the_command_line_is_left_alone(instance: dg.DagsterInstance) -> None:
    run = run_on(instance, None)
    for _ in range(3):
        assert instance.run_launcher.check_run_worker_health(run).status is WorkerStatus.RUNNING
