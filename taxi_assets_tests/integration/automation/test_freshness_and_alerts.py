"""Tables that lag behind the source, runs that fail, and who is told: a real webhook."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import dagster as dg
import pytest
from dagster._core.events import JobFailureData, RunFailureReason
from dagster._core.execution.backfill import BulkActionStatus

from taxi_assets.automation.alerts import AlertNotDeliveredError
from taxi_assets.automation.backfills import launch_backfill
from taxi_assets.definitions import build_definitions
from taxi_assets.errors import SettingsError
from taxi_assets.settings import read_settings
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets_tests.command_line import DataFolder, taxi_assets
from taxi_assets_tests.fake_source import FakeSource

NOW = datetime.now(UTC)
LAST_MONTH = str(Month.of(NOW.date()).plus(-1))
MONTH_BEFORE = str(Month.of(NOW.date()).plus(-2))
SECRET_PATH = "/hooks/s3cret"


class Webhook(ThreadingHTTPServer):
    """Takes alerts; answers with each of ``statuses`` first, then with 200."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.alerts: list[dict[str, Any]] = []
        self.statuses: list[int] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}{SECRET_PATH}"


class _Handler(BaseHTTPRequestHandler):
    server: Webhook

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        status = self.server.statuses.pop(0) if self.server.statuses else 200
        if status == 200:
            assert self.path == SECRET_PATH
            self.server.alerts.append(body)
        self.send_response(status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its name there
        """Say nothing."""


@pytest.fixture
def webhook(data: DataFolder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:
    """A webhook that the settings name."""
    with Webhook() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        monkeypatch.setenv("TAXI_ALERT_WEBHOOK", server.url)
        yield server
        server.shutdown()
        thread.join()


def check_freshness(instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    job = build_definitions(read_settings()).resolve_job_def("check_freshness")
    return job.execute_in_process(instance=instance, raise_on_error=False)


def verdict(result: dg.ExecuteInProcessResult) -> tuple[bool, str]:
    (found,) = (
        each
        for each in result.get_asset_check_evaluations()
        if each.asset_key == dg.AssetKey(["duckdb", GREEN.table])
    )
    return found.passed, found.description or ""


def sensor(name: str) -> dg.SensorDefinition:
    (found,) = (s for s in build_definitions(read_settings()).sensors or [] if s.name == name)
    assert isinstance(found, dg.SensorDefinition)
    return found


def tell_of_failure(instance: dg.DagsterInstance, result: dg.ExecuteInProcessResult) -> None:
    run = instance.get_run_by_id(result.run_id)
    assert run is not None
    context = dg.build_run_status_sensor_context(
        sensor_name="alert_run_failed",
        dagster_event=result.get_run_failure_event(),
        dagster_instance=instance,
        dagster_run=run,
    ).for_run_failure()
    sensor("alert_run_failed")(context)


def tell_of_success(instance: dg.DagsterInstance, result: dg.ExecuteInProcessResult) -> None:
    run = instance.get_run_by_id(result.run_id)
    assert run is not None
    context = dg.build_run_status_sensor_context(
        sensor_name="alert_table_late",
        dagster_event=result.get_run_success_event(),
        dagster_instance=instance,
        dagster_run=run,
    )
    sensor("alert_table_late")(context)


def failed_load(instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    """A run of a month that is long overdue at the source."""
    job = build_definitions(read_settings()).resolve_job_def("load_green")
    result = job.execute_in_process(
        partition_key="2020-04", instance=instance, raise_on_error=False
    )
    assert not result.success
    return result


def test_a_table_turns_red_once_a_month_has_been_published_for_too_long(
    source: FakeSource, instance: dg.DagsterInstance
) -> None:
    assert verdict(check_freshness(instance)) == (
        True,
        "nothing is late; the newest month is None",
    )

    source.publish(GREEN, LAST_MONTH, NOW - timedelta(days=1))
    fresh, reason = verdict(check_freshness(instance))
    assert fresh
    assert reason == f"nothing is late; the newest month is {LAST_MONTH}"

    source.publish(GREEN, MONTH_BEFORE, NOW - timedelta(days=4))
    late, reason = verdict(check_freshness(instance))
    assert not late
    assert reason == f"published for more than 3 days, not loaded: {MONTH_BEFORE}"

    assert taxi_assets("load", "green", MONTH_BEFORE).exit_code == 0
    assert verdict(check_freshness(instance))[0]


def test_a_late_table_keeps_no_month_from_loading(
    source: FakeSource, instance: dg.DagsterInstance
) -> None:
    source.publish(GREEN, LAST_MONTH, NOW - timedelta(days=30))
    source.publish(GREEN, "2025-01", NOW)

    answer = taxi_assets("load", "green", "2025-01")

    assert answer.exit_code == 0, answer.text
    assert "newest_months_loaded" not in answer.text


def test_a_run_that_fails_is_posted_with_its_reason_and_remedy(
    instance: dg.DagsterInstance, webhook: Webhook
) -> None:
    result = failed_load(instance)

    tell_of_failure(instance, result)

    (alert,) = webhook.alerts
    assert alert["title"] == "green 2020-04 failed"
    assert "green_tripdata_2020-04.parquet is not at" in alert["reason"]
    assert "What to do: check TAXI_CSV_BASE_URL" in alert["text"]
    assert alert["run_id"] == result.run_id
    assert alert["tags"]["taxi"] == "green"


def test_a_late_table_is_posted_and_one_that_is_not_is_not(
    source: FakeSource, instance: dg.DagsterInstance, webhook: Webhook
) -> None:
    tell_of_success(instance, check_freshness(instance))
    assert webhook.alerts == []

    source.publish(GREEN, LAST_MONTH, NOW - timedelta(days=30))
    tell_of_success(instance, check_freshness(instance))

    (alert,) = webhook.alerts
    assert alert["title"] == "tables lag behind the source"
    assert (
        f"duckdb/green_tripdata: published for more than 3 days, not loaded: {LAST_MONTH}"
        in (alert["reason"])
    )


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
    kind: str, instance: dg.DagsterInstance, webhook: Webhook
) -> None:
    message, data = FROM_OUTSIDE[kind]
    tags = {"taxi": "green", "dagster/partition": "2020-04"}
    status = dg.DagsterRunStatus.STARTED
    run = instance.run_storage.add_run(dg.DagsterRun("load_green", status=status, tags=tags))
    event = instance.report_run_failed(run, message, data)
    context = dg.build_run_status_sensor_context(
        sensor_name="alert_run_failed",
        dagster_event=event,
        dagster_instance=instance,
        dagster_run=run,
    ).for_run_failure()

    sensor("alert_run_failed")(context)

    (alert,) = webhook.alerts
    assert alert["title"] == "green 2020-04 failed"
    assert alert["reason"] == message


def look_at_backfills(instance: dg.DagsterInstance, cursor: str | None) -> str:
    """A tick of the sensor; its cursor."""
    context = dg.build_sensor_context(instance, cursor=cursor)
    data = sensor("alert_backfill_over").evaluate_tick(context)
    assert data.cursor is not None
    return data.cursor


def end_backfill(instance: dg.DagsterInstance, backfill_id: str, state: BulkActionStatus) -> None:
    backfill = instance.get_backfill(backfill_id)
    assert backfill is not None
    ended = backfill.with_status(state).with_end_timestamp(time.time() + 60)
    instance.update_backfill(ended)


def test_a_backfill_that_is_cancelled_or_failed_is_posted_once(
    instance: dg.DagsterInstance, webhook: Webhook
) -> None:
    months = [Month(2025, 1), Month(2025, 2)]
    cursor = look_at_backfills(instance, None)
    cancelled = launch_backfill(instance, GREEN, months)
    failed = launch_backfill(instance, GREEN, months)
    launch_backfill(instance, GREEN, months)  # goes on
    assert webhook.alerts == []

    end_backfill(instance, cancelled, BulkActionStatus.CANCELED)
    cursor = look_at_backfills(instance, cursor)
    end_backfill(instance, failed, BulkActionStatus.FAILED)
    cursor = look_at_backfills(instance, cursor)
    look_at_backfills(instance, cursor)

    assert [(alert["title"], alert["backfill_id"]) for alert in webhook.alerts] == [
        ("backfill green 2025-01 to 2025-02: cancelled", cancelled),
        ("backfill green 2025-01 to 2025-02: failed", failed),
    ]
    assert webhook.alerts[0]["reason"] == "0 of 2 months loaded; not begun: 2025-01, 2025-02"


def test_a_backfill_whose_alert_was_not_taken_is_posted_at_the_next_tick(
    instance: dg.DagsterInstance, webhook: Webhook
) -> None:
    cursor = look_at_backfills(instance, None)
    backfill = launch_backfill(instance, GREEN, [Month(2025, 1)])
    end_backfill(instance, backfill, BulkActionStatus.CANCELED)
    webhook.statuses = [503] * 3
    with pytest.raises(AlertNotDeliveredError):
        look_at_backfills(instance, cursor)

    look_at_backfills(instance, cursor)

    assert [alert["backfill_id"] for alert in webhook.alerts] == [backfill]


def test_an_alert_is_posted_again_where_the_webhook_fails_at_first(
    instance: dg.DagsterInstance, webhook: Webhook
) -> None:
    webhook.statuses = [500, 429]

    tell_of_failure(instance, failed_load(instance))

    assert len(webhook.alerts) == 1


def test_a_webhook_that_refuses_is_an_error_that_does_not_say_its_address(
    instance: dg.DagsterInstance, webhook: Webhook
) -> None:
    webhook.statuses = [404] * 3
    result = failed_load(instance)

    with pytest.raises(AlertNotDeliveredError, match="the webhook answers HTTP 404") as refusal:
        tell_of_failure(instance, result)

    assert "s3cret" not in str(refusal.value)


def test_without_a_webhook_nobody_is_told(data: DataFolder) -> None:
    names = {sensor.name for sensor in build_definitions(read_settings()).sensors or []}

    assert names == {"republished_green", "republished_yellow"}


def test_a_webhook_that_is_no_address_is_refused_without_being_shown(
    data: DataFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_ALERT_WEBHOOK", "hooks.example.org/s3cret")

    with pytest.raises(SettingsError, match=r"TAXI_ALERT_WEBHOOK: .*https://") as refusal:
        read_settings()

    assert "s3cret" not in str(refusal.value)
    assert "s3cret" not in taxi_assets("doctor").text
