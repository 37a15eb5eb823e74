"""The built wheel, unpacked where no checkout is: all that the commands use is in it."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.request
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from taxi_assets_tests.command_line import DataFolder, deadline, wait_for
from taxi_assets_tests.loopback import free_port

PROJECT = Path(__file__).resolve().parents[2]
MADE_OF = ("pyproject.toml", "setup.py", "MANIFEST.in", "README.md", "dagster.yaml")
BUILD = "from setuptools.build_meta import build_wheel; build_wheel('dist')"
PROGRAM = "from taxi_assets.cli import main; main(prog_name='taxi-assets')"
SOURCES = """
from taxi_assets.assistant.knowledge.sources import read_sources
from taxi_assets.settings import read_settings
print(*(document.source for document in read_sources(read_settings(), ["docs"]).documents))
"""


@dataclass(frozen=True)
class Installed:
    """The wheel's content, and an empty folder to work in.

    Attributes:
        packages: the folder that Python finds the package in.
        working: the working directory.
    """

    packages: Path
    working: Path

    @property
    def environment(self) -> Mapping[str, str]:
        """The environment of a command: no settings, the package of the wheel."""
        ours = ("TAXI_", "GCP_", "GEMINI_", "DAGSTER_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
        return kept | {"PYTHONPATH": str(self.packages), "TAXI_SOURCE": "sample"}

    def python(self, program: str, *arguments: str) -> str:
        """What a program prints that ends well."""
        done = subprocess.run(
            [sys.executable, "-P", "-c", program, *arguments],
            cwd=self.working,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel, built from a copy of the project."""
    folder = tmp_path_factory.mktemp("wheel")
    source, working = folder / "source", folder / "working"
    working.mkdir()
    for name in ("taxi_assets", "docs"):
        shutil.copytree(
            PROJECT / name, source / name, ignore=shutil.ignore_patterns("__pycache__", "*.png")
        )
    for name in (*MADE_OF, "workspace.yaml"):
        shutil.copy(PROJECT / name, source)
    subprocess.run([sys.executable, "-c", BUILD], cwd=source, check=True, capture_output=True)
    (wheel,) = (source / "dist").glob("taxi_assets-*.whl")
    with zipfile.ZipFile(wheel) as content:
        content.extractall(folder / "packages")
    return Installed(folder / "packages", working)


def test_the_wheel_has_dagsters_files_and_the_assistants_pages(installed: Installed) -> None:
    assert installed.python(PROGRAM, "alerts").startswith("nothing is open in ")

    used = (installed.working / "data" / "dagster" / "dagster.yaml").read_text("utf-8")
    assert used.endswith((PROJECT / "dagster.yaml").read_text("utf-8"))
    workspace = installed.packages / "taxi_assets" / "project" / "workspace.yaml"
    assert workspace.read_text("utf-8") == (PROJECT / "workspace.yaml").read_text("utf-8")
    pages = {"README.md", *(f"docs/{page.name}" for page in (PROJECT / "docs").glob("*.md"))}
    of_the_code = {"docs/architecture.md"}
    assert set(installed.python(SOURCES).split()) == pages - of_the_code


def test_the_wheel_has_the_project_of_dbt(installed: Installed) -> None:
    place = Path("taxi_assets/analytics/project")

    def content(top: Path) -> set[Path]:
        found = (top / place).rglob("[!.]*.*")
        return {path.relative_to(top) for path in found if path.is_file()}

    names = {path.name for path in content(installed.packages)}
    assert {"dbt_project.yml", "profiles.yml", "fct_trips.sql", "columns.md"} <= names
    assert content(installed.packages) == content(PROJECT)


@pytest.mark.long
def test_demo_and_dev_work_from_the_wheel(installed: Installed) -> None:
    assert "Synthetic trips" in installed.python(PROGRAM, "demo", "--rows", "50")
    demo = DataFolder(installed.working / "data" / "demo")
    assert demo.query("SELECT count(*) FROM green_tripdata") == [(150,)]
    answer = json.loads(installed.python(PROGRAM, "ask", "--json", "What limits runs at once?"))
    assert answer["passages"]

    port = free_port()
    dev = subprocess.Popen(
        [sys.executable, "-P", "-c", PROGRAM, "dev", "--port", str(port)],
        cwd=installed.working,
        env=installed.environment,
        start_new_session=True,
    )
    try:
        with deadline("dev from the wheel"):
            wait_for(lambda: "load_green" in jobs(port), "the jobs in the UI")
        dev.send_signal(signal.SIGTERM)
        assert dev.wait(60) == 0
    finally:
        with suppress(ProcessLookupError):
            os.killpg(dev.pid, signal.SIGKILL)


def jobs(port: int) -> set[str]:
    """The names of the jobs that the UI lists; none while it does not answer yet."""
    query = "{repositoriesOrError{...on RepositoryConnection{nodes{jobs{name}}}}}"
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/graphql",
        json.dumps({"query": query}).encode(),
        {"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as reply:
            found = json.load(reply)["data"]["repositoriesOrError"]
    except OSError:
        return set()
    return {job["name"] for node in found.get("nodes", ()) for job in node["jobs"]}
