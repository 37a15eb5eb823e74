"""Years with troubles that dice choose. Takes long; a failure names its seed.

The environment may say which seed, how many of them one after the other, how many days of each, how
many months are there before, and how many troubles come a day: ``SIMULATION_SEED``, ``_SEEDS``,
``_DAYS``, ``_MONTHS`` and ``_TROUBLES``.
"""

from __future__ import annotations

import os
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from taxi_assets.automation.outbox import read_outbox
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets_tests.fake_source import Publication, name_of
from taxi_assets_tests.simulation.world import World, world

pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

START = datetime(2023, 1, 10, 2, tzinfo=UTC)
LOADED = Month(2022, 9)  # the last of the months that are there when it begins
FIRST = LOADED.plus(1 - int(os.environ.get("SIMULATION_MONTHS", "21")))
SEED = "SIMULATION_SEED"
SEEDS = int(os.environ.get("SIMULATION_SEEDS", "1"))
DAYS = int(os.environ.get("SIMULATION_DAYS", "1095"))
QUIET_DAYS = 35  # at the end: no trouble begins; the last ones end, and all must be well
TROUBLES_A_DAY = float(os.environ.get("SIMULATION_TROUBLES", "0.2"))


@pytest.fixture
def years(settings_env: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """An install of green taxis that holds some years."""
    with world(START, monkeypatch, TAXI_LOAD_GAPS="2") as found:
        months = [str(month) for month in FIRST.through(LOADED)]
        for month in months:
            found.site.publish_rows(month, START, 3)
        for some in (months[n : n + 12] for n in range(0, len(months), 12)):
            found.load(some[0], some[-1])
        yield found


class Fate:
    """What happens, by dice.

    Attributes:
        coming: what ends on a later day.
        good: the last version of each file that was whole.
    """

    def __init__(self, world: World, dice: random.Random) -> None:
        self.world, self.dice = world, dice
        self.coming: dict[int, list[Callable[[], object]]] = defaultdict(list)
        self.rows = 3
        self.troubles = 0
        self.good: dict[str, Publication] = {}

    def of_day(self, day: int) -> list[Callable[[], object]]:
        """What happens on a day."""
        events = self.coming.pop(day, [])
        if day < DAYS - QUIET_DAYS and self.dice.random() < TROUBLES_A_DAY:
            self.troubles += 1
            trouble = self.dice.choice(
                (self.reissue, self.torn, self.rubbish, self.rolled_back, self.broken) * 4
                + (self.withdrawn, self.down, self.refused, self.webhook_away, self.stopped)
            )
            events += [lambda: trouble(day, day + self.dice.randint(1, 12))]
        return events

    def _month(self) -> str:
        return self.dice.choice(sorted(self.world.published) or ["2022-12"])

    def publish(self, month: str) -> None:
        """Publish another version of a month."""
        self.rows = self.rows % 40 + 1
        self.world.site.publish_rows(month, self.world.now, self.rows)
        self.good[name_of(GREEN, month)] = self.world.site.files[name_of(GREEN, month)]

    def reissue(self, _day: int, _until: int) -> None:
        self.publish(self._month())

    def torn(self, _day: int, until: int) -> None:
        month = self._month()
        self.publish(month)
        self.world.site.torn.add(name_of(GREEN, month))
        self.coming[until].append(lambda: self.world.site.torn.discard(name_of(GREEN, month)))

    def rubbish(self, _day: int, until: int) -> None:
        month = self._month()
        self.world.site.publish_rubbish(month, self.world.now)
        self.coming[until].append(lambda: self.publish(month))

    def rolled_back(self, _day: int, until: int) -> None:
        name = name_of(GREEN, month := self._month())
        before = self.good.get(name)
        self.publish(month)
        if before is not None:
            self.coming[until].append(lambda: self.world.site.files.update({name: before}))

    def broken(self, _day: int, until: int) -> None:
        name = name_of(GREEN, self._month())
        self.world.site.broken.add(name)
        self.coming[until].append(lambda: self.world.site.broken.discard(name))

    def withdrawn(self, _day: int, until: int) -> None:
        month = self._month()
        if self.world.site.files.pop(name_of(GREEN, month), None):
            self.coming[until].append(lambda: self.publish(month))

    def down(self, _day: int, until: int) -> None:
        self.world.site.down = True
        self.coming[until].append(lambda: setattr(self.world.site, "down", False))

    def refused(self, _day: int, until: int) -> None:
        self.world.site.refuses = True
        self.coming[until].append(lambda: setattr(self.world.site, "refuses", False))

    def webhook_away(self, _day: int, until: int) -> None:
        self.world.webhook.status = 503
        self.coming[until].append(lambda: setattr(self.world.webhook, "status", 200))

    def stopped(self, _day: int, until: int) -> None:
        self.world.stop()
        self.coming[until].append(self.world.start)


@pytest.mark.parametrize("number", range(SEEDS))
def test_years_of_random_troubles_leave_nothing_stale_and_no_alert_untold(
    years: World, number: int
) -> None:
    seed = int(os.environ.get(SEED) or random.randrange(10**6)) + number
    print(f"{SEED}={seed}", flush=True)  # noqa: T201 - pytest shows it where the test fails
    dice = random.Random(seed)
    fate = Fate(years, dice)
    end = START + timedelta(days=DAYS)
    for month in LOADED.plus(1).through(Month.of(end.date())):
        day = max(1, (month.end.replace(tzinfo=UTC) - START).days + dice.randint(48, 85))
        fate.coming[day].append(partial(fate.publish, str(month)))

    for day in range(1, DAYS):
        years.pass_day(*fate.of_day(day))

    assert years.stale_months() == {}
    assert read_outbox(years.deployment.instance).alerts == {}
    assert fate.troubles > (DAYS - QUIET_DAYS) * TROUBLES_A_DAY / 2
    assert len(years.told) <= 2 * fate.troubles
    episodes: dict[str, int] = defaultdict(int)
    for told in years.told:
        if told.title.endswith(", and is over"):
            continue
        is_over = told.title.startswith("over: ")
        title = told.title.removeprefix("over: ")
        episodes[title] += -1 if is_over else 1
        assert episodes[title] in (0, 1), f"{title} is told twice by {told.at}; {SEED}={seed}"
    assert not any(episodes.values()), f"{episodes}; {SEED}={seed}"
    print(  # noqa: T201 - the figures of the docs
        f"{len(years.site.files)} months, {fate.troubles} troubles, {len(years.told)} told, "
        f"slowest tick {years.deployment.slowest_seconds:.2f} s"
    )
