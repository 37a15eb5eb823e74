"""Schedules, tick by tick, against a source that publishes late, moves backward and fails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import dagster as dg
import pytest
from dagster._core.execution.backfill import BulkActionStatus
from dagster._utils.schedules import schedule_execution_time_iterator
from dagster_shared.error import SerializableErrorInfo

from taxi_assets.automation.backfills import launch_backfill
from taxi_assets.automation.schedules import newest_months_schedule
from taxi_assets.definitions import build_definitions
from taxi_assets.settings import read_settings
from taxi_assets.source.catalog import Catalog
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets.trips.yellow import YELLOW
from taxi_assets_tests.command_line import DataFolder
from taxi_assets_tests.fake_source import FakeSource, name_of
from taxi_assets_tests.landed_months import load_by_steps

SOME_TIME = datetime(2025, 9, 20, tzinfo=UTC)


class Tick:
    """What came of a tick."""

    def __init__(self, data: dg.ScheduleExecutionData) -> None:
        self.requests = list(data.run_requests or [])
        self.months = [request.partition_key for request in self.requests]
        self.reason = data.skip_message or ""


def schedule(dataset: Dataset) -> dg.ScheduleDefinition:
    (found,) = (
        each
        for each in build_definitions(read_settings()).schedules or []
        if isinstance(each, dg.ScheduleDefinition) and each.name == f"newest_{dataset.taxi}"
    )
    return found


def tick(instance: dg.DagsterInstance, at: datetime, dataset: Dataset = GREEN) -> Tick:
    own = newest_months_schedule(dataset, Catalog(read_settings()), lambda: at.astimezone(UTC))
    with dg.build_schedule_context(
        instance=instance,
        scheduled_execution_time=at,
        repository_def=build_definitions(read_settings()).get_repository_def(),
    ) as context:
        return Tick(own.evaluate_tick(context))


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T09:00:00+00:00")


def test_a_month_is_asked_for_each_day_until_it_is_published_and_loaded_then_no_more(
    data: DataFolder, source: FakeSource, instance: dg.DagsterInstance
) -> None:
    for month in ("2025-05", "2025-06"):
        source.publish(GREEN, month, SOME_TIME)
    load_by_steps(GREEN, "2025-05", "2025-06")

    early = tick(instance, at("2025-09-10"))
    assert early.months == []
    assert early.reason == "2025-08 is not published yet; the newest is 2025-06"

    source.publish(GREEN, "2025-07", SOME_TIME)
    published = tick(instance, at("2025-09-11"))
    assert published.months == ["2025-07"]
    assert published.requests[0].tags["file"] == "green_tripdata_2025-07.parquet"
    assert published.requests[0].tags["taxi"] == "green"

    load_by_steps(GREEN, "2025-07")
    later = tick(instance, at("2025-09-12"))
    assert later.months == []
    assert later.reason == "2025-08 is not published yet; the newest is 2025-07"


def test_where_all_is_loaded_the_reason_says_so(
    data: DataFolder,
    source: FakeSource,
    instance: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TAXI_SCHEDULE_MONTHS", "3")
    for month in ("2025-06", "2025-07", "2025-08"):
        source.publish(GREEN, month, SOME_TIME)
        load_by_steps(GREEN, month)

    assert tick(instance, at("2025-09-10")).reason == "every month up to 2025-08 is loaded"
    assert source.take_asked().count(name_of(GREEN, "2025-08")) == 1  # by the load


def test_several_months_at_once_are_asked_for_newest_first(
    data: DataFolder, source: FakeSource, instance: dg.DagsterInstance
) -> None:
    for month in ("2025-06", "2025-07", "2025-08"):
        source.publish(GREEN, month, SOME_TIME)

    assert tick(instance, at("2025-09-10")).months == ["2025-08", "2025-07", "2025-06"]


def test_a_month_published_after_its_successor_is_still_found(
    data: DataFolder, source: FakeSource, instance: dg.DagsterInstance
) -> None:
    source.publish(GREEN, "2025-08", SOME_TIME)
    load_by_steps(GREEN, "2025-08")
    assert tick(instance, at("2025-10-10")).months == []

    source.publish(GREEN, "2025-07", SOME_TIME)

    assert tick(instance, at("2025-10-11")).months == ["2025-07"]


def test_a_newest_month_that_is_withdrawn_again_is_neither_awaited_nor_dropped(
    data: DataFolder, source: FakeSource, instance: dg.DagsterInstance
) -> None:
    source.publish(GREEN, "2025-07", SOME_TIME)
    load_by_steps(GREEN, "2025-07")
    source.withdraw(GREEN, "2025-07")

    after = tick(instance, at("2025-09-10"))

    assert after.months == []
    assert after.reason == "2025-08 is not published yet; the newest is 2025-07"
    assert len(data.ledger()) == 1


def test_months_older_than_the_newest_few_are_left_to_backfills(
    data: DataFolder, source: FakeSource, instance: dg.DagsterInstance
) -> None:
    source.publish(GREEN, "2025-04", SOME_TIME)

    asked = tick(instance, at("2025-09-10"))

    assert asked.months == []
    assert asked.reason == "2025-08 is not published yet; nor is any month before it"
    assert sorted(source.take_asked()) == [
        name_of(GREEN, month) for month in ("2025-05", "2025-06", "2025-07", "2025-08")
    ]


def test_a_source_that_fails_makes_no_run_and_is_said(
    data: DataFolder, source: FakeSource, instance: dg.DagsterInstance
) -> None:
    source.publish(GREEN, "2025-08", SOME_TIME)
    source.down = True

    failed = tick(instance, at("2025-09-10"))

    assert failed.months == []
    assert "the source failed 1 times, and is asked again after" in failed.reason
    assert "could not be fetched in 1 attempts" in failed.reason
    assert "HTTP 503" in failed.reason
    source.down = False
    assert tick(instance, at("2025-09-11")).months == ["2025-08"]


def test_a_month_that_is_being_loaded_is_not_asked_for_again(
    data: DataFolder, source: FakeSource, instance: dg.DagsterInstance
) -> None:
    source.publish(GREEN, "2025-08", SOME_TIME)
    (request,) = tick(instance, at("2025-09-10")).requests
    job = build_definitions(read_settings()).resolve_job_def("load_green")
    instance.create_run_for_job(
        job, tags=dict(request.tags), status=dg.DagsterRunStatus.NOT_STARTED
    )

    again = tick(instance, at("2025-09-11"))

    assert again.months == []
    assert "being loaded: 2025-08" in again.reason


def test_a_month_that_a_backfill_will_load_is_not_asked_for_again(
    data: DataFolder, source: FakeSource, instance: dg.DagsterInstance
) -> None:
    source.publish(GREEN, "2025-07", SOME_TIME)
    source.publish(GREEN, "2025-08", SOME_TIME)
    launch_backfill(instance, GREEN, [Month(2025, 8)])  # no daemon has made a run of it yet

    assert tick(instance, at("2025-09-10")).months == ["2025-07"]


def test_a_month_of_an_old_backfill_is_not_asked_for_however_many_newer_ones_there_are(
    data: DataFolder, source: FakeSource, instance: dg.DagsterInstance
) -> None:
    source.publish(GREEN, "2025-08", SOME_TIME)
    launch_backfill(instance, GREEN, [Month(2025, 8)])
    for _ in range(25):
        launch_backfill(instance, GREEN, [Month(2025, 7)])

    assert tick(instance, at("2025-09-10")).months == []


def test_a_backfill_that_failed_for_lack_of_code_holds_its_months_back_for_a_day(
    data: DataFolder, source: FakeSource, instance: dg.DagsterInstance
) -> None:
    source.publish(GREEN, "2025-08", SOME_TIME)
    backfill = instance.get_backfill(launch_backfill(instance, GREEN, [Month(2025, 8)]))
    assert backfill is not None
    away = SerializableErrorInfo("no code", [], "DagsterCodeLocationNotFoundError")
    failed = backfill.with_status(BulkActionStatus.FAILED).with_error(away)

    asked_for = []
    for hours in (23, 24):
        ended = datetime.now(UTC) - timedelta(hours=hours)
        instance.update_backfill(failed.with_end_timestamp(ended.timestamp()))
        asked_for.append(tick(instance, at("2025-09-10")).months)
    assert asked_for == [[], ["2025-08"]]


def test_a_month_whose_run_dagster_will_retry_is_not_asked_for_again(
    data: DataFolder, source: FakeSource, instance: dg.DagsterInstance
) -> None:
    now = datetime.now(UTC)
    month = str(Month.of(now.date()).plus(-1))
    source.publish(GREEN, month, SOME_TIME)
    tags = {"taxi": "green", "dagster/partition": month}
    started = dg.DagsterRun("load_green", status=dg.DagsterRunStatus.STARTED, tags=tags)
    instance.report_run_failed(instance.run_storage.add_run(started), "its process died")

    again = tick(instance, now)

    assert again.months == []
    assert f"being loaded: {month}" in again.reason


def test_the_publication_of_csv_files_has_ended_and_is_not_awaited(
    data: DataFolder, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_SOURCE", "csv")
    monkeypatch.setenv("TAXI_CSV_BASE_URL", (data.folder / "empty").as_uri())

    assert tick(instance, at("2025-09-10")).reason.startswith("2021-07 is overdue")


@pytest.mark.parametrize(
    ("dataset", "hour", "days"),
    [
        # Clocks go forward on 2025-03-09 and back on 2025-11-02.
        (GREEN, 9, {"2025-03-08": 14, "2025-03-09": 13, "2025-03-10": 13}),
        (YELLOW, 10, {"2025-11-01": 14, "2025-11-02": 15, "2025-11-03": 15}),
    ],
    ids=["green in spring", "yellow in autumn"],
)
def test_in_new_york_the_hour_on_the_clock_stays_when_the_clocks_change(
    data: DataFolder,
    monkeypatch: pytest.MonkeyPatch,
    dataset: Dataset,
    hour: int,
    days: dict[str, int],
) -> None:
    monkeypatch.setenv("TAXI_SCHEDULE_TIMEZONE", "America/New_York")
    begin = datetime.fromisoformat(f"{min(days)}T00:00:00").replace(
        tzinfo=ZoneInfo("America/New_York")
    )

    found = schedule(dataset)
    ticks = schedule_execution_time_iterator(
        begin.timestamp(), found.cron_schedule, found.execution_timezone
    )
    times = list(islice(ticks, 3))

    assert [(time.hour, time.minute) for time in times] == [(hour, 0)] * 3
    assert {str(time.date()): time.astimezone(UTC).hour for time in times} == days


def test_no_month_is_asked_for_before_it_has_ended_as_a_partition(
    data: DataFolder,
    source: FakeSource,
    instance: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TAXI_SCHEDULE_TIMEZONE", "Pacific/Auckland")
    source.publish(GREEN, "2025-08", SOME_TIME)
    # The first of September there, still August by UTC.
    first = datetime(2025, 9, 1, 9, tzinfo=ZoneInfo("Pacific/Auckland"))

    assert tick(instance, first).months == []
    assert tick(instance, first.replace(day=2)).months == ["2025-08"]


@pytest.mark.parametrize(
    ("setting", "status"),
    [
        ("off", dg.DefaultScheduleStatus.STOPPED),
        ("on", dg.DefaultScheduleStatus.RUNNING),
    ],
)
def test_schedules_run_only_where_that_is_asked_for(
    data: DataFolder,
    monkeypatch: pytest.MonkeyPatch,
    setting: str,
    status: dg.DefaultScheduleStatus,
) -> None:
    monkeypatch.setenv("TAXI_SCHEDULES", setting)

    assert [schedule(dataset).default_status for dataset in (GREEN, YELLOW)] == [status] * 2
