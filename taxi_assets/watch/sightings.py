"""What the source was last seen to have, kept in Dagster's storage between looks."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import dagster as dg
from filelock import FileLock, Timeout
from pydantic import BaseModel, ConfigDict, Field

from taxi_assets.errors import WatchBusyError
from taxi_assets.settings import Settings
from taxi_assets.source.transfer import Absent, Version
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.month import Month

_KEY = "taxi_assets/sightings/{taxi}"
_LOCK_SECONDS = 5.0
_LONGEST_PAUSE = timedelta(days=1)
_FIRST_PAUSE = timedelta(minutes=30)


class Sighting(BaseModel):
    """What the source says of one month.

    Attributes:
        url: where it was looked for, without secrets.
        etag: entity tag of the version that it serves.
        last_modified: HTTP date of that version's last change.
        size_bytes: its length.
        absent: what the source answered where it has no such file; empty where it has one.
        since: when this was first seen; None where there has been no answer yet.
        seen_at: when it was last seen.
        failures: how many looks in a row got no answer.
        failing_since: the first of them.
        tried_at: the last of them.
        failure: why that one got none.
    """

    model_config = ConfigDict(frozen=True)

    url: str = ""
    etag: str | None = None
    last_modified: str | None = None
    size_bytes: int | None = None
    absent: str = ""
    since: datetime | None = None
    seen_at: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    tried_at: datetime | None = None
    failure: str = ""

    @property
    def version(self) -> Version | None:
        """The version that the source serves; None where it serves none, or has not said."""
        if self.since is None or self.absent:
            return None
        return Version(self.etag, self.last_modified, self.size_bytes)

    def at(self, url: str) -> Sighting:
        """What is known of that address: nothing, where another one was looked at."""
        return self if self.url in ("", url) else Sighting()

    def answered(self, answer: Version | Absent, url: str, now: datetime) -> Sighting:
        """What is known after an answer from there."""
        if isinstance(answer, Absent):
            seen = Sighting(absent=answer.answer)
            same = bool(self.absent)
        else:
            seen = Sighting(
                etag=answer.etag, last_modified=answer.last_modified, size_bytes=answer.size_bytes
            )
            same = self.version == answer
        since = self.since if same and self.since else now
        return seen.model_copy(update={"url": url, "since": since, "seen_at": now})

    def failed(self, reason: str, now: datetime) -> Sighting:
        """What is known after a look without an answer: as much as before."""
        return self.model_copy(
            update={
                "failures": self.failures + 1,
                "failing_since": self.failing_since or now,
                "tried_at": now,
                "failure": reason,
            }
        )

    def rests(self, now: datetime) -> bool:
        """Whether it is too early to look again after failures: the pause grows up to a day."""
        if self.tried_at is None or not self.failures:
            return False
        return is_near(self.tried_at, now, growing_pause(self.failures))


class Sightings(BaseModel):
    """All that is known of a dataset's months at the source.

    Attributes:
        months: what the source says of each month.
        last: the month that was looked at last in the round.
        failures: how many times in a row the host did not answer at all.
        failing_since: the first of them.
        not_before: no request is made before that time.
        failure: why the last one failed.
        asked: when a run was last requested for a month.
        blind_since: since when no ledger could be read; None while they can be.
        blindness: why not.
    """

    months: dict[str, Sighting] = Field(default_factory=dict)
    last: str = ""
    failures: int = 0
    failing_since: datetime | None = None
    not_before: datetime | None = None
    failure: str = ""
    asked: dict[str, datetime] = Field(default_factory=dict)
    blind_since: datetime | None = None
    blindness: str = ""

    def of(self, month: Month) -> Sighting:
        """What is known of a month; nothing where it was never looked at."""
        return self.months.get(str(month), Sighting())

    @property
    def changed(self) -> datetime | None:
        """When a version was last seen that was not there before; None before the first one."""
        versions = (seen.since for seen in self.months.values() if not seen.absent)
        return max(filter(None, versions), default=None)

    def rests(self, now: datetime) -> bool:
        """Whether it is too early to ask the host again."""
        return self.not_before is not None and is_ahead(self.not_before, now, _LONGEST_PAUSE)

    def host_failed(self, reason: str, now: datetime) -> None:
        """Note that the host does not answer: it is asked ever more rarely, twice a day at last."""
        self.failures += 1
        self.failing_since = self.failing_since or now
        self.not_before = now + min(_LONGEST_PAUSE / 2, growing_pause(self.failures))
        self.failure = reason

    def host_answered(self) -> None:
        """Note that it answers."""
        self.failures, self.failing_since, self.not_before, self.failure = 0, None, None, ""


def is_near(time: datetime, now: datetime, span: timedelta) -> bool:
    """Whether that was less than so long ago; also ahead, by a clock that was set back a little.

    What lies farther ahead was noted by a clock that was wrong, and would be waited for in vain.
    """
    return abs(now - time) < span


def is_ahead(time: datetime, now: datetime, longest: timedelta) -> bool:
    """Whether that time is still to come, and not farther ahead than anything waits."""
    return timedelta(0) < time - now <= longest


def growing_pause(times: int) -> timedelta:
    """The pause after so many vain tries: half an hour, doubled each time, a day at most."""
    return min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0 ** min(times - 1, 10))


def read_sightings(instance: dg.DagsterInstance, dataset: Dataset) -> Sightings:
    """What the storage has of a dataset."""
    key = _KEY.format(taxi=dataset.taxi)
    kept = instance.daemon_cursor_storage.get_cursor_values({key}).get(key)
    return Sightings.model_validate_json(kept) if kept else Sightings()


@contextmanager
def changed_sightings(
    instance: dg.DagsterInstance, settings: Settings, dataset: Dataset
) -> Iterator[Sightings]:
    """Read them, and keep what is changed in them; one process at a time.

    Raises:
        WatchBusyError: another look at the dataset takes longer than a few seconds.
    """
    locks = settings.dagster_home / "sessions"
    locks.mkdir(parents=True, exist_ok=True)
    lock = FileLock(locks / f"watch-{dataset.taxi}", timeout=_LOCK_SECONDS)
    try:
        lock.acquire()
    except Timeout:
        raise WatchBusyError(
            f"another process is looking at the source for {dataset.taxi}", "try again in a minute"
        ) from None
    try:
        sightings = read_sightings(instance, dataset)
        yield sightings
        key = _KEY.format(taxi=dataset.taxi)
        text = sightings.model_dump_json(exclude_defaults=True)
        instance.daemon_cursor_storage.set_cursor_values({key: text})
    finally:
        lock.release()
