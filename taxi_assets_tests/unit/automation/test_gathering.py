"""What alerts tell of beside months: runs, schedules, pipeline files, and what they cannot see."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.scheduler.instigation import TickStatus
from filelock import FileLock

from taxi_assets.automation import gathering
from taxi_assets.automation.alerts import alert_sensor
from taxi_assets.automation.gathering import Deployed, gather
from taxi_assets.automation.old_runs import purge_old_runs
from taxi_assets.automation.outbox import Outbox, keep_outbox, read_outbox
from taxi_assets.automation.run_tags import WILL_RETRY_TAG
from taxi_assets.components.definitions import pipeline_definitions
from taxi_assets.settings import read_settings
from taxi_assets.trips.yellow import YELLOW
from taxi_assets.watch.troubles import Trouble
from taxi_assets_tests.sensor_ticks import REPOSITORY, add_tick

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
STARTED, QUEUED = dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.QUEUED
OVERDUE = Trouble(
    key="overdue/green/2025-01",
    kind="overdue",
    title="green 2025-01 is overdue",
    since=NOW,
    reason="",
    dataset="green",
    subject="2025-01",
)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as opened:
        yield opened


@pytest.fixture
def ticking(tmp_path: Path) -> Iterator[dg.DagsterInstance]:
    """One that keeps ticks, which those in memory do not."""
    with dg.instance_for_test(temp_dir=str(tmp_path)) as opened:
        yield opened


def titles(
    instance: dg.DagsterInstance,
    outbox: Outbox,
    after: timedelta = timedelta(),
    deployed: Deployed = Deployed(),  # noqa: B008
) -> list[str]:
    """What is open at a look that long from now, by the clock that runs are stamped with."""
    gather(instance, outbox, datetime.now(UTC) + after, deployed)
    return [alert.trouble.title for alert in outbox.lasting]


def run(instance: dg.DagsterInstance, status: dg.DagsterRunStatus, **tags: str) -> dg.DagsterRun:
    origin = REPOSITORY.get_job_origin("weekly")
    made = dg.DagsterRun("weekly", status=status, tags=tags, remote_job_origin=origin)
    return instance.run_storage.add_run(made)


def test_a_run_whose_retry_is_called_off_right_after_a_look_is_told(
    instance: dg.DagsterInstance,
) -> None:
    outbox = Outbox()
    titles(instance, outbox)
    failed = run(instance, STARTED, **{WILL_RETRY_TAG: "true"})
    instance.report_run_failed(failed)
    assert titles(instance, outbox, timedelta(seconds=30)) == []

    instance.add_run_tags(failed.run_id, {WILL_RETRY_TAG: "false"})

    assert titles(instance, outbox, timedelta(seconds=60)) == ["weekly failed"]


def test_the_alert_of_a_run_that_is_deleted_is_over(instance: dg.DagsterInstance) -> None:
    outbox = Outbox()
    titles(instance, outbox)
    failed = run(instance, STARTED, **{WILL_RETRY_TAG: "false"})
    instance.report_run_failed(failed)
    assert titles(instance, outbox) == ["weekly failed"]

    instance.delete_run(failed.run_id)

    assert titles(instance, outbox) == []


def test_the_daily_purge_does_not_end_the_alert_of_a_run_that_nothing_has_mended(
    instance: dg.DagsterInstance,
) -> None:
    outbox = Outbox()
    titles(instance, outbox)
    instance.report_run_failed(run(instance, STARTED, **{WILL_RETRY_TAG: "false"}))
    assert titles(instance, outbox) == ["weekly failed"]
    keep_outbox(instance, outbox)
    superseded = run(instance, STARTED)
    for canceled in (superseded, run(instance, STARTED)):
        instance.report_run_canceled(canceled)

    purged = purge_old_runs(instance, days=-1)

    assert [each.run_id for each in purged.runs] == [superseded.run_id]
    assert titles(instance, outbox) == ["weekly failed"]


def test_a_run_that_does_not_end_is_told_until_it_does(instance: dg.DagsterInstance) -> None:
    outbox, soon = Outbox(), timedelta(minutes=5)
    hanging = run(instance, STARTED, taxi="green", **{"dagster/partition": "2020-04"})
    assert titles(instance, outbox, DAY - soon) == []
    assert titles(instance, outbox, DAY - soon / 5) == []
    assert titles(instance, outbox, DAY + soon) == ["the run of green 2020-04 does not end"]

    instance.report_run_canceled(hanging)

    assert titles(instance, outbox, DAY + soon) == []


def test_a_queue_that_stands_still_is_told_and_one_that_moves_is_not(
    instance: dg.DagsterInstance,
) -> None:
    outbox, soon = Outbox(), timedelta(minutes=5)
    run(instance, QUEUED)
    assert titles(instance, outbox, DAY - soon / 5) == []
    assert titles(instance, outbox, DAY + soon) == ["the queue of runs stands still"]

    instance.report_run_canceled(run(instance, STARTED))

    assert titles(instance, outbox, DAY - soon) == []


def test_services_that_were_off_for_days_give_runs_their_time_first(
    instance: dg.DagsterInstance,
) -> None:
    outbox = Outbox()
    titles(instance, outbox)
    run(instance, QUEUED)
    assert titles(instance, outbox, 3 * DAY) == []


def test_a_schedule_that_ticks_once_a_week_is_told_after_its_first_failure_till_it_is_mended(
    ticking: dg.DagsterInstance,
) -> None:
    outbox, week = Outbox(), 7 * DAY
    ticks = (-week, TickStatus.SKIPPED), (timedelta(), TickStatus.FAILURE)
    for after, status in ticks:
        add_tick(ticking, "weekly_audit", status, (NOW + after).timestamp())
    assert titles(ticking, outbox, DAY) == []
    for days in (2, 6, 9):  # the tick of the second week is late, and the alert stays
        assert titles(ticking, outbox, days * DAY) == ["weekly_audit fails"]

    add_tick(ticking, "weekly_audit", TickStatus.SKIPPED, (NOW + 2 * week).timestamp())

    assert titles(ticking, outbox, 2 * week) == []


def test_a_schedule_that_is_gone_fails_no_more(ticking: dg.DagsterInstance) -> None:
    outbox = Outbox()
    for _ in range(2):
        add_tick(ticking, "of_a_pipeline", TickStatus.FAILURE)
    assert titles(ticking, outbox) == ["of_a_pipeline fails"]
    assert titles(ticking, outbox, deployed=Deployed(ticking={"others"})) == []


def test_what_the_watch_said_of_a_taxi_that_is_watched_no_more_is_over(
    instance: dg.DagsterInstance,
) -> None:
    outbox = Outbox()
    outbox.open(OVERDUE, NOW)
    assert titles(instance, outbox) == [OVERDUE.title]
    assert titles(instance, outbox, deployed=Deployed([YELLOW])) == []


def test_alerts_of_one_kind_that_cannot_be_made_are_told_and_hide_no_others(
    ticking: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("of an edition to come")

    outbox = Outbox()
    for _ in range(2):
        add_tick(ticking, "republished_green", TickStatus.FAILURE)
    with monkeypatch.context() as patched:
        patched.setattr(gathering, "of_backfills", broken)
        assert titles(ticking, outbox) == ["republished_green fails"]  # it may pass
        titles(ticking, outbox)
    assert titles(ticking, outbox) == ["republished_green fails"]
    said = next(a.trouble for a in outbox.alerts.values() if a.trouble.key == "alerts/backfills")
    assert said.title == "no alerts of backfills"
    assert "ValueError: of an edition to come" in said.reason


def test_that_a_taxi_cannot_be_told_of_is_over_once_it_is_watched_no_more(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("a report that cannot be read")

    outbox = Outbox()
    with monkeypatch.context() as patched:
        patched.setattr(gathering, "of_watch", broken)
        titles(instance, outbox)
        assert "no alerts of the watch of green" in titles(instance, outbox)
    assert titles(instance, outbox, deployed=Deployed([YELLOW])) == []


def test_a_pipeline_file_that_is_wrong_is_told_until_it_is_right(
    instance: dg.DagsterInstance, settings_env: Path
) -> None:
    settings = read_settings()
    settings.pipelines.mkdir(parents=True)
    file = settings.pipelines / "rates.yaml"
    file.write_text("type: of_no_kind\nattributes: {}\n")

    def tick() -> list[str]:
        repository = pipeline_definitions(settings).get_repository_def()
        with dg.build_sensor_context(instance, repository_def=repository) as context:
            alert_sensor(settings).evaluate_tick(context)
        return [alert.trouble.reason for alert in read_outbox(instance).lasting]

    (reason,) = tick()
    assert "its schedule neither" in reason
    assert "rates.yaml, line 1: type is 'of_no_kind'" in reason
    file.unlink()
    assert tick() == []


def test_two_daemons_do_not_tell_at_the_same_time(
    instance: dg.DagsterInstance, settings_env: Path
) -> None:
    settings = read_settings()
    outbox = Outbox(posted=NOW)
    keep_outbox(instance, outbox)
    locks = settings.dagster_home / "sessions"
    locks.mkdir(parents=True)
    with FileLock(locks / "alerts"), dg.build_sensor_context(instance) as context:
        said = alert_sensor(settings).evaluate_tick(context).skip_message
    assert said == "another daemon is at it"
    assert read_outbox(instance) == outbox
