"""deploy/pin: images of others stay what they are."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
DOCKER = """#!/bin/sh
# Knows what a registry said of each image but nginx, which was built here.
echo "$*" >>"$CALLS"
case "$*" in
  *nginx*) echo ;;
  *--format*) for name; do :; done; echo "${name%:*}@sha256:0f$(echo "$name" | tr -dc a-z0-9)" ;;
esac
"""


def test_digests_of_the_images_that_are_here_go_to_env_and_all_else_stays(tmp_path: Path) -> None:
    project, programs = tmp_path / "a project", tmp_path / "programs"
    shutil.copytree(ROOT / "deploy", project / "deploy")
    shutil.copy(ROOT / "docker-compose.yml", project)
    env = project / ".env"
    env.write_text("STACK_UI_PASSWORD='a $b'\nSTACK_POSTGRES_IMAGE=\n# the end\n")
    env.chmod(0o600)
    programs.mkdir()
    (programs / "docker").write_text(DOCKER)
    (programs / "docker").chmod(0o755)
    calls = tmp_path / "calls"
    path = f"{programs}:{os.environ['PATH']}"

    def pin(*options: str) -> str:
        return subprocess.run(
            [project / "deploy" / "pin", *options],
            env=os.environ | {"PATH": path, "CALLS": str(calls)},
            capture_output=True,
            text=True,
            check=True,
        ).stderr

    assert "nginx:1.28 was built here and has no digest" in pin()

    lines = env.read_text().splitlines()
    assert lines[:2] == ["STACK_UI_PASSWORD='a $b'", "# the end"]
    assert sorted(lines[2:]) == [
        "STACK_LOGIN_IMAGE=httpd@sha256:0fhttpd24",
        "STACK_PGADMIN_IMAGE=dpage/pgadmin4@sha256:0fdpagepgadmin49",
        "STACK_POSTGRES_IMAGE=postgres@sha256:0fpostgres18",
        "STACK_PYTHON_IMAGE=python@sha256:0fpython313slim",
    ]
    assert env.stat().st_mode & 0o777 == 0o600
    assert "pull" not in calls.read_text()

    pin("--newest")
    assert sorted(env.read_text().splitlines()) == sorted(lines)
    assert "pull --quiet postgres:18" in calls.read_text()
