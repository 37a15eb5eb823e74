"""A warehouse that is only listed is loaded, checked, compared and reported like the others."""

from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path

import duckdb
import pytest

from taxi_assets.settings import WAREHOUSES, read_settings
from taxi_assets.settings.choices import WarehouseChoice
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.registry import warehouse_of
from taxi_assets_tests import another_warehouse
from taxi_assets_tests.command_line import taxi_assets

MONTHS = ("2024-01", "2024-02")
TABLE = "green_tripdata"


@pytest.fixture
def project(settings_env: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project that loads synthetic months into it, and into DuckDB."""
    another_warehouse.register(monkeypatch)
    os.environ |= {
        "TAXI_WAREHOUSES": "duckdb,barn",
        "TAXI_SOURCE": "sample",
        "TAXI_SAMPLE_ROWS": "500",
    }
    return settings_env


def rows(folder: Path, file: str) -> Counter[tuple[object, ...]]:
    with duckdb.connect(folder / file, read_only=True) as connection:
        return Counter(connection.execute(f"FROM {TABLE}").fetchall())


def test_it_holds_the_same_rows_and_every_command_knows_it(project: Path, tmp_path: Path) -> None:
    planned = json.loads(taxi_assets("load", "green", *MONTHS, "--dry-run", "--json").stdout)
    assert [plan["warehouses"]["barn"] for plan in planned] == ["load", "load"]
    loaded = taxi_assets("load", "green", *MONTHS)
    assert loaded.exit_code == 0, loaded.text
    assert taxi_assets("load", "zones").exit_code == 0
    assert rows(project, "barn.db") == rows(project, "taxi.duckdb")
    assert sum(rows(project, "barn.db").values()) == 1000

    status = json.loads(taxi_assets("status", "--json").stdout)
    assert [line["warehouse_rows"]["barn"] for line in status] == [500, 500]
    assert [line["agreement"] for line in status] == ["ok", "ok"]
    assert "barn: " in taxi_assets("doctor").text

    checked = json.loads(taxi_assets("check", "green", *MONTHS, "--json").stdout)
    for month in checked:
        names = {check["name"] for check in month["checks"] if check["asset"] == f"barn/{TABLE}"}
        assert {"rows_match_file", "values_as_loaded", "same_as_duckdb"} <= names
        assert all(check["passed"] for check in month["checks"] if check["blocks"])

    page = tmp_path / "report.html"
    assert taxi_assets("report", str(page)).exit_code == 0
    assert ">barn<" in page.read_text("utf-8").replace("\n", "")


def test_its_checks_see_what_was_changed_by_hand(project: Path) -> None:
    taxi_assets("load", "green", MONTHS[0])
    with duckdb.connect(project / "barn.db") as connection:
        connection.execute(f"UPDATE {TABLE} SET tip_amount = tip_amount + 1 WHERE tip_amount > 0")
    refused = taxi_assets("check", "green", MONTHS[0])
    assert refused.exit_code == 1
    assert f"barn/{TABLE}: values_as_loaded" in refused.text
    assert f"barn/{TABLE}: same_as_duckdb" in refused.text
    assert f"duckdb/{TABLE}: values_as_loaded" not in refused.text


def test_schedules_see_what_it_lacks(project: Path) -> None:
    from taxi_assets.automation.loaded_months import loaded_months

    os.environ["TAXI_WAREHOUSES"] = "duckdb"
    taxi_assets("load", "green", MONTHS[0])
    os.environ["TAXI_WAREHOUSES"] = "duckdb,barn"
    settings = read_settings()
    assert not loaded_months(settings, DATASETS["green"])
    taxi_assets("load", "green", MONTHS[0])
    assert list(loaded_months(settings, DATASETS["green"])) == [Month(2024, 1)]
    assert warehouse_of("barn", settings).exists()


@pytest.mark.parametrize("module", ["taxi_assets.no_such_module", "taxi_assets.errors"])
def test_one_that_is_declared_wrongly_is_named_with_the_remedy(
    settings_env: Path, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    monkeypatch.setitem(WAREHOUSES, "barn", WarehouseChoice(module))
    os.environ["TAXI_WAREHOUSES"] = "barn"
    for command in ("status", "dictionary"):
        said = taxi_assets(command)
        assert said.exit_code == 2
        assert "the warehouse barn cannot be used" in said.text
        assert "taxi_assets/settings/choices.py" in said.text
