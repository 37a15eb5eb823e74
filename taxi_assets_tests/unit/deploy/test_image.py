"""The image: what goes into it, from which lock, and the instance files made for it."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from unittest import mock

import dagster as dg
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[3]
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def locked(name: str) -> dict[str, str]:
    """The versions of a lock, by package."""
    text = (ROOT / name).read_text()
    return dict(re.findall(r"^([\w.-]+)(?:\[\w+\])?==([^ ;\\]+)", text, re.MULTILINE))


def instance_file(way: str) -> str:
    """What the image has as ``dagster.yaml`` for one way to launch runs."""
    return subprocess.run(
        [
            sys.executable,
            str(ROOT / "deploy" / "instance.py"),
            str(ROOT / "dagster.yaml"),
            str(ROOT / "deploy" / "instance" / f"{way}.yaml"),
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_the_servers_lock_has_the_versions_that_tests_ran_with() -> None:
    server = locked("requirements-server.lock")
    assert server["dagster-docker"]
    assert server.items() <= locked("requirements-dev.lock").items()
    assert locked("requirements.lock").items() <= server.items()


def test_the_servers_lock_has_a_wheel_of_everything_for_linux_on_arm64(tmp_path: Path) -> None:
    uv = Path(sys.executable).with_name("uv")
    machine = "--python-platform=aarch64-manylinux_2_28 --python-version=3.13 --only-binary=:all:"
    resolved = subprocess.run(
        [
            *(str(uv), "pip", "install", "--dry-run", "--no-deps", "--require-hashes"),
            *machine.split(),
            *("--target", str(tmp_path), "--requirement", "requirements-server.lock"),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if re.search(r"Failed to fetch|error sending request|dns error", resolved.stderr):
        pytest.skip("the package index cannot be reached")
    assert resolved.returncode == 0, resolved.stderr


def test_packages_are_installed_before_the_code_by_hash() -> None:
    steps = DOCKERFILE.replace("\\\n", " ")
    packages = steps.index("COPY requirements-server.lock")
    assert packages < steps.index("COPY taxi_assets")
    assert re.search(
        r"--no-deps --require-hashes --requirement \S*requirements-server\.lock", steps
    )
    assert "USER 10001:10001" in steps.rsplit("FROM", 1)[1]


def test_only_what_is_named_reaches_the_image() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if not line.startswith("#")]
    assert rules[0] == "*"
    allowed = {rule[1:] for rule in rules if rule.startswith("!")}
    assert not allowed & {".", ".env", ".git", "data", "deploy"}
    sources = {
        source
        for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE)
        for source in line.split()[:-1]
    }
    for source in sources:
        assert any(source == rule or source.startswith(f"{rule}/") for rule in allowed), source


@pytest.mark.parametrize(
    ("way", "launcher"), [("server", "CodeServerRuns"), ("containers", "ContainerRuns")]
)
def test_an_instance_of_the_image_is_the_laptops_but_for_its_launcher(
    way: str, launcher: str, tmp_path: Path
) -> None:
    (tmp_path / "dagster.yaml").write_text(instance_file(way))
    environment = {
        "DAGSTER_HOME": str(tmp_path),
        "RUN_NETWORK_DAGSTER": "stack_dagster",
        "RUN_NETWORK_TAXI": "stack_taxi",
        "RUN_VOLUMES": "stack_data:/data stack_credentials:/credentials:ro",
        "TAXI_SOURCE": "sample",
        "SSL_CERT_FILE": "/certificates.pem",
    }
    with mock.patch.dict(os.environ, environment), dg.DagsterInstance.get() as instance:
        assert type(instance.run_launcher).__name__ == launcher
        assert instance.run_launcher.supports_check_run_worker_health
        queue = instance.run_coordinator.get_run_queue_config()  # type: ignore[attr-defined]
        if way == "containers":
            of_a_run: Any = instance.run_launcher
            passed = {"TAXI_SOURCE", "RUN_VOLUMES", "DAGSTER_HOME", "SSL_CERT_FILE"}
            assert passed <= set(of_a_run.env_vars)
            assert of_a_run.networks == ["stack_dagster", "stack_taxi"]
            assert of_a_run.container_kwargs["volumes"][0] == "stack_data:/data"
    assert queue.max_user_code_failure_retries == 1_000_000
    ours, laptops = (
        yaml.safe_load(instance_file(way)),
        yaml.safe_load((ROOT / "dagster.yaml").read_text()),
    )
    changed = {"run_launcher", "run_coordinator"}
    assert {k: v for k, v in ours.items() if k not in changed} == {
        k: v for k, v in laptops.items() if k not in changed
    }
