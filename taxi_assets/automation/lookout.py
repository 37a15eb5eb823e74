"""Tells, from the code server, that nothing moves: the sensor of alerts cannot say so itself.

It stands still, and so do all schedules, sensors and backfills, where no daemon is at work, where
the code cannot be loaded, and where Dagster's history is full or away. This needs none of them.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import dagster as dg

from taxi_assets.automation.dagster_internals import TickStatus
from taxi_assets.automation.failing_ticks import tick_error
from taxi_assets.automation.history_errors import history_errors
from taxi_assets.automation.outbox import ALERTS_SENSOR, Outbox, keep_outbox, read_outbox
from taxi_assets.automation.posting import AlertNotDeliveredError, body_of, post
from taxi_assets.errors import TaxiAssetsError
from taxi_assets.settings import Settings
from taxi_assets.watch.troubles import Trouble

STILL = timedelta(minutes=15)
"""So long nothing moves before it is told: a stack takes less to start."""

_SECONDS = 60.0
_KEY = "standstill"
_STORED = "taxi_assets/lookout"
_OVER = [TickStatus.SUCCESS, TickStatus.SKIPPED, TickStatus.FAILURE]
_log = logging.getLogger(__name__)

Open = Callable[[], dg.DagsterInstance]


def _now() -> datetime:
    return datetime.now(UTC)


class Lookout:
    """Sees by the ticks of the sensor of alerts whether anything moves."""

    def __init__(
        self,
        settings: Settings,
        load_error: Callable[[], str],
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = _now,
    ) -> None:
        """Nothing stands still yet.

        Args:
            settings: the webhook, and where Dagster's history is.
            load_error: why the code cannot be loaded; empty where it can.
            clock: seconds that pass, whatever the time of day is set to.
            now: the time of day, UTC.
        """
        self._settings, self._load_error = settings, load_error
        self._clock, self._now = clock, now
        self._outbox, self._is_read = Outbox(), False
        self._instance: dg.DagsterInstance | None = None
        self._newest: int | None = None
        self._has_looked = False
        self._moved, self._has_moved = clock(), False

    def start(self) -> None:
        """Look every minute, in a thread that ends with the process."""
        threading.Thread(target=self._look_on, name="lookout", daemon=True).start()

    def look(self, opened: Open = dg.DagsterInstance.get) -> None:
        """Look once, and post what is new.

        Args:
            opened: Dagster's history.
        """
        try:
            with history_errors(self._settings):
                self._instance = self._instance or opened()
                why = self._see(self._instance)
        except TaxiAssetsError as error:
            why = error.what
        except Exception as error:  # whatever it is, somebody is to hear of it
            why = f"Dagster's history cannot be read: {type(error).__name__}"
        now = self._now()
        if self._clock() - self._moved >= STILL.total_seconds():
            self._outbox.open(_standstill(why, now - STILL), now)
        elif self._has_moved:
            self._end(now)
        self._post(now)

    def could_not_start(self, why: str, opened: Open = dg.DagsterInstance.get) -> None:
        """Note that the code server ends at once, and tell of it once that goes on for long."""
        now = self._now()
        with history_errors(self._settings):
            self._instance = opened()
            self._read(self._instance)
        self._outbox.open(_standstill(why, now), now)
        self._post(now)

    def _end(self, now: datetime) -> None:
        """Note that all moves again; of what nobody needed to know, nobody hears."""
        known = self._outbox.alerts.get(_KEY)
        if known is not None and known.told is None and now - known.trouble.since < STILL:
            del self._outbox.alerts[_KEY]
        self._outbox.end(_KEY, now)

    def _look_on(self) -> None:
        while True:
            try:
                self.look()
            except Exception:  # it is all there is to tell of anything
                _log.exception("The lookout failed, and looks again")
            time.sleep(_SECONDS)

    def _see(self, instance: dg.DagsterInstance) -> str:
        """Note whether the sensor has ticked since the last look; else why it may not have."""
        self._read(instance)
        states = [s for s in instance.all_instigator_state() if s.name == ALERTS_SENSOR]
        ticks = [
            tick
            for state in states
            for tick in instance.get_ticks(
                state.instigator_origin_id, state.selector_id, limit=1, statuses=_OVER
            )
        ]
        newest = max(ticks, key=lambda tick: tick.timestamp, default=None)
        error = newest.error if newest and newest.status is TickStatus.FAILURE else None
        failure = tick_error(newest) if newest and error else ""
        is_off = bool(states) and not any(state.is_running for state in states)
        tick_id = newest.tick_id if newest else None
        is_new = self._has_looked and tick_id != self._newest
        if is_off or (is_new and (not error or AlertNotDeliveredError.__name__ in str(error))):
            self._moved, self._has_moved = self._clock(), True
        self._newest, self._has_looked = tick_id, True
        if load_error := self._load_error():
            return f"the code cannot be loaded: {load_error}"
        return f"its ticks fail: {failure}" if failure else "no daemon is at work"

    def _read(self, instance: dg.DagsterInstance) -> None:
        """Take over what a process before this one told of."""
        if not self._is_read:
            alerts = self._outbox.alerts
            self._outbox = read_outbox(instance, _STORED)
            self._outbox.alerts |= alerts
            self._is_read = True

    def _post(self, now: datetime) -> None:
        webhook = self._settings.alert_webhook
        if webhook is None:
            self._outbox.forget_ended()
        new, over = self._outbox.untold()
        new = [alert for alert in new if now - alert.trouble.since >= STILL]
        if webhook is not None and (new or over) and self._outbox.may_post(now):
            try:
                post(webhook, body_of(new, over))
            except AlertNotDeliveredError as error:
                self._outbox.was_refused(now)
                _log.warning("%s", error)
            else:
                self._outbox.was_taken([*new, *over], now)
        self._keep()

    def _keep(self) -> None:
        """Let the process after this one know; where the history is away, it cannot."""
        with suppress(Exception):
            if self._instance is not None and self._is_read:
                keep_outbox(self._instance, self._outbox, _STORED)


def _standstill(why: str, since: datetime) -> Trouble:
    return Trouble(
        key=_KEY,
        kind=_KEY,
        title="schedules, sensors, backfills and alerts stand still",
        since=since,
        reason=f"The sensor {ALERTS_SENSOR} does not tick: {why}.\n  What is loaded stays. "
        "What to do: see that daemon, code and Dagster's database run, and what their logs say.",
    )
