"""The whole Docker engine stopped or killed amid a backfill: the stack goes on where it was.

It ends the containers of everybody on the machine, and so runs only where `RESTART_DOCKER=yes` says
that it may, as root, with an engine that no service manager starts anew.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from taxi_assets_tests.compose_stack import UP_SECONDS, ComposeStack, compose_stack
from taxi_assets_tests.ui import wait_until

BACKFILL_SECONDS = 1_800
MANAGERS_SECONDS = 90
"""So long systemd waits, unless told otherwise, before it kills."""

PID_FILE = Path("/var/run/docker.pid")
PID_FILES = (PID_FILE, Path("/var/run/docker/containerd/containerd.pid"))


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComposeStack]:
    if os.environ.get("RESTART_DOCKER") != "yes" or os.geteuid():
        pytest.skip("RESTART_DOCKER=yes does not say, or not to root, that Docker may be stopped")
    with compose_stack(tmp_path_factory.mktemp("stack"), sample_rows=20_000) as running:
        yield running


def restart_engine(stack: ComposeStack, how: str) -> None:
    """End the engine's process, wait until it is gone, and start it with the same arguments."""
    pid = int(PID_FILE.read_text())
    arguments = Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").split(b"\0")
    if how == "stopped":
        os.kill(pid, signal.SIGTERM)
        with suppress(TimeoutError):  # runs wait for databases that are gone
            wait_until(lambda: not _lives(pid), MANAGERS_SECONDS, "the engine to end")
    if _lives(pid):
        os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not _lives(pid), UP_SECONDS, "the engine to end")
    for file in PID_FILES:  # a process that nobody waits for keeps its number
        file.unlink(missing_ok=True)
    if how == "crashed":
        _kill_containers()
    start = 'exec setsid "$@" >> "$0" 2>&1 < /dev/null &'  # by a shell: it outlives these tests
    subprocess.run(["sh", "-c", start, stack.folder / "dockerd.log", *arguments], check=True)
    info = ("docker", "info")
    wait_until(lambda: stack.run(*info, check=False).returncode == 0, UP_SECONDS, "the engine")


def line_of(stack: ComposeStack, backfill: str) -> str:
    """What `taxi-assets backfills` says of a backfill; nothing while it cannot be asked."""
    command = ("docker", "compose", "exec", "-T", "code", "taxi-assets", "backfills")
    lines = stack.run(*command, check=False).stdout.splitlines()
    return next((line for line in lines if backfill in line), "")


def _lives(pid: int) -> bool:
    with suppress(OSError):
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    return False


def _kill_containers() -> None:
    """End what a machine that crashes would: the containers, and what holds them for the engine."""
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError, IndexError):
            words = (folder / "cmdline").read_bytes().split(b"\0")
            name = Path(words[0].decode()).name
            if name.startswith("containerd-shim"):
                _kill_children(int(folder.name))
            if name.startswith(("containerd", "docker-proxy")):
                os.kill(int(folder.name), signal.SIGKILL)


def _kill_children(pid: int) -> None:
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        os.kill(int(child), signal.SIGKILL)


@pytest.mark.long
@pytest.mark.parametrize(
    ("how", "year"),
    [("stopped", 2017), ("killed", 2018), ("crashed", 2019)],  # by SIGTERM, or SIGKILL
)
def test_a_backfill_goes_on_after_the_engine_was_ended(
    stack: ComposeStack, how: str, year: int
) -> None:
    backfill = stack.backfill(f"{year}-01", f"{year}-04")
    wait_until(lambda: "STARTED" in stack.states(backfill), BACKFILL_SECONDS, "a run to start")

    restart_engine(stack, how)
    if how == "killed":
        # Docker 20.10 then stops what it finds running, and leaves it so, as docs/deploy.md says.
        wait_until(lambda: not stack.compose("ps", "--quiet"), UP_SECONDS, "the containers to end")
        stack.compose("up", "--detach")

    # Dagster may call it over while a run that broke off is still to be run once more.
    wait_until(
        lambda: "complete: 4 of 4" in line_of(stack, backfill), BACKFILL_SECONDS, "all months"
    )
    states = stack.compose("ps", "--all", "--format", "{{.Service}} {{.Status}}").splitlines()
    away = [line for line in states if " Up " not in line and not line.startswith("prepare ")]
    assert away == []
