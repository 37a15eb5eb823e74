"""Report and ExistingJob: what is there is looked at on a schedule, and told."""

from __future__ import annotations

import json
from pathlib import Path

import dagster as dg
import pytest

from taxi_assets.definitions import build_definitions
from taxi_assets.settings import read_settings
from taxi_assets_tests.api_server import Answer, ApiServer
from taxi_assets_tests.command_line import DataFolder, taxi_assets
from taxi_assets_tests.integration.components.conftest import Write

REPORT = """
type: taxi_assets.components.Report
attributes:
  shows: {shows}
  {where}
  schedule: "0 8 * * 1"
"""


@pytest.fixture
def loaded(settings_env: Path, monkeypatch: pytest.MonkeyPatch) -> DataFolder:
    """A DuckDB with two months of green trips."""
    monkeypatch.setenv("TAXI_SOURCE", "sample")
    monkeypatch.setenv("TAXI_SAMPLE_ROWS", "30")
    assert taxi_assets("load", "green", "2020-01", "2020-02").exit_code == 0
    return DataFolder(settings_env)


def test_checks_are_posted_to_a_webhook_and_an_error_fails_the_run(
    api: ApiServer, loaded: DataFolder, write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    address = f"{api.url}/hooks/s3cr3t"
    monkeypatch.setenv("TAXI_PIPELINE_SECRETS", json.dumps({"chat@127.0.0.1": address}))
    api.routes["/hooks/s3cr3t"] = lambda _: Answer(b"ok")
    write("weekly", REPORT.format(shows="checks", where="webhook: chat"))
    answer = taxi_assets("pipelines", "weekly")
    assert answer.exit_code == 0, answer.text
    told = json.loads(api.posted[-1])
    assert "checks of 2 months: 0 failed" in told["text"]
    assert {each["month"] for each in told["details"]} == {"2020-01", "2020-02"}
    loaded.change("DELETE FROM green_tripdata WHERE filename LIKE '%2020-02%'")
    answer = taxi_assets("pipelines", "weekly")
    assert answer.exit_code == 1
    assert "✗ duckdb green 2020-02: " in json.loads(api.posted[-1])["text"]
    api.routes["/hooks/s3cr3t"] = lambda _: Answer(b"no", 500)
    answer = taxi_assets("pipelines", "weekly")
    assert "the webhook did not take the report: it answers HTTP 500" in answer.text
    assert "s3cr3t" not in answer.text


@pytest.mark.parametrize(
    ("shows", "file", "found"),
    [
        ("checks", "weekly.json", '"month": "2020-02"'),
        ("coverage", "weekly.txt", "2 months: 0 differ, 0 are not in every warehouse"),
        ("page", "weekly.html", "green/2020-02"),
    ],
)
def test_a_report_is_written_to_a_file(
    loaded: DataFolder, write: Write, shows: str, file: str, found: str
) -> None:
    write("weekly", REPORT.format(shows=shows, where=f"file: {file}"))
    answer = taxi_assets("pipelines", "weekly")
    assert answer.exit_code == 0, answer.text
    assert found in (loaded.folder / "reports" / file).read_text("utf-8")
    assert [path.name for path in (loaded.folder / "reports").iterdir()] == [file]


def test_a_job_that_is_there_gets_a_schedule(write: Write, settings_env: Path) -> None:
    write(
        "zones_monthly",
        """
        type: taxi_assets.components.ExistingJob
        attributes:
          job: zones
          schedule: "0 5 1 * *"
        """,
    )
    definitions = build_definitions(read_settings())
    schedule = definitions.resolve_schedule_def("pipeline_zones_monthly_schedule")
    assert isinstance(schedule, dg.ScheduleDefinition)
    assert (schedule.job_name, schedule.cron_schedule) == ("load_zones", "0 5 1 * *")


@pytest.mark.parametrize(
    ("shows", "where", "told"),
    [
        ("checks", "taxis: [green]", "name a webhook or a file"),
        ("page", "webhook: chat", "a page goes to a file"),
        ("page", "file: a.json", "a page is .html"),
        ("checks", "file: ../a.json", "file"),
        ("checks", "webhook: chat", "TAXI_PIPELINE_SECRETS has no chat@HOST"),
        ("checks", "webhook: other", "other@example.org in TAXI_PIPELINE_SECRETS is no address"),
    ],
)
def test_a_report_that_cannot_be_is_told(
    write: Write, monkeypatch: pytest.MonkeyPatch, shows: str, where: str, told: str
) -> None:
    secrets = {"other@example.org": "https://elsewhere.example/hook"}
    monkeypatch.setenv("TAXI_PIPELINE_SECRETS", json.dumps(secrets))
    write("weekly", REPORT.format(shows=shows, where=where))
    answer = taxi_assets("pipelines")
    assert answer.exit_code == 1
    assert told in answer.text
