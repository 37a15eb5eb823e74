"""The code server takes up what somebody edits, when the UI's *Reload* asks it to."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import dagster as dg
import pytest
from dagster._cli.job import _create_run
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget

from taxi_assets_tests.command_line import wait_for
from taxi_assets_tests.server_processes import ServerProcesses, server_processes

PROJECT = Path(__file__).resolve().parents[3]
JOB = """
import time
from pathlib import Path

import dagster as dg

from taxi_assets.project_files import WORD


@dg.op
def say(context: dg.OpExecutionContext) -> None:
    Path(f"{context.run_id}.begun").touch()
    while not Path("go_on").exists():
        time.sleep(0.05)
    Path(f"{context.run_id}.said").write_text(WORD)


@dg.job
def say_it() -> None:
    say()
"""


@dataclass(frozen=True)
class Editor:
    """A copy of the package, the code server that runs it, and what the UI sees."""

    package: Path
    server: ServerProcesses
    ui: WorkspaceProcessContext

    def write(self, word: str) -> None:
        """Let a module that runs are forked with say a word."""
        source = (PROJECT / "taxi_assets" / "project_files.py").read_text("utf-8")
        path = self.package / "taxi_assets" / "project_files.py"
        path.write_text(f"{source}\nWORD = {word}\n", "utf-8")

    def reload(self) -> None:
        """Do what the UI's button does."""
        self.ui.reload_code_location("taxi_assets")

    def launch(self) -> dg.DagsterRun:
        """Start the job, and wait until its op is at work."""
        workspace = self.ui.create_request_context()
        location = workspace.get_code_location("taxi_assets")
        (repository,) = location.get_repositories().values()
        job = repository.get_full_job("say_it")
        created = _create_run(self.ui.instance, location, repository, job, {}, {}, None, None)
        run = self.ui.instance.launch_run(created.run_id, workspace)
        wait_for((self.server.folder / f"{run.run_id}.begun").exists, "the op")
        return run

    def wait_for_end(self, run: dg.DagsterRun) -> str:
        """Wait until a run is over; what it has said."""

        def is_over() -> bool:
            found = self.ui.instance.get_run_by_id(run.run_id)
            return found is not None and found.is_success

        wait_for(is_over, "the run's end")
        return (self.server.folder / f"{run.run_id}.said").read_text()


@pytest.fixture(scope="module")
def editor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Editor]:
    folder = tmp_path_factory.mktemp("edited")
    package = folder / "checkout"
    shutil.copytree(PROJECT / "taxi_assets", package / "taxi_assets")
    shutil.copy(PROJECT / "pyproject.toml", package)
    (package / "taxi_assets" / "defs" / "say_it.py").write_text(JOB)
    settings = {"TAXI_SOURCE": "sample"}
    with server_processes(folder / "data", settings, package) as server:
        Editor.write(Editor(package, server, mock.Mock()), "'old'")
        server.start("code")
        server.wait_for_code()
        with (
            mock.patch.dict(os.environ, DAGSTER_HOME=str(server.home)),
            dg.DagsterInstance.get() as instance,
            WorkspaceProcessContext(
                instance, WorkspaceFileTarget(paths=[str(server.workspace)])
            ) as ui,
        ):
            yield Editor(package, server, ui)


def test_new_runs_have_the_edited_code_and_those_in_progress_the_code_they_began_with(
    editor: Editor,
) -> None:
    old = editor.launch()
    fork_server = editor.server.fork_server()
    assert fork_server is not None

    editor.write("'new'")
    editor.reload()
    new = editor.launch()

    assert fork_server.is_running()
    (editor.server.folder / "go_on").touch()
    assert [editor.wait_for_end(old), editor.wait_for_end(new)] == ["old", "new"]
    wait_for(lambda: not fork_server.is_running(), "the process that is forked no more to end")

    editor.write("'newer'")
    assert editor.wait_for_end(editor.launch()) == "newer", "as a process that is started anew"


def test_code_that_is_wrong_is_told_and_taken_up_once_it_is_mended(editor: Editor) -> None:
    editor.write("'old")
    with pytest.warns(UserWarning, match="unterminated string literal"):
        editor.reload()

    editor.write("'mended'")
    editor.reload()
    (editor.server.folder / "go_on").touch()
    assert editor.wait_for_end(editor.launch()) == "mended"
