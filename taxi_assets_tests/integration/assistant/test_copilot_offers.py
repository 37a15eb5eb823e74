"""Plans of several pipelines: echoed point by point, judged, and tried before they are applied."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from taxi_assets_tests.api_server import api_server, as_json
from taxi_assets_tests.command_line import taxi_assets
from taxi_assets_tests.copilot_plans import FILE, address, replies
from taxi_assets_tests.gemini_server import GeminiServer

pytestmark = pytest.mark.usefixtures("proved_here")

BOTH = {
    "kind": "pipelines",
    "points": [
        {"asked": "weather of each hour", "done_by": "weather"},
        {"asked": "trips beside it", "done_by": "trips_by_weather"},
        {"asked": "an e-mail"},
    ],
    "pipelines": [
        {
            "component": "HttpTable",
            "name": "weather",
            "url": "https://weather.example/hours",
            "format": "json",
            "records": "hourly",
            "parameters": [{"name": "appid", "secret": "weather_key"}],
            "columns": [{"name": "at", "kind": "timestamp", "path": "time"}],
            "table": "weather",
            "warehouse": "duckdb",
        },
        {
            "component": "SqlTable",
            "name": "trips_by_weather",
            "sql": "SELECT at, count(*) AS trips FROM weather JOIN green_tripdata ON "
            "date_trunc('hour', lpep_pickup_datetime) = at GROUP BY at",
            "table": "trips_by_weather",
            "warehouse": "duckdb",
        },
    ],
}
"""Two pipelines of which one reads what the other one makes."""


def test_a_plan_of_two_pipelines_is_echoed_point_by_point(server: GeminiServer) -> None:
    replies(server, BOTH)
    request = "weather from https://weather.example/hours beside trips, and an e-mail"
    said = taxi_assets("copilot", request)
    assert said.exit_code == 0, said.text
    assert "✓ weather of each hour: weather ✓ trips beside it: trips_by_weather" in said.text
    assert "✗ Not part of it: an e-mail" in said.text
    assert "a query over weather, green_tripdata to duckdb: trips_by_weather" in said.text
    assert "First add weather_key@weather.example to TAXI_PIPELINE_SECRETS" in said.text
    refused = taxi_assets("copilot", request, "--apply")
    assert "was not written" in refused.text
    assert not FILE.parent.exists()


def test_a_trial_shows_columns_and_three_rows_before_anything_is_written(
    server: GeminiServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_PIPELINE_HOSTS", "any")
    secrets = {"weather_key@127.0.0.1": "s3cr3t"}
    monkeypatch.setenv("TAXI_PIPELINE_SECRETS", json.dumps(secrets))
    hours = {"time": [f"2026-01-01T0{hour}:00" for hour in range(5)]}
    with api_server() as api:
        api.routes["/hours"] = lambda _: as_json({"hourly": hours})
        plan = json.loads(json.dumps(BOTH).replace("https://weather.example", api.url))
        replies(server, plan)
        said = taxi_assets("copilot", f"weather from {api.url}/hours", "--try", "--apply")
        assert said.exit_code == 0, said.text
        assert "Trial of weather: 5 rows; at (timestamp[us])" in said.text
        assert "2026-01-01 02:00:00" in said.text
        assert "2026-01-01 03:00:00" not in said.text
        assert "not tried: it reads weather, which is to be made" in said.text
        assert api.asked == ["/hours?appid=s3cr3t"]
        assert "s3cr3t" not in said.text + server.asked[0].prompt
        assert {path.name for path in FILE.parent.iterdir()} == {
            "weather.yaml",
            "trips_by_weather.yaml",
        }
        plan["pipelines"] = [{**plan["pipelines"][0], "name": "again", "table": "again"}]
        plan["pipelines"][0]["records"] = "daily"
        replies(server, plan)
        said = taxi_assets("copilot", f"weather from {api.url}/hours", "--try", "--apply")
        assert said.exit_code == 1
        assert "has nothing at 'daily'" in said.text
        assert not Path("pipelines/again.yaml").exists()


def test_an_address_that_may_not_be_asked_is_told_at_plan_time(server: GeminiServer) -> None:
    url = "http://169.254.169.254/latest"
    replies(server, address(url=url))
    said = taxi_assets("copilot", f"a table of {url}")
    assert "169.254.169.254, which is not a public address" in said.text
    assert taxi_assets("copilot", f"a table of {url}", "--apply").exit_code == 2
    assert not FILE.parent.exists()
