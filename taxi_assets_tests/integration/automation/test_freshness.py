"""Tables that lag behind the source turn red."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import dagster as dg

from taxi_assets.definitions import build_definitions
from taxi_assets.settings import read_settings
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets_tests.command_line import taxi_assets
from taxi_assets_tests.fake_source import FakeSource
from taxi_assets_tests.simulation.clock import moved_clock

NOW = datetime.now(UTC)
LAST_MONTH = str(Month.of(NOW.date()).plus(-1))
MONTH_BEFORE = str(Month.of(NOW.date()).plus(-2))


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


def test_a_table_turns_red_once_a_month_has_been_seen_for_too_long_and_is_not_loaded(
    source: FakeSource, instance: dg.DagsterInstance
) -> None:
    with moved_clock(NOW) as clock:
        assert verdict(check_freshness(instance)) == (
            True,
            "nothing is late; no month is published or loaded yet",
        )

        # Nobody looked when it was published.
        source.publish(GREEN, MONTH_BEFORE, NOW - timedelta(days=30))
        assert verdict(check_freshness(instance))[0]
        clock.move(timedelta(days=2))
        assert verdict(check_freshness(instance))[0]

        clock.move(timedelta(days=2))
        fresh, reason = verdict(check_freshness(instance))
        assert not fresh
        assert reason == f"at the source for more than 3 days, not loaded: {MONTH_BEFORE}"

    assert taxi_assets("load", "green", MONTH_BEFORE).exit_code == 0
    assert verdict(check_freshness(instance)) == (
        True,
        f"nothing is late; the newest month is {MONTH_BEFORE}",
    )


def test_a_late_table_keeps_no_month_from_loading(
    source: FakeSource, instance: dg.DagsterInstance
) -> None:
    source.publish(GREEN, LAST_MONTH, NOW - timedelta(days=30))
    source.publish(GREEN, "2025-01", NOW)

    answer = taxi_assets("load", "green", "2025-01")

    assert answer.exit_code == 0, answer.text
    assert "newest_months_loaded" not in answer.text
