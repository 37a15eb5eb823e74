"""Dagster's own tool `dg` knows the project, its components and a folder for more."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from taxi_assets.components.example import example
from taxi_assets.components.pipeline_files import COMPONENTS
from taxi_assets_tests.command_line import taxi_assets

ROOT = Path(__file__).resolve().parents[3]
HTTP_TABLE = "taxi_assets.components.HttpTable"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project, which `dg` may write to."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copy(ROOT / "pyproject.toml", folder)
    shutil.copytree(
        ROOT / "taxi_assets",
        folder / "taxi_assets",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    return folder


def dg(project: Path, *arguments: str) -> str:
    """What `dg` says, without an error."""
    environment = {
        **{n: v for n, v in os.environ.items() if not n.startswith(("TAXI_", "GCP_"))},
        "PYTHONPATH": str(project),
        "TAXI_DATA_DIR": str(project / "data"),
        "DAGSTER_HOME": "",
        "VIRTUAL_ENV": sys.prefix,
        "COLUMNS": "300",
        "DG_CLI_CONFIG": str(project / "no-config"),
    }
    done = subprocess.run(
        [str(Path(sys.prefix) / "bin" / "dg"), *arguments],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def test_dg_lists_the_components_and_what_is_defined(project: Path) -> None:
    listed = dg(project, "list", "components", "--json")
    assert all(type_ in listed for type_ in COMPONENTS)
    assert "duckdb/green_tripdata" in dg(project, "list", "defs", "--json")


@pytest.mark.long
def test_what_dg_scaffolds_is_checked_and_defined(project: Path) -> None:
    dg(project, "scaffold", "defs", HTTP_TABLE, "shop")
    assert HTTP_TABLE in (project / "taxi_assets/defs/shop/defs.yaml").read_text()
    dg(project, "check", "yaml")
    dg(project, "check", "defs")
    assert "duckdb/products" in dg(project, "list", "defs", "--json")


@pytest.mark.parametrize("type_", COMPONENTS)
def test_each_example_is_valid(type_: str) -> None:
    component = COMPONENTS[type_]
    component.model_validate(example(component.__name__))


def test_an_editor_gets_a_schema_of_all_components(settings_env: Path) -> None:
    answer = taxi_assets("pipelines", "--schema")
    schema = json.loads(answer.stdout)
    types = [file["properties"]["type"]["const"] for file in schema["oneOf"]]
    assert types == list(COMPONENTS)
    http = schema["oneOf"][types.index(HTTP_TABLE)]["properties"]["attributes"]
    assert http["additionalProperties"] is False
    assert "timestamp" in json.dumps(schema)
