"""Dagster's UI as `taxi-assets dev` starts it, and a headless Chromium to look at it with.

Tests and ``docs/make_pictures.py`` share it. What is to be seen in the UI is said there, not here.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sysconfig
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest
import requests
from playwright.sync_api import Browser, sync_playwright

from taxi_assets_tests.loopback import free_port

T = TypeVar("T")

START_SECONDS = 90
"""For the webserver and the code location: 5 to 15 s on two quiet cores."""

STOP_SECONDS = 60
"""For webserver, daemon and code servers to end: 2 to 10 s on two cores."""

_PAUSE_SECONDS = 0.5
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_LOCATIONS = """
{ workspaceOrError { ... on Workspace { locationEntries {
    name loadStatus
    locationOrLoadError { __typename ... on PythonError { message causes { message } } }
} } } }
"""


class DevServer:
    """The real command `taxi-assets dev` on synthetic trips, in a data folder of its own."""

    def __init__(self, data_dir: Path, sample_rows: int, is_wrong: bool = False) -> None:
        """Nothing runs yet.

        Args:
            data_dir: the data folder; what it holds is kept between starts.
            sample_rows: rows of each synthetic month.
            is_wrong: its definitions may be such that they cannot be loaded.
        """
        self.data_dir = data_dir
        self._is_wrong = is_wrong
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.environment = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(("TAXI_", "DAGSTER_"))
        } | {
            "TAXI_DATA_DIR": str(data_dir),
            "TAXI_SOURCE": "sample",
            "TAXI_SAMPLE_ROWS": str(sample_rows),
        }
        self._log = data_dir / "dev.log"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """Id of the command's process."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until the code location is loaded."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log, _interruptible_children():
            self._process = subprocess.Popen(
                [command(), "dev", "--port", str(self.port)],
                cwd=self.data_dir,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_until(self._answers, START_SECONDS, "the code location to load")

    def stop(self, by: signal.Signals = signal.SIGINT) -> None:
        """End it, as Ctrl-C does or a service manager; all that it started must end with it.

        Either sends the signal to all of its processes.
        """
        process, self._process = self._process, None
        if process is None:
            return
        os.killpg(process.pid, by)
        try:
            code = process.wait(STOP_SECONDS)
            wait_until(lambda: not _members(process.pid), STOP_SECONDS, "its processes to end")
        finally:
            left = _members(process.pid)
            if left:
                os.killpg(process.pid, signal.SIGKILL)
        assert code == 0, f"taxi-assets dev ended with {code}:\n{self.output()}"

    def kill(self) -> None:
        """Kill the command's own process, and no other."""
        process, self._process = self._process, None
        assert process is not None
        process.kill()
        process.wait()

    def run(self, *arguments: str) -> None:
        """Run another `taxi-assets` command on the same data."""
        subprocess.run(
            [command(), *arguments], cwd=self.data_dir, env=self.environment, check=True, timeout=90
        )

    def output(self) -> str:
        """All that the command and what it started have printed."""
        return self._log.read_text()

    def graphql(self, query: str, **variables: object) -> dict[str, Any]:
        """Ask Dagster, or tell it to do something."""
        question: dict[str, Any] = {"query": query, "variables": variables}
        body = requests.post(f"{self.url}/graphql", json=question, timeout=30).json()
        assert "errors" not in body, body["errors"]
        data: dict[str, Any] = body["data"]
        return data

    def problems(self) -> list[str]:
        """What the UI says of definitions that cannot be loaded.

        Raises:
            LookupError: they are being loaded.
        """
        entries = self.graphql(_LOCATIONS)["workspaceOrError"]["locationEntries"]
        if not entries or any(entry["loadStatus"] != "LOADED" for entry in entries):
            raise LookupError(entries)
        found = [entry["locationOrLoadError"] for entry in entries]
        wrong = [each for each in found if each and "message" in each]
        return [
            "".join([each["message"], *(cause["message"] for cause in each["causes"])])
            for each in wrong
        ]

    def is_loaded(self) -> bool:
        """Whether the UI answers, and has its definitions."""
        try:
            return not self.problems()
        except (requests.ConnectionError, LookupError):
            return False

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, f"taxi-assets dev ended:\n{self.output()}"
        try:
            problems = self.problems()
        except (requests.ConnectionError, LookupError):
            return False
        assert self._is_wrong or not problems, problems
        return True


@contextmanager
def dev_server(data_dir: Path, sample_rows: int = 500) -> Iterator[DevServer]:
    """The UI, up and loaded, for the time of the context."""
    server = DevServer(data_dir, sample_rows)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def command() -> str:
    """The `taxi-assets` of the environment that runs this."""
    return str(Path(sysconfig.get_path("scripts")) / "taxi-assets")


def find_chromium() -> str | None:
    """The browser of this machine, if it has one."""
    return next((path for name in _BROWSERS if (path := shutil.which(name))), None)


def require_chromium() -> str:
    """The browser; without one the test is skipped, but in CI it fails."""
    path = find_chromium()
    if path is None:
        reason = f"none of {', '.join(_BROWSERS)} is installed (Debian: apt install chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return path


@contextmanager
def chromium(executable: str) -> Iterator[Browser]:
    """A headless browser for the time of the context."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def wait_until(condition: Callable[[], T], seconds: float, what: str) -> T:
    """Ask again and again until the answer is true, and return it.

    Raises:
        TimeoutError: it was not true in time.
    """
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise TimeoutError(f"waited {seconds:.0f} s for {what}")
        time.sleep(_PAUSE_SECONDS)
    return answer


@contextmanager
def _interruptible_children() -> Iterator[None]:
    """Let children heed SIGINT even where this process, being in the background, ignores it."""
    if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:
        yield
        return
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)


def _members(group: int) -> list[str]:
    """The living processes of a process group, on Linux; elsewhere this sees none."""
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            name, figures = status.read_text().rsplit(")", 1)
        except OSError:  # it ended meanwhile
            continue
        state, _, process_group = figures.split()[:3]
        if int(process_group) == group and state != "Z":
            found.append(f"{name})")
    return found
