"""The alerts that are open, in Dagster's storage: each is told once, and so is its end.

What is told is derived from what is the case, not from events: an alert that was not taken, or a
process that was killed, loses nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import dagster as dg
from pydantic import BaseModel, Field

from taxi_assets.watch.sightings import is_ahead, is_near
from taxi_assets.watch.troubles import Trouble

ALERTS_SENSOR = "alerts"
"""The sensor that keeps it."""

_KEY = "taxi_assets/alerts"
_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=6)
_TOGETHER = timedelta(minutes=5)


class Alert(BaseModel):
    """A trouble, and what has been told of it.

    Attributes:
        trouble: what it is.
        opened: when it was found.
        told: when it was posted; None where it has not been yet.
        told_as: its title then; a trouble that grows may get another one.
        ended: when it was over; None while it lasts.
        end: why it is over, if that is not plain.
    """

    trouble: Trouble
    opened: datetime
    told: datetime | None = None
    told_as: str = ""
    ended: datetime | None = None
    end: str = ""


class Outbox(BaseModel):
    """All open alerts, and those whose end has not been told.

    Attributes:
        alerts: by the key of their trouble.
        runs_until: up to when finished runs have been looked at; None before the first look.
        runs_seen: the last of them, which that time may not tell from newer ones.
        reports: of each dataset, when the watch made the last report that was read.
        backfills_since: backfills that ended before are history.
        backfills_told: the backfills that have been told of.
        backfills_open: those that were not over at the last look.
        failed: what could not be found out at the last look.
        posted: when something was posted last.
        failures: how many posts in a row were not taken.
        not_before: nothing is posted before that time.
    """

    alerts: dict[str, Alert] = Field(default_factory=dict)
    runs_until: datetime | None = None
    runs_seen: list[str] = Field(default_factory=list)
    reports: dict[str, datetime] = Field(default_factory=dict)
    backfills_since: datetime | None = None
    backfills_told: list[str] = Field(default_factory=list)
    backfills_open: list[str] = Field(default_factory=list)
    failed: list[str] = Field(default_factory=list)
    posted: datetime | None = None
    failures: int = 0
    not_before: datetime | None = None

    def open(self, trouble: Trouble, now: datetime) -> None:
        """Note that there is a trouble; one that is known keeps its time."""
        known = self.alerts.get(trouble.key)
        if known is None:
            self.alerts[trouble.key] = Alert(trouble=trouble, opened=now)
        else:
            # A trouble that is back before its end was told has not ended.
            known.ended = None
            known.trouble = trouble.model_copy(update={"since": known.trouble.since})

    def end(self, key: str, now: datetime, why: str = "") -> None:
        """Note that a trouble is over, if there was one, and why, if that is not plain."""
        alert = self.alerts.get(key)
        if alert is not None and alert.ended is None:
            alert.ended, alert.end = now, why

    @property
    def lasting(self) -> list[Alert]:
        """Those whose trouble lasts, the oldest first."""
        alerts = [alert for alert in self.alerts.values() if alert.ended is None]
        return sorted(alerts, key=lambda alert: (alert.trouble.since, alert.trouble.key))

    def untold(self) -> tuple[list[Alert], list[Alert]]:
        """The alerts to post, and those of them to post as over."""
        new = [alert for alert in self.alerts.values() if alert.told is None]
        over = [alert for alert in self.alerts.values() if alert.told and alert.ended]
        return new, over

    def may_post(self, now: datetime) -> bool:
        """Whether it is time to post: after failures ever more rarely, otherwise some together."""
        if self.not_before is not None and is_ahead(self.not_before, now, _LONGEST_PAUSE):
            return False
        return self.posted is None or not is_near(self.posted, now, _TOGETHER)

    def was_taken(self, alerts: Iterable[Alert], now: datetime) -> None:
        """Note that these have been posted, beginnings and ends."""
        for alert in alerts:
            if alert.told is None:
                alert.told, alert.told_as = now, alert.trouble.title
            if alert.ended is not None or alert.trouble.is_event:
                del self.alerts[alert.trouble.key]
        self.posted, self.failures, self.not_before = now, 0, None

    def was_refused(self, now: datetime) -> None:
        """Note that a post was not taken; it is tried again for as long as it takes."""
        pause = min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(self.failures, 10))
        self.failures += 1
        self.not_before = now + pause

    def forget_ended(self) -> None:
        """Drop what is over: there is nobody to tell."""
        self.alerts = {key: alert for key, alert in self.alerts.items() if alert.ended is None}


def read_outbox(instance: dg.DagsterInstance, key: str = _KEY) -> Outbox:
    """What the storage has: by default, of the sensor."""
    kept = instance.daemon_cursor_storage.get_cursor_values({key}).get(key)
    return Outbox.model_validate_json(kept) if kept else Outbox()


def keep_outbox(instance: dg.DagsterInstance, outbox: Outbox, key: str = _KEY) -> None:
    """Keep it; one at a time does."""
    text = outbox.model_dump_json(exclude_defaults=True)
    instance.daemon_cursor_storage.set_cursor_values({key: text})
