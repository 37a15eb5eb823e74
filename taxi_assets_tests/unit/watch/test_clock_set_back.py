"""A clock that was ahead, and was set right: nothing waits until the time that it showed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg

from taxi_assets.automation.jobs import load_job_name
from taxi_assets.automation.open_troubles import gather
from taxi_assets.automation.outbox import Outbox
from taxi_assets.settings import read_settings
from taxi_assets.source.catalog import Catalog
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets.watch.sightings import Sightings, changed_sightings, read_sightings
from taxi_assets.watch.survey import known

NOW = datetime(2026, 9, 1, tzinfo=UTC)
AHEAD = datetime(2031, 1, 1, tzinfo=UTC)
MONTH = Month(2026, 6)


def test_hosts_and_months_are_looked_at_again() -> None:
    sightings = Sightings()
    sightings.host_failed("no answer", AHEAD)
    month = sightings.of(MONTH).failed("no answer", AHEAD)

    for now, rests in ((AHEAD + timedelta(minutes=1), True), (NOW, False)):
        assert (sightings.rests(now), month.rests(now)) == (rests, rests)


def test_a_month_that_was_asked_for_then_is_not_on_its_way_for_years(settings_env: Path) -> None:
    settings = read_settings()
    with dg.DagsterInstance.ephemeral() as instance:
        with changed_sightings(instance, settings, GREEN) as sightings:
            sightings.asked[str(MONTH)] = AHEAD
        assert read_sightings(instance, GREEN).asked

        lines = known(instance, Catalog(settings), GREEN, NOW)

    assert [line.on_its_way for line in lines if line.month == MONTH] == [False]


def test_alerts_are_posted_and_failed_runs_are_told() -> None:
    outbox = Outbox(runs_until=AHEAD)
    outbox.was_refused(AHEAD)
    assert outbox.may_post(NOW)
    outbox.was_taken([], AHEAD)
    assert outbox.may_post(NOW)

    @dg.job(name=load_job_name(GREEN))
    def fails() -> None:
        dg.op(name="fail")(_fail)()

    with dg.DagsterInstance.ephemeral() as instance:
        run = fails.execute_in_process(instance=instance, raise_on_error=False)
        gather(instance, outbox, [GREEN], datetime.now(UTC))

    assert [alert.trouble.about.get("run_id") for alert in outbox.lasting] == [run.run_id]


def _fail() -> None:
    raise RuntimeError("no room")
