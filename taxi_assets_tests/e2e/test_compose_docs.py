"""The commands of docs/deploy.md for one machine, one after the other, in a copy of the project."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from taxi_assets_tests.compose_stack import ROOT, require_docker
from taxi_assets_tests.loopback import free_port

PROJECT = f"taxi_assets_docs_{os.getpid()}"
COMMAND_SECONDS = 1_800
PAGE = (ROOT / "docs" / "deploy.md").read_text("utf-8").split("## Kubernetes")[0]

# What is done in place of a command that needs the project's own repository, or has no end.
INSTEAD = {
    "git pull": "echo >>README.md",  # the image is another one then
    "git checkout COMMIT_BEFORE": "true",
    "docker compose logs --follow daemon": "docker compose logs daemon",
}


@pytest.fixture
def copy(tmp_path: Path) -> Iterator[Path]:
    """The project's files, with no stack up."""
    require_docker()
    folder = tmp_path / "project"
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True)
    for name in tracked.stdout.decode().split("\0"):
        if name and (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    yield folder
    run(folder, "docker compose down --volumes --timeout 10; docker image rm $(docker images -q "
        f"--filter 'reference={PROJECT}-app' | sort -u) --force")  # fmt: skip


def run(folder: Path, command: str) -> str:
    """What a command of the page prints; it has to succeed."""
    ours = ("TAXI_", "STACK_", "GCP_", "COMPOSE_")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env={**kept, "COMPOSE_PROJECT_NAME": PROJECT},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=COMMAND_SECONDS,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}"
    return done.stdout


def test_the_commands_for_one_machine_do_what_they_say(copy: Path, tmp_path: Path) -> None:
    blocks = re.findall(r"^```sh\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE)
    lines = [line.partition(" #")[0].strip() for block in blocks for line in block.splitlines()]
    assert INSTEAD.keys() <= set(lines)

    said = {}
    for line in lines:
        command = INSTEAD.get(line, line).replace("/srv/backups", str(tmp_path / "backups"))
        said[line] = run(copy, command)
        if line.startswith("cp "):
            with (copy / ".env").open("a") as settings:
                for port in ("UI", "PGADMIN", "TAXI_DB"):
                    settings.write(f"STACK_{port}_PORT={free_port()}\n")
                settings.write("TAXI_SOURCE=sample\nTAXI_SAMPLE_ROWS=1000\nTAXI_SCHEDULES=off\n")

    assert re.search(r"2024-12\D+1,000", run(copy, "docker compose exec code taxi-assets status"))
    rehearsal = next(text for line, text in said.items() if line.startswith("deploy/rehearse"))
    assert "can be restored: 12 months" in rehearsal
