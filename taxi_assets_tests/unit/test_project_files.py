"""What a first change meets: goals of make, hooks, the workflow, forms, changelog, licence."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

from taxi_assets.cli import main

ROOT = Path(__file__).resolve().parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
UNIT = "taxi_assets_tests/unit"


OF_AN_OUTER_MAKE = {"MAKEFLAGS", "MAKEOVERRIDES", "MFLAGS", "PYTEST_ARGS", "TESTS"}


def planned(*arguments: str) -> subprocess.CompletedProcess[str]:
    """What make would run, with what is installed taken for current."""
    old = ("--old-file=.venv/installed", "--old-file=.venv/installed-dev")
    return subprocess.run(
        ["make", "--dry-run", "--no-print-directory", *old, *arguments],
        cwd=ROOT,
        env={name: os.environ[name] for name in os.environ.keys() - OF_AN_OUTER_MAKE},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("goal", ["test", "test-long"])
def test_a_folder_after_a_goal_is_an_error_that_says_how_to_select(goal: str) -> None:
    answer = planned(goal, UNIT)
    assert answer.returncode == 2
    assert f"make test TESTS={UNIT}" in answer.stderr
    assert not answer.stdout


@pytest.mark.parametrize("goal", ["test", "test-long", "test-quick"])
def test_tests_are_selected_by_folder_and_by_pytests_own_arguments(goal: str) -> None:
    command = planned(goal, f"TESTS={UNIT}/trips", "PYTEST_ARGS=-k month").stdout.splitlines()[-1]
    assert command.endswith(f" {UNIT}/trips -k month")


def test_the_quick_tests_are_those_that_need_no_server() -> None:
    assert planned("test-quick").stdout.rstrip().endswith(UNIT)


def test_hooks_run_what_make_check_runs() -> None:
    (hooks,) = yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text("utf-8"))["repos"]
    entries = [hook["entry"] for hook in hooks["hooks"]]
    assert sorted(entries) == sorted(planned("check").stdout.splitlines())


def test_the_workflow_runs_what_ci_runs_on_pythons_that_are_supported() -> None:
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8"))
    job = workflow["jobs"]["test"]
    assert [step["run"] for step in job["steps"] if "run" in step] == [".ci/run"]
    first, last = re.findall(r"3\.(\d+)", PROJECT["requires-python"])
    assert job["strategy"]["matrix"]["python"] == [f"3.{first}", f"3.{int(last) - 1}"]


def test_issue_forms_ask_for_commands_that_there_are() -> None:
    forms = sorted((ROOT / ".github" / "ISSUE_TEMPLATE").glob("*.yml"))
    for form in forms:
        text = form.read_text("utf-8")
        assert set(re.findall(r"`taxi-assets (\w+)", text)) <= set(main.commands)
        if form.name != "config.yml":
            fields = [field["id"] for field in yaml.safe_load(text)["body"]]
            assert len(fields) == len(set(fields)) > 2


def test_the_changelog_begins_with_what_is_not_released_and_has_this_version() -> None:
    text = (ROOT / "CHANGELOG.md").read_text("utf-8")
    editions = re.findall(r"^## \[(.+?)\](?: – (\d{4}-\d\d-\d\d))?$", text, re.MULTILINE)
    assert editions[0] == ("Unreleased", "")
    assert editions[1][0] == PROJECT["version"]
    dates = [date for _, date in editions[1:]]
    assert all(dates)
    assert dates == sorted(dates, reverse=True)


def test_the_licence_is_named_and_goes_with_every_copy() -> None:
    assert PROJECT["license"] == "Apache-2.0"
    assert "Version 2.0, January 2004" in (ROOT / "LICENSE").read_text("utf-8")
    assert " LICENSE " in (ROOT / "Dockerfile").read_text("utf-8")


def test_type_checkers_of_users_read_the_packages_types() -> None:
    assert (ROOT / "taxi_assets" / "py.typed").is_file()
    setuptools = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]
    assert "py.typed" in setuptools["package-data"]["*"]
