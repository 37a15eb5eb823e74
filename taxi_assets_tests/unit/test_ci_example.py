"""The workflow for users' CI runs a command that there is."""

from __future__ import annotations

import shlex
from pathlib import Path

import yaml
from click.testing import CliRunner

from taxi_assets.cli import main
from taxi_assets.settings import Settings, variable

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE = ROOT / "docs" / "examples" / "check-trips.yml"


def test_the_workflow_checks_with_options_and_settings_that_there_are() -> None:
    job = yaml.safe_load(EXAMPLE.read_text("utf-8"))["jobs"]["check"]
    known = {variable(name) for name in Settings.model_fields}
    (command,) = [step["run"] for step in job["steps"] if step.get("name") == "Check"]
    program, name, *arguments = shlex.split(command.replace("$MONTHS", "green 2024-01 2024-12"))

    assert {key for key in job["env"] if key.startswith("TAXI_")} <= known
    assert program == "taxi-assets"
    # Options are read before help is shown.
    answer = CliRunner().invoke(main, [name, *arguments, "--help"])
    assert answer.exit_code == 0, answer.output
    taken = main.commands[name].make_context(name, arguments).params
    assert (taken["junit"], taken["json_file"]) == (Path("checks.xml"), Path("checks.json"))


def test_the_workflow_for_google_cloud_runs_its_tests_without_a_key() -> None:
    text = EXAMPLE.with_name("gcp-tests.yml").read_text("utf-8")
    workflow = yaml.safe_load(text)
    assert workflow["permissions"]["id-token"] == "write"
    job = workflow["jobs"]["test"]
    [variable_name] = job["env"]
    real = ROOT / "taxi_assets_tests" / "integration" / "bigquery" / "test_real_project.py"
    assert f'"{variable_name}"' in real.read_text("utf-8")
    assert "pytest.mark.gcp" in real.read_text("utf-8")
    assert "secrets." not in text
    (command,) = [step["run"] for step in job["steps"] if step.get("name") == "Test"]
    assert shlex.split(command) == ["make", "test", "PYTEST_ARGS=-m gcp"]
