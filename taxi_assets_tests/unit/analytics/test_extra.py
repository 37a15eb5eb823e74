"""Without the setting nothing of dbt is imported; without the extra, an error says what to do."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from taxi_assets.analytics.targets import targets_of
from taxi_assets.settings import read_settings
from taxi_assets_tests.command_line import taxi_assets

LOADED = """
import sys
from taxi_assets.definitions import build_definitions
from taxi_assets.settings import read_settings
build_definitions(read_settings())
print([name for name in sys.modules if name.partition(".")[0] in ("dbt", "dagster_dbt", "agate")])
"""


def test_definitions_import_nothing_of_dbt(settings_env: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED], capture_output=True, text=True, check=True, timeout=120
    )

    assert done.stdout.strip() == "[]"


def test_without_the_extra_an_error_says_what_to_install(
    settings_env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "dagster_dbt", None)
    monkeypatch.delitem(sys.modules, "taxi_assets.analytics.assets", raising=False)

    result = taxi_assets("analytics", "build")

    assert result.exit_code == 1
    assert "pip install 'taxi-assets[dbt]'" in result.stderr


def test_bigquery_has_models_only_where_its_adapter_is_installed(
    settings_env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "dbt.adapters.bigquery", None)
    monkeypatch.setenv("GCP_PROJECT_ID", "some-project")
    monkeypatch.setenv("TAXI_WAREHOUSES", "bigquery,duckdb")
    assert [target.warehouse.name for target in targets_of(read_settings())] == ["duckdb"]
    monkeypatch.setenv("TAXI_WAREHOUSES", "bigquery")

    result = taxi_assets("analytics", "docs")

    assert result.exit_code == 1
    assert "pip install 'taxi-assets[dbt-bigquery]'" in result.stderr
