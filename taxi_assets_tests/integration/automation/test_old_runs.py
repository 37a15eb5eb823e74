"""Old runs are deleted, but for those that tell the state of a month."""

from __future__ import annotations

import os
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from taxi_assets.automation.backfills import missing_months
from taxi_assets.automation.maintenance import PURGE_JOB
from taxi_assets.automation.old_runs import purge_old_runs
from taxi_assets.automation.sqlite_files import free_disk
from taxi_assets.definitions import build_definitions
from taxi_assets.settings import read_settings
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets_tests.command_line import DataFolder, taxi_assets
from taxi_assets_tests.fake_source import FakeSource

MONTH, OTHER = "2025-01", "2025-02"
TABLE = dg.AssetKey(["duckdb", "green_tripdata"])
EVERY_AGE = -1.0  # days: also what was made a moment ago counts as old


@pytest.fixture
def history(
    instance: dg.DagsterInstance, data: DataFolder, source: FakeSource
) -> dg.DagsterInstance:
    """A month loaded three times, of which the last was its checks alone; another one once."""
    published = datetime(2025, 4, 1, tzinfo=UTC)
    for month in (MONTH, OTHER):
        source.publish(GREEN, month, published)
    for arguments in (
        ("load", "green", MONTH, OTHER),
        ("load", "green", MONTH, "--force"),
        ("check", "green", MONTH),
    ):
        answer = taxi_assets(*arguments)
        assert answer.exit_code == 0, answer.text
    return instance


def materialized(instance: dg.DagsterInstance) -> set[str]:
    return set(instance.get_materialized_partitions(TABLE))


def of_month(instance: dg.DagsterInstance, month: str) -> list[str]:
    """The month's runs, newest first."""
    runs = instance.get_runs(dg.RunsFilter(tags={"dagster/partition": month}))
    return [run.run_id for run in runs]


def test_what_newer_runs_have_superseded_goes_and_nothing_is_forgotten(
    history: dg.DagsterInstance, data: DataFolder
) -> None:
    checks, reload_, first = of_month(history, MONTH)
    (other,) = of_month(history, OTHER)
    ledger = data.ledger()

    planned = purge_old_runs(history, EVERY_AGE, dry_run=True)
    assert [run.run_id for run in planned.runs] == [first]
    assert len(history.get_runs()) == 4

    assert purge_old_runs(history, EVERY_AGE).runs == planned.runs
    assert {run.run_id for run in history.get_runs()} == {checks, reload_, other}
    assert history.all_logs(first) == []
    assert materialized(history) == {MONTH, OTHER}
    assert data.ledger() == ledger
    assert purge_old_runs(history, EVERY_AGE).runs == ()


def test_the_disk_that_deleted_runs_took_is_free_again(history: dg.DagsterInstance) -> None:
    *_, first = of_month(history, MONTH)
    file = Path(os.environ["DAGSTER_HOME"]) / "history" / "runs" / f"{first}.db"
    size_bytes = file.stat().st_size
    history.delete_run(first)  # as earlier versions did, which left the file
    assert file.exists()
    assert free_disk(history) == 0  # it may be that of a run that is being made

    assert free_disk(history, young_seconds=0) >= size_bytes

    assert not file.exists()
    (newest, *_) = of_month(history, MONTH)
    assert history.all_logs(newest)


def test_a_month_that_failed_is_still_known_and_runs_in_progress_stay(
    instance: dg.DagsterInstance,
) -> None:
    tags = {"taxi": "green", "dagster/partition": MONTH}
    for status in (
        dg.DagsterRunStatus.SUCCESS,
        dg.DagsterRunStatus.FAILURE,
        dg.DagsterRunStatus.FAILURE,
    ):
        instance.run_storage.add_run(dg.DagsterRun("load_green", status=status, tags=tags))
    started = dg.DagsterRun("load_yellow", status=dg.DagsterRunStatus.STARTED)
    instance.run_storage.add_run(started)

    assert len(purge_old_runs(instance, EVERY_AGE, at_once=1).runs) == 1
    assert len(purge_old_runs(instance, EVERY_AGE).runs) == 1
    assert len(instance.get_runs()) == 2
    assert instance.has_run(started.run_id)
    month = Month.parse(MONTH)
    assert missing_months(instance, GREEN, [month]) == [month]


def test_the_command_says_what_it_would_delete_and_needs_to_know_how_old(
    history: dg.DagsterInstance,
) -> None:
    refused = taxi_assets("purge")
    assert refused.exit_code == 2
    assert "TAXI_KEEP_RUNS_DAYS is not set" in refused.text

    answer = taxi_assets("purge", "--days", "30", "--dry-run")
    assert answer.exit_code == 0
    assert "0 runs older than 30 days would be deleted; 0 old ones" in answer.text
    assert len(history.get_runs()) == 4


@pytest.mark.parametrize(
    ("keep_days", "left"),
    [
        ("0", Counter(load_green=2, check_freshness=1)),
        ("365", Counter(load_green=1, check_freshness=1)),
    ],
)
def test_a_server_purges_daily_looks_and_all_runs_once_it_knows_how_long_to_keep_them(
    instance: dg.DagsterInstance,
    monkeypatch: pytest.MonkeyPatch,
    keep_days: str,
    left: Counter[str],
) -> None:
    monkeypatch.setenv("TAXI_KEEP_RUNS_DAYS", keep_days)
    monkeypatch.setenv("TAXI_SCHEDULES", "on")
    made = {"load_green": (400, 300), "check_freshness": (40, 35, 31)}
    for job, days in [(job, days) for job, ages in made.items() for days in ages]:
        run = dg.DagsterRun(job, status=dg.DagsterRunStatus.SUCCESS)
        instance.run_storage.add_historical_run(run, datetime.now(UTC) - timedelta(days=days))

    definitions = build_definitions(read_settings())

    schedule = definitions.resolve_schedule_def("daily_purge")
    assert schedule.default_status is dg.DefaultScheduleStatus.RUNNING
    purge = definitions.resolve_job_def(PURGE_JOB)
    assert purge.execute_in_process(instance=instance).success
    jobs = Counter(run.job_name for run in instance.get_runs())
    assert jobs - Counter({PURGE_JOB: 1}) == left
