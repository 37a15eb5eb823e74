"""Three years with troubles that dice choose. Takes long; a failure names its seed."""

from __future__ import annotations

import os
import random
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import pytest

from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets_tests.fake_source import Publication, name_of
from taxi_assets_tests.simulation.world import World, world

pytestmark = [pytest.mark.long, pytest.mark.filterwarnings("ignore::DeprecationWarning")]

START = datetime(2023, 1, 10, 2, tzinfo=UTC)
DAYS = 3 * 365
CALM_DAYS = 20  # at the end, by which all must be well
SEED = "SIMULATION_SEED"


@pytest.fixture
def years(settings_env: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """An empty install of green taxis."""
    with world(START, monkeypatch, TAXI_LOAD_GAPS="2") as found:
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
        if day < DAYS - CALM_DAYS - 15 and self.dice.random() < 0.2:
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


def test_three_years_of_random_troubles_leave_nothing_stale_and_no_alert_untold(
    years: World,
) -> None:
    seed = int(os.environ.get(SEED) or random.randrange(10**6))
    print(f"{SEED}={seed}")  # noqa: T201 - pytest shows it where the test fails
    dice = random.Random(seed)
    fate = Fate(years, dice)
    for month in Month(2022, 10).through(Month(2025, 10)):
        day = max(1, (month.end.replace(tzinfo=UTC) - START).days + dice.randint(48, 85))
        fate.coming[day].append(partial(fate.publish, str(month)))

    for day in range(1, DAYS):
        years.pass_day(*fate.of_day(day))

    assert years.stale_months() == {}
    assert years.excused() == set()
    assert fate.troubles > 100
    episodes: dict[str, int] = defaultdict(int)
    for told in years.told:
        if told.title.endswith(", and is over"):
            continue
        is_over = told.title.startswith("over: ")
        title = told.title.removeprefix("over: ")
        episodes[title] += -1 if is_over else 1
        assert episodes[title] in (0, 1), f"{title} is told twice by {told.at}; {SEED}={seed}"
    assert not any(episodes.values()), f"{episodes}; {SEED}={seed}"
