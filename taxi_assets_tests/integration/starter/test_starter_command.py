"""`taxi-assets starter`: all three pipelines with one command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from taxi_assets.automation.instance import open_instance
from taxi_assets.settings import read_settings
from taxi_assets_tests.api_server import ApiServer
from taxi_assets_tests.command_line import taxi_assets


def test_it_runs_all_three_on_a_sample_without_a_network_and_says_so(
    settings_env: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    nowhere = "http://127.0.0.1:9"  # the port of "discard"
    monkeypatch.setenv("TAXI_DOCKER_HUB_URL", nowhere)
    monkeypatch.setenv("TAXI_PRODUCTS_URL", nowhere)
    own = settings_env / "own.duckdb"
    monkeypatch.setenv("TAXI_DUCKDB_PATH", str(own))
    monkeypatch.delenv("DAGSTER_HOME")
    answer = taxi_assets("starter", "--pause-seconds", "0", "--name", "Ada")
    assert answer.exit_code == 0, answer.text
    assert "A bundled sample, no network" in answer.text
    assert "hello_world done Hello, Ada!" in answer.text
    assert "image kestra/kestra, pulls 1000000" in answer.text
    assert f"Lumen {'█' * 40} 84.45" in answer.text
    assert (settings_env / "starter" / "taxi.duckdb").exists()
    assert not own.exists()
    with open_instance(read_settings()) as history:
        jobs = {run.job_name for run in history.get_runs()}
    assert jobs == {"hello_world", "image_pulls", "getting_started"}, "`taxi-assets dev` shows them"


def test_it_asks_the_services_if_told(
    api: ApiServer, averages: Callable[[], list[tuple[str, float | None]]]
) -> None:
    answer = taxi_assets("starter", "--live", "--pause-seconds", "0")
    assert answer.exit_code == 0, answer.text
    assert "pulls 1234567" in answer.text
    assert averages()[0] == ("Lumen", 129.0)


def test_what_failed_is_told_with_its_remedy_and_the_rest_runs(api: ApiServer) -> None:
    del api.routes["/hub/namespaces/kestra/repositories/kestra"]
    answer = taxi_assets("starter", "--live", "--pause-seconds", "0")
    assert answer.exit_code == 1
    assert "image_pulls failed" in answer.text
    assert "What to do: correct the image" in answer.text
    assert "getting_started done" in answer.text


@pytest.mark.parametrize("pause", ["nan", "inf", "-1", "1e300", "soon"])
def test_a_pause_that_is_none_is_a_wrong_argument(pause: str) -> None:
    answer = taxi_assets("starter", f"--pause-seconds={pause}")
    assert answer.exit_code == 2
    assert pause in answer.text or f"{float(pause)}" in answer.text
    assert "Traceback" not in answer.text
