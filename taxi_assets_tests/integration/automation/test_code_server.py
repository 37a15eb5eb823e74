"""The code server loads its definitions anew when it is asked to, as by the UI's *Reload*."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from unittest import mock

import dagster as dg
import pytest
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget

from taxi_assets_tests.server_processes import ServerProcesses, server_processes

PIPELINE = """
type: taxi_assets.components.TripPipeline
attributes:
  taxi: green
  months: {first: 2020-01}
  warehouses: [duckdb]
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcesses]:
    """A code server that answers."""
    with server_processes(tmp_path / "data", {"TAXI_SOURCE": "sample"}) as services:
        services.start("code")
        services.wait_for_code()
        yield services


@pytest.fixture
def ui(server: ServerProcesses) -> Iterator[WorkspaceProcessContext]:
    """What the UI sees of it."""
    with (
        mock.patch.dict(os.environ, DAGSTER_HOME=str(server.home)),
        dg.DagsterInstance.get() as instance,
        WorkspaceProcessContext(
            instance, WorkspaceFileTarget(paths=[str(server.workspace)])
        ) as context,
    ):
        yield context


def jobs(ui: WorkspaceProcessContext) -> set[str]:
    location = ui.create_request_context().get_code_location("taxi_assets")
    (repository,) = location.get_repositories().values()
    return {job.name for job in repository.get_all_jobs()}


def test_a_reload_brings_pipeline_files_and_takes_them_away(
    server: ServerProcesses, ui: WorkspaceProcessContext
) -> None:
    before = jobs(ui)
    pipeline = server.folder / "pipelines" / "early_green.yaml"
    pipeline.parent.mkdir()
    pipeline.write_text(PIPELINE)

    ui.reload_code_location("taxi_assets")
    assert jobs(ui) == {*before, "pipeline_early_green"}

    pipeline.unlink()
    ui.reload_code_location("taxi_assets")
    assert jobs(ui) == before


def test_what_cannot_be_loaded_is_told_until_it_can(
    server: ServerProcesses, ui: WorkspaceProcessContext
) -> None:
    settings = server.folder / ".env"
    settings.write_text("TAXI_WAREHOUSES=postgre\n")
    with pytest.warns(UserWarning, match="TAXI_WAREHOUSES"):
        ui.reload_code_location("taxi_assets")

    settings.unlink()
    ui.reload_code_location("taxi_assets")
    assert "load_green" in jobs(ui)


@pytest.fixture
def background_job() -> Iterator[None]:
    """What is started meanwhile ignores Ctrl-C, as a script's `command &` does."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.usefixtures("background_job")
def test_it_ends_when_it_is_asked_to(server: ServerProcesses) -> None:
    server.ask_to_stop("code")
    assert server.wait_for_end("code") == 0
