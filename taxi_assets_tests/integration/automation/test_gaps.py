"""A month that is missing between loaded ones: who says so, and who loads it."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from taxi_assets.automation.freshness import freshness_checks
from taxi_assets.automation.schedules import newest_months_schedule
from taxi_assets.definitions import build_definitions
from taxi_assets.settings import read_settings
from taxi_assets.source.catalog import Catalog
from taxi_assets.trips.green import GREEN
from taxi_assets.watch.survey import last_report, surveyed
from taxi_assets_tests.command_line import taxi_assets
from taxi_assets_tests.fake_source import FakeSource
from taxi_assets_tests.landed_months import load_by_steps

NOW = datetime(2024, 12, 1, tzinfo=UTC)  # the newest four: 2024-08 to 2024-11
GAP = "2024-02"


@pytest.fixture
def gappy(instance: dg.DagsterInstance, source: FakeSource) -> dg.DagsterInstance:
    """Two loaded months, and one between them that is published."""
    for month in ("2024-01", GAP, "2024-03"):
        source.publish(GREEN, month, NOW - timedelta(days=100))
    load_by_steps(GREEN, "2024-01", "2024-03")
    with surveyed(instance, Catalog(read_settings()), GREEN, NOW, in_round=True):
        pass
    return instance


def tick(instance: dg.DagsterInstance) -> dg.ScheduleExecutionData:
    settings = read_settings()
    schedule = newest_months_schedule(GREEN, Catalog(settings), lambda: NOW)
    code = build_definitions(settings).get_repository_def()
    with dg.build_schedule_context(instance, NOW, repository_def=code) as context:
        return schedule.evaluate_tick(context)


def test_a_gap_shows_in_status_in_freshness_and_among_the_alerts_and_is_not_loaded_unasked(
    gappy: dg.DagsterInstance,
) -> None:
    status = {line["month"]: line for line in json.loads(taxi_assets("status", "--json").stdout)}
    assert status["2024-01"]["standing"] == "held"
    assert status[GAP]["standing"].startswith("published, not loaded")

    checks = freshness_checks(Catalog(read_settings()), lambda: NOW)
    table = dg.AssetKey(["duckdb", GREEN.table])
    (check,) = (each for each in checks if {key.asset_key for key in each.check_keys} == {table})
    verdict = check(dg.build_asset_check_context(instance=gappy))
    assert isinstance(verdict, dg.AssetCheckResult)
    assert (verdict.passed, verdict.severity) == (False, dg.AssetCheckSeverity.WARN)
    assert f"green {GAP} is published and missing between loaded months" in (
        verdict.description or ""
    )

    report = last_report(gappy, GREEN)
    assert report is not None
    (gap,) = (trouble for trouble in report.troubles if trouble.kind == "gap")
    assert f"`taxi-assets backfill green {GAP}`" in gap.reason

    said = tick(gappy)
    assert not said.run_requests
    assert f"published and not loaded: {GAP}" in str(said.skip_message)


def test_a_gap_is_loaded_by_the_schedule_where_that_is_asked_for(
    gappy: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_LOAD_GAPS", "1")

    assert [request.partition_key for request in tick(gappy).run_requests or []] == [GAP]
