"""`taxi-assets dev` with definitions that are wrong at first, and with services that die."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest
import requests

from taxi_assets_tests.ui import DevServer, wait_until

SECONDS = 60
PROJECT = Path(__file__).resolve().parents[2]
WRONG = "import there_is_no_such_module\n"
JOB = """
import dagster as dg


@dg.op
def say() -> None: ...


@dg.job
def say_it() -> None:
    say()
"""
RELOAD = """
mutation { reloadRepositoryLocation(repositoryLocationName: "taxi_assets") {
    ... on WorkspaceLocationEntry { locationOrLoadError { __typename } }
} }
"""
LAUNCH = """
mutation {
  launchRun(executionParams: {
    selector: {
      repositoryLocationName: "taxi_assets", repositoryName: "__repository__", jobName: "say_it"
    }
  }) { __typename ... on LaunchRunSuccess { run { id } } }
}
"""
RUN = "query ($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package, with a definition of one's own that is wrong."""
    folder = tmp_path_factory.mktemp("checkout")
    shutil.copytree(PROJECT / "taxi_assets", folder / "taxi_assets")
    for name in ("pyproject.toml", "dagster.yaml", "workspace.yaml"):
        shutil.copy(PROJECT / name, folder)
    own(folder).write_text(WRONG)
    return folder


@pytest.fixture(scope="module")
def server(checkout: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DevServer]:
    """The command, from that copy."""
    server = DevServer(tmp_path_factory.mktemp("dev") / "data", sample_rows=100, is_wrong=True)
    server.environment["PYTHONPATH"] = str(checkout)
    try:
        server.start()
        yield server
    finally:
        server.stop()


def test_wrong_definitions_are_told_by_the_ui_until_they_are_mended(
    server: DevServer, checkout: Path
) -> None:
    (problem,) = server.problems()
    assert "there_is_no_such_module" in problem

    own(checkout).write_text(JOB)
    server.graphql(RELOAD)

    wait_until(server.is_loaded, SECONDS, "the definitions")
    run_the_job(server)


@pytest.mark.parametrize(
    "name",
    [
        "code_server",
        *(pytest.param(name, marks=pytest.mark.long) for name in ("daemon", "webserver")),
    ],
)
def test_a_service_that_dies_is_started_again(server: DevServer, name: str) -> None:
    dead = service(server, name)
    assert dead is not None
    dead.kill()

    wait_until(lambda: service(server, name) not in (None, dead), SECONDS, f"another {name}")
    run_the_job(server)
    assert f"The {name} ended with exit code -9, and is started again." in server.output()


def test_the_code_server_ends_with_dev_however_that_ends(server: DevServer) -> None:
    """The last test: nothing runs after it."""
    processes = psutil.Process(server.pid).children(recursive=True)
    code = service(server, "code_server")
    assert code is not None
    theirs = (code, *code.children())
    try:
        server.kill()

        wait_until(lambda: not any(each.is_running() for each in theirs), SECONDS, "their end")
    finally:
        for process in processes:
            with suppress(psutil.NoSuchProcess):
                process.kill()


def service(server: DevServer, name: str) -> psutil.Process | None:
    """The process of a service, once it runs."""
    for child in psutil.Process(server.pid).children():
        with suppress(psutil.Error):
            if f"taxi_assets.automation.{name}" in child.cmdline():
                return child
    return None


def run_the_job(server: DevServer) -> None:
    """Launch it as soon as that is possible, and wait until its run has ended well."""

    def launched() -> str | None:
        with suppress(requests.ConnectionError):
            run = server.graphql(LAUNCH)["launchRun"].get("run")
            return str(run["id"]) if run else None
        return None

    run = wait_until(launched, SECONDS, "a run to be launched")
    wait_until(
        lambda: server.graphql(RUN, id=run)["runOrError"]["status"] == "SUCCESS", SECONDS, "its end"
    )


def own(checkout: Path) -> Path:
    """The file with one's own definition."""
    return checkout / "taxi_assets" / "defs" / "own.py"
