"""Who is told of what goes wrong, how often, and of its end: a real webhook."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from dagster._core.events import JobFailureData, RunFailureReason
from dagster._core.execution.backfill import BulkActionStatus
from dagster._core.scheduler.instigation import TickStatus

from taxi_assets.automation.alerts import alert_sensor
from taxi_assets.automation.backfills import launch_backfill
from taxi_assets.automation.posting import AlertNotDeliveredError
from taxi_assets.definitions import build_definitions
from taxi_assets.errors import SettingsError
from taxi_assets.settings import read_settings
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets_tests.command_line import DataFolder, taxi_assets
from taxi_assets_tests.sensor_ticks import add_tick
from taxi_assets_tests.simulation.clock import Clock, moved_clock
from taxi_assets_tests.webhook import Webhook

NOW = datetime.now(UTC)
NO_RETRY = {"dagster/max_retries": "0"}  # as after the last one


class Alerts:
    """The sensor of alerts, with a clock of its own."""

    def __init__(self, instance: dg.DagsterInstance, clock: Clock) -> None:
        self.instance = instance
        self.clock = clock

    def tick(self, after: timedelta = timedelta(minutes=6)) -> str:
        """What the tick after that time says."""
        self.clock.move(after)
        sensor = alert_sensor(read_settings(), lambda: self.clock.now)
        with dg.build_sensor_context(self.instance) as context:
            return sensor.evaluate_tick(context).skip_message or ""

    def run(
        self,
        status: dg.DagsterRunStatus,
        month: str = "2020-04",
        taxi: str = "green",
        assets: Sequence[str] = (),
    ) -> dg.DagsterRun:
        """A run of a month that ended so: of the taxi's job, or launched from assets."""
        tags = {**NO_RETRY, "taxi": taxi, "dagster/partition": month}
        started = dg.DagsterRun(
            "__ASSET_JOB" if assets else f"load_{taxi}",
            status=dg.DagsterRunStatus.STARTED,
            tags=tags,
            asset_selection=frozenset(map(dg.AssetKey.from_user_string, assets)) or None,
        )
        run = self.instance.run_storage.add_run(started)
        if status is dg.DagsterRunStatus.FAILURE:
            self.instance.report_run_failed(run, "the disk is full")
        else:
            kind = dg.DagsterEventType.RUN_SUCCESS
            event = dg.DagsterEvent(kind.value, run.job_name, message="")
            self.instance.run_storage.handle_run_event(run.run_id, event)
        return run


@pytest.fixture
def alerts(instance: dg.DagsterInstance) -> Iterator[Alerts]:
    """The sensor, after its first tick: what was before is history."""
    with moved_clock(NOW) as clock:
        found = Alerts(instance, clock)
        found.run(FAILED, "2019-01")
        found.tick()
        clock.move(timedelta(minutes=1))
        yield found


FAILED, SUCCEEDED = dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS


def test_a_run_that_fails_is_posted_with_its_reason_and_remedy(
    alerts: Alerts, webhook: Webhook
) -> None:
    job = build_definitions(read_settings()).resolve_job_def("load_green")
    result = job.execute_in_process(
        partition_key="2020-04", instance=alerts.instance, raise_on_error=False
    )

    alerts.tick()

    (alert,) = webhook.alerts
    assert alert["title"] == "green 2020-04 failed"
    assert "green_tripdata_2020-04.parquet is not at" in alert["reason"]
    assert "What to do: check TAXI_CSV_BASE_URL" in alert["text"]
    assert alert["run_id"] == result.run_id
    assert (alert["taxi"], alert["month"]) == ("green", "2020-04")
    assert alert["tags"]["taxi"] == "green"


def test_a_month_that_fails_for_days_is_told_once_and_so_is_its_end(
    alerts: Alerts, webhook: Webhook
) -> None:
    for _ in range(9):
        alerts.run(FAILED)
        assert alerts.tick(timedelta(days=1)) == "1 open"
    assert webhook.titles == ["green 2020-04 failed"]

    alerts.run(SUCCEEDED)
    assert alerts.tick() == "0 open"
    alerts.tick()

    assert webhook.titles == ["green 2020-04 failed", "over: green 2020-04 failed"]


