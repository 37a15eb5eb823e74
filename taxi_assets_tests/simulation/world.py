"""A deployment in its world over many days, and what must hold at the end of each."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

import pytest

from taxi_assets.automation.outbox import read_outbox
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets.watch.looking import LOOKS_A_TICK
from taxi_assets_tests.command_line import taxi_assets
from taxi_assets_tests.fake_source import name_of
from taxi_assets_tests.simulation.clock import moved_clock
from taxi_assets_tests.simulation.deployment import Deployment, deployment
from taxi_assets_tests.simulation.site import Site, site
from taxi_assets_tests.webhook import Webhook, webhook_server

TICKS_A_DAY = 2
TOLD_WITHIN = timedelta(days=1.5)
"""A day, and a tick: here sensors tick twice a day, in any order, and there 48 times or more."""

MOST_REQUESTS_A_DAY = 80
_WINDOW_MONTHS = 6

_SETTINGS = {
    "TAXI_SOURCE": "parquet",
    "TAXI_PUBLISHED_COUNTS": "warn",
    "TAXI_REFUSE_OUT_OF_MONTH_SHARE": "1",
    "TAXI_SCHEDULES": "on",
    "TAXI_HTTP_ATTEMPTS": "1",
    "TAXI_SCHEDULE_MONTHS": str(_WINDOW_MONTHS),
}


@dataclass(frozen=True)
class Told:
    """One thing that the webhook was told, and when."""

    at: datetime
    title: str


@dataclass
class World:
    """Source, deployment, webhook.

    Attributes:
        site: the source.
        deployment: what loads from it.
        webhook: what is told.
        up_since: since when the deployment ticks, and the source answers, without a pause.
        told: all that the webhook was told, in order.
        published: since when the source serves what it serves now, by month.
        ticks_on_calm_days: how often daemons tick on a day long after the last event.
    """

    site: Site
    deployment: Deployment
    webhook: Webhook
    up_since: datetime
    told: list[Told] = field(default_factory=list)
    published: dict[str, datetime] = field(default_factory=dict)
    ticks_on_calm_days: int = TICKS_A_DAY
    _last_event: datetime | None = None
    _silent_since: datetime | None = None
    _served: dict[str, str | None] = field(default_factory=dict)
    _seen: int = 0

    @property
    def now(self) -> datetime:
        """The time of the simulation."""
        return self.deployment.clock.now

    def stop(self) -> None:
        """Stop the daemons."""
        self.deployment.is_up = False

    def start(self) -> None:
        """Start them again."""
        self.deployment.is_up = True
        self.up_since = self.now

    def pass_day(self, *events: Callable[[], object]) -> None:
        """Let events happen and a day pass, and see that what must hold holds."""
        for event in events:
            event()
            self._last_event = self.now
        self.site.requests = 0
        ticks = self.ticks_on_calm_days if self._is_calm else TICKS_A_DAY
        for _ in range(ticks):
            self.deployment.tick(timedelta(days=1) / ticks)
            self._listen()
        self._require_told_of_silence()
        self._require_held()
        assert self.site.requests <= MOST_REQUESTS_A_DAY, f"{self.now}: {self.site.requests}"

    def load(self, *months: str) -> None:
        """Load months by hand."""
        answer = taxi_assets("load", "green", *months)
        assert answer.exit_code == 0, answer.text

    def stale_months(self) -> dict[str, datetime]:
        """The months whose version at the source is not held, and since when that is there."""
        held = held_files(self)
        found = {}
        for month in map(str, GREEN.first_month.through(Month.of(self.now.date()))):
            wanted = self.site.hash_of(month)
            if self._served.get(month) != wanted:
                self._served[month] = wanted
                self.published[month] = self.now
            if wanted is not None and held.get(month) != wanted:
                found[month] = self.published[month]
        return found

    def excused(self) -> set[str]:
        """What open alerts name; ``source`` where they name all months."""
        lasting = read_outbox(self.deployment.instance).lasting
        return {
            "source" if alert.trouble.kind in ("unreachable", "vanished") else alert.trouble.subject
            for alert in lasting
            if alert.told or self.webhook.status != 200
        }

    def _listen(self) -> None:
        titles = self.webhook.titles
        self.told += [Told(self.now, title) for title in titles[self._seen :]]
        self._seen = len(titles)

    @property
    def _is_calm(self) -> bool:
        """Whether what the last event leads to is over: what is new is held, what is wrong told."""
        since = self.now - (self._last_event or self.now)
        return since > max(self._held_within, TOLD_WITHIN) + timedelta(days=1)

    @property
    def _held_within(self) -> timedelta:
        """A day, and as many as a round of looks takes with so few ticks a day."""
        watched = len(self.site.files) + _WINDOW_MONTHS
        return timedelta(days=1 + ceil(watched / (LOOKS_A_TICK * TICKS_A_DAY)))

    def _require_told_of_silence(self) -> None:
        if not (self.site.down and self.deployment.is_up):
            self._silent_since = None
            return
        self._silent_since = self._silent_since or self.now
        is_told = "source" in self.excused()
        assert is_told or self.now - self._silent_since < TOLD_WITHIN, f"{self.now}: silence"

    def _require_held(self) -> None:
        if self.site.down or self.site.refuses or not self.deployment.is_up:
            self.up_since = self.now
            return
        excused, within = self.excused(), self._held_within
        for month, published in self.stale_months().items():
            since = max(published, self.up_since)
            is_served = name_of(GREEN, month) not in self.site.stale
            if is_served and month not in excused and self.now - since >= within:
                raise AssertionError(f"{self.now}: {month} is stale since {since}; told: {excused}")


def held_files(world: World) -> dict[str, str]:
    """Hash of the file of each month that the warehouse holds."""
    tables = world.deployment.tables.cursor()
    if not tables.execute("FROM duckdb_tables() WHERE table_name = 'tripdata_files'").fetchall():
        return {}
    ledger = "SELECT month, sha256 FROM tripdata_files WHERE taxi = 'green'"
    return dict(tables.execute(ledger).fetchall())


@contextmanager
def world(
    start: datetime,
    patch: pytest.MonkeyPatch,
    taxis: Collection[Dataset] = (GREEN,),
    whole: bool = False,
    **settings: str,
) -> Iterator[World]:
    """A world that begins at that time.

    Args:
        start: the time.
        patch: takes back what is set.
        taxis: those that there are; what must hold is looked at for green alone.
        whole: whether the deployment is a whole one.
        settings: further settings, as environment variables.
    """
    for taxi in [*reversed(DATASETS)]:  # taken back the other way round: in the order of before
        patch.delitem(DATASETS, taxi)
    for dataset in taxis:
        patch.setitem(DATASETS, dataset.taxi, dataset)
    with site() as source, webhook_server() as webhook, moved_clock(start) as clock:
        places = {"TAXI_PARQUET_BASE_URL": source.url, "TAXI_ALERT_WEBHOOK": webhook.url}
        for name, value in {**_SETTINGS, **places, **settings}.items():
            patch.setenv(name, value)
        with deployment(clock, whole) as found:
            yield World(source, found, webhook, up_since=start)
