"""Somebody is told when nothing moves any more: by the code server, once, and of its end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest
from dagster._core.scheduler.instigation import TickStatus
from sqlalchemy.exc import OperationalError

from taxi_assets.automation.code_server import leave_in_vain
from taxi_assets.automation.lookout import STILL, Lookout
from taxi_assets.settings import read_settings
from taxi_assets_tests.sensor_ticks import add_tick
from taxi_assets_tests.webhook import Webhook

NOW = datetime(2026, 6, 1, tzinfo=UTC)
TITLE = "schedules, sensors, backfills and alerts stand still"


class Watched:
    """A code server's lookout over an instance, and a clock that is moved."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self.instance = instance
        self.passed = timedelta()
        self.load_error = ""
        self.failure: Exception | None = None
        self.restart()

    def restart(self) -> None:
        """As the code server does."""
        self.lookout = Lookout(
            read_settings(),
            lambda: self.load_error,
            lambda: self.passed / timedelta(seconds=1),
            lambda: NOW + self.passed,
        )

    def opened(self) -> dg.DagsterInstance:
        """Dagster's history, or why it is away."""
        if self.failure is not None:
            raise self.failure
        return self.instance

    def looks(self, ticks: bool) -> None:
        """Half an hour of looks, while the sensor of alerts ticks or not."""
        for _ in range(30):
            if ticks:
                add_tick(self.instance, "alerts", TickStatus.SKIPPED)
            self.passed += timedelta(minutes=1)
            self.lookout.look(self.opened)


@pytest.fixture
def watched(webhook: Webhook, instance: dg.DagsterInstance) -> Watched:
    return Watched(instance)


def test_a_daemon_that_is_away_is_told_once_and_so_is_its_return(
    watched: Watched, webhook: Webhook
) -> None:
    watched.looks(ticks=True)
    assert webhook.alerts == []

    watched.looks(ticks=False)
    watched.restart()
    watched.looks(ticks=False)
    (alert,) = webhook.alerts
    assert (alert["title"], alert["state"]) == (TITLE, "open")
    assert "no daemon is at work" in alert["reason"]

    watched.restart()
    watched.looks(ticks=True)
    assert webhook.titles == [TITLE, f"over: {TITLE}"]


def test_code_that_cannot_be_loaded_and_a_history_that_is_away_are_told(
    watched: Watched, webhook: Webhook
) -> None:
    watched.load_error = "SettingsError: TAXI_TAXIS: no such taxi"
    watched.looks(ticks=False)
    assert watched.load_error in webhook.alerts[0]["reason"]

    full = OperationalError("INSERT", {}, Exception("database or disk is full"))
    watched.failure = full
    watched.restart()
    watched.looks(ticks=False)
    assert "database or disk is full" in webhook.alerts[1]["reason"]


def test_a_code_server_that_never_starts_is_told_of_once_it_has_tried_for_long(
    watched: Watched, webhook: Webhook
) -> None:
    for _ in range(30):  # as Docker starts it again
        told = len(webhook.alerts)
        watched.passed += timedelta(minutes=1)
        watched.restart()
        watched.lookout.could_not_start("ImportError: no module x", watched.opened)
        assert told == 0 or watched.passed > STILL

    (alert,) = webhook.alerts
    assert "ImportError: no module x" in alert["reason"]


def test_a_code_server_that_fails_once_at_a_start_is_nothing_to_tell_of(
    watched: Watched, webhook: Webhook
) -> None:
    watched.lookout.could_not_start("the database is starting up", watched.opened)
    watched.restart()
    watched.looks(ticks=True)

    assert webhook.alerts == []


def test_a_code_server_that_is_stopped_leaves_once_the_history_of_its_runs_is_gone() -> None:
    answers = [True, False, True, False, False]
    left: list[int] = []

    leave_in_vain(lambda: answers.pop(0), lambda: left.append(len(answers)), pause_seconds=0)

    assert left == [0]