def test_runs_launched_from_assets_are_told_apart_by_their_taxi_and_end_with_a_load(
    alerts: Alerts, webhook: Webhook
) -> None:
    alerts.run(FAILED, assets=["duckdb/green_tripdata"])
    alerts.run(SUCCEEDED, taxi="yellow", assets=["duckdb/yellow_tripdata"])
    assert alerts.tick() == "1 open"
    assert webhook.titles == ["green 2020-04 failed"]

    alerts.run(SUCCEEDED)
    assert alerts.tick() == "0 open"


def test_a_run_of_a_part_does_not_end_the_trouble_of_another_part(
    alerts: Alerts, webhook: Webhook, data: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_SOURCE", "sample")
    data.change("CREATE VIEW green_tripdata AS SELECT 'of somebody' AS owner")
    definitions = build_definitions(read_settings())

    def run(job: str, *assets: str) -> str:
        """What the alerts say after a run of the job, or of some of its assets."""
        definitions.resolve_job_def(job).execute_in_process(
            partition_key="2020-04",
            instance=alerts.instance,
            asset_selection=[dg.AssetKey([place, "green_tripdata"]) for place in assets],
            tags={**NO_RETRY, "taxi": "green"},
            raise_on_error=False,
        )
        return alerts.tick()

    assert run("load_green") == "1 open"
    assert run("__ASSET_JOB", "lake") == "1 open"
    assert taxi_assets("check", "green", "2020-04").exit_code == 1
    data.change("DROP VIEW green_tripdata")
    assert run("__ASSET_JOB", "duckdb") == "0 open"


FROM_OUTSIDE = {
    "process died": ("Detected run worker status NOT_FOUND. Marking run as failed.", None),
    "start time-out": (
        "Run timed out due to taking longer than 180 seconds to start.",
        JobFailureData(error=None, failure_reason=RunFailureReason.START_TIMEOUT),
    ),
    "failed by hand": ("This run has been marked as failed from outside.", None),
}


@pytest.mark.parametrize("kind", FROM_OUTSIDE)
def test_a_run_that_no_step_of_it_failed_is_posted_with_what_dagster_says(
    kind: str, alerts: Alerts, webhook: Webhook
) -> None:
    message, data = FROM_OUTSIDE[kind]
    tags = {**NO_RETRY, "taxi": "green", "dagster/partition": "2020-04"}
    status = dg.DagsterRunStatus.STARTED
    run = alerts.instance.run_storage.add_run(dg.DagsterRun("load_green", status=status, tags=tags))
    alerts.instance.report_run_failed(run, message, data)

    alerts.tick()

    (alert,) = webhook.alerts
    assert alert["title"] == "green 2020-04 failed"
    assert alert["reason"] == message


def test_a_webhook_that_is_away_for_two_days_gets_each_alert_once_it_is_back(
    alerts: Alerts, webhook: Webhook
) -> None:
    webhook.status = 503
    alerts.run(FAILED)
    for _ in range(2 * 24 * 6):
        with suppress(AlertNotDeliveredError):
            alerts.tick(timedelta(minutes=10))
    alerts.run(SUCCEEDED)  # nobody has heard of the trouble, and it is over
    assert webhook.alerts == []
    assert 5 < webhook.asked < 25

    webhook.status = 200
    alerts.tick(timedelta(hours=7))
    alerts.tick()

    assert webhook.titles == ["green 2020-04 failed, and is over"]


def test_many_that_come_together_are_one_post(alerts: Alerts, webhook: Webhook) -> None:
    for month in Month(2020, 1).through(Month(2021, 12)):
        alerts.run(FAILED, str(month))

    alerts.tick()

    (post,) = webhook.alerts
    assert post["title"] == "taxi_assets: 24 new"
    assert len(post["alerts"]) == 24
    assert post["text"].count("\n") == 3
    assert "likewise: 2020-02, 2020-03" in post["text"]
    assert "and 3 more" in post["text"]


def end_backfill(instance: dg.DagsterInstance, backfill_id: str, state: BulkActionStatus) -> None:
    backfill = instance.get_backfill(backfill_id)
    assert backfill is not None
    ended = backfill.with_status(state).with_end_timestamp(NOW.timestamp() + 3600)
    instance.update_backfill(ended)


def test_a_backfill_that_is_cancelled_or_failed_is_posted_once(
    alerts: Alerts, webhook: Webhook
) -> None:
    instance, months = alerts.instance, [Month(2025, 1), Month(2025, 2)]
    cancelled = launch_backfill(instance, GREEN, months)
    failed = launch_backfill(instance, GREEN, months)
    launch_backfill(instance, GREEN, months)  # goes on
    alerts.tick()
    assert webhook.alerts == []

    end_backfill(instance, cancelled, BulkActionStatus.CANCELED)
    alerts.tick()
    end_backfill(instance, failed, BulkActionStatus.FAILED)
    for _ in range(3):
        alerts.tick()

    assert [(alert["title"], alert["backfill_id"]) for alert in webhook.alerts] == [
        ("backfill green 2025-01 to 2025-02: cancelled", cancelled),
        ("backfill green 2025-01 to 2025-02: failed", failed),
    ]
    assert webhook.alerts[0]["reason"] == "0 of 2 months loaded; not begun: 2025-01, 2025-02"


def test_a_backfill_that_ends_after_many_newer_ones_were_made_is_posted(
    alerts: Alerts, webhook: Webhook
) -> None:
    old = launch_backfill(alerts.instance, GREEN, [Month(2025, 1)])
    for _ in range(25):
        launch_backfill(alerts.instance, GREEN, [Month(2025, 2)])
    alerts.tick()

    end_backfill(alerts.instance, old, BulkActionStatus.CANCELED)
    alerts.tick()
    alerts.tick()

    assert webhook.titles == ["backfill green 2025-01 to 2025-01: cancelled"]


def test_a_sensor_that_fails_twice_in_a_row_is_posted_and_so_is_its_end(
    alerts: Alerts, webhook: Webhook
) -> None:
    for status in (TickStatus.FAILURE, TickStatus.SKIPPED, TickStatus.FAILURE):
        add_tick(alerts.instance, "republished_green", status)
    assert alerts.tick() == "0 open"

    add_tick(alerts.instance, "republished_green", TickStatus.FAILURE)
    assert alerts.tick() == "1 open"
    add_tick(alerts.instance, "republished_green", TickStatus.SKIPPED)
    assert alerts.tick() == "0 open"

    assert webhook.titles == ["republished_green fails", "over: republished_green fails"]
    assert "HTTP 404" in webhook.alerts[0]["reason"]


def test_a_webhook_that_refuses_fails_the_tick_without_its_address(
    alerts: Alerts, webhook: Webhook
) -> None:
    webhook.status = 404
    alerts.run(FAILED)

    with pytest.raises(AlertNotDeliveredError, match="the webhook answers HTTP 404") as refusal:
        alerts.tick()

    assert "s3cret" not in str(refusal.value)
    assert "1 alerts wait: 1 posts in a row were not taken" in taxi_assets("doctor").text


def test_what_is_open_is_listed_with_or_without_a_webhook(alerts: Alerts) -> None:
    nothing = f"nothing is open in {os.environ['DAGSTER_HOME']}"
    assert taxi_assets("alerts").text == nothing
    run = alerts.run(FAILED)
    alerts.tick()

    answer = taxi_assets("alerts")
    assert "green 2020-04 failed" in answer.text
    assert f"green 2020-04, job load_green, run {run.run_id} the disk is full" in answer.text
    (listed,) = json.loads(taxi_assets("alerts", "--json").stdout)
    assert listed["key"] == "month/green/2020-04"
    assert listed["told"] is None

    alerts.run(SUCCEEDED)
    alerts.tick()
    assert taxi_assets("alerts").text == nothing


def test_an_alert_names_the_asset_that_failed(
    alerts: Alerts, webhook: Webhook, data: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_SOURCE", "sample")
    data.change("CREATE VIEW green_tripdata AS SELECT 'of somebody' AS owner")
    job = build_definitions(read_settings()).resolve_job_def("load_green")
    job.execute_in_process(
        partition_key="2020-04", instance=alerts.instance, tags=NO_RETRY, raise_on_error=False
    )

    alerts.tick()

    assert webhook.alerts[0]["assets"] == ["duckdb/green_tripdata"]
    (listed,) = json.loads(taxi_assets("alerts", "--json").stdout)
    assert listed["place"].startswith("green 2020-04, duckdb/green_tripdata, job load_green, run")


def test_a_webhook_that_is_no_address_is_refused_without_being_shown(
    data: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_ALERT_WEBHOOK", "hooks.example.org/s3cret")

    with pytest.raises(SettingsError, match=r"TAXI_ALERT_WEBHOOK: .*https://") as refusal:
        read_settings()

    assert "s3cret" not in str(refusal.value)
    assert "s3cret" not in taxi_assets("doctor").text
