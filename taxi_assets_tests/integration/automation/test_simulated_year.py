"""A year of operation with the troubles that public sources and servers have.

Every run of the tests lives half a year, in which the same troubles follow each other sooner.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets_tests.command_line import taxi_assets
from taxi_assets_tests.fake_source import name_of
from taxi_assets_tests.simulation.world import TOLD_WITHIN, World, world

# What Dagster's daemons do with their own definitions.
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

START = datetime(2023, 12, 20, 2, tzinfo=UTC)
DAYS = 377  # to the end of 2024: 29 February, two changes of the clocks, two New Years
LAGS_DAYS = (48, 61, 55, 70, 85, 52, 66, 58, 77, 49, 63, 80)
GAPS = ("2023-03", "2023-05")
LATE = "2023-10"
OVERDUE = 73  # 122 days after its end, whatever is left out

TOLD_WITHIN_DAYS = TOLD_WITHIN / timedelta(days=1)

CALM = (
    *((12, 15), (31, 15), (46, 10), (70, 12), (87, 2), (102, 8), (120, 1), (165, 4)),
    *((180, 10), (200, 10), (260, 30), (280, 5), (295, 5), (310, 60)),
)
"""Days on which a span begins that nothing depends on, and how many half a year leaves out."""

Plan = dict[int, list[Callable[[], object]]]


@pytest.fixture
def year(settings_env: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A deployment of green taxis on a gappy install."""
    with world(START, monkeypatch, TAXI_SCHEDULE_TIMEZONE="America/New_York") as found:
        found.ticks_on_calm_days = 1
        yield found


@dataclass(frozen=True)
class Calendar:
    """When things happen.

    Attributes:
        left_out: days on which a calm span begins, and how much shorter it is.
    """

    left_out: tuple[tuple[int, int], ...]

    def day(self, of_the_year: int) -> int:
        """The day on which happens what belongs to that day of the year."""
        return of_the_year - sum(days for begin, days in self.left_out if begin <= of_the_year)


def ordinary(world: World) -> Plan:
    """What is published each month, late and irregularly."""
    plan: Plan = defaultdict(list)
    for number, month in enumerate(Month(2023, 2).through(Month(2024, 12))):
        published = month.end.replace(tzinfo=UTC) + timedelta(days=LAGS_DAYS[number % 12])
        day = max(0, (published - START).days)
        if str(month) != LATE:
            plan[day].append(publication(world, str(month), 3))
    return plan


def publication(world: World, month: str, rows: int) -> Callable[[], object]:
    return lambda: world.site.publish_rows(month, world.now, rows)


def extraordinary(world: World, plan: Plan, calendar: Calendar) -> None:
    """What else happens, on which day."""
    site, webhook = world.site, world.webhook

    def on(day: int, *events: Callable[[], object]) -> None:
        plan[calendar.day(day)] += events

    # A reissue whose download breaks off for a day.
    torn = name_of(GREEN, "2023-08")
    on(20, publication(world, "2023-08", 4), lambda: site.torn.add(torn))
    on(21, site.torn.clear)
    # Two edges disagree for a day.
    edge = name_of(GREEN, "2023-07")
    on(40, lambda: site.stale.update({edge: site.files[edge]}), publication(world, "2023-07", 4))
    on(41, site.stale.clear)
    # A version is rolled back, and published again.
    for day, rows in ((55, 5), (58, 3), (61, 5), (64, 3)):
        on(day, publication(world, "2023-06", rows))
    plan[71].append(publication(world, "2023-04", 4))  # on 29 February
    # The host is down.
    on(80, lambda: setattr(site, "down", True))
    on(83, lambda: setattr(site, "down", False))
    # A file that is none, for six days.
    on(90, lambda: site.publish_rubbish("2023-09", world.now))
    on(96, publication(world, "2023-09", 6))
    # One object that answers 503.
    broken = name_of(GREEN, "2023-02")
    on(110, lambda: site.broken.add(broken))
    on(117, site.broken.clear)
    on(125, lambda: site.withdraw(GREEN, "2023-08"))
    on(135, publication(world, "2023-08", 4))
    # Three weeks of downtime, with a reissue in them.
    on(140, world.stop)
    on(150, publication(world, "2023-11", 7))
    on(161, world.start)
    # The webhook is away when something breaks, and still when it is mended.
    on(170, lambda: setattr(webhook, "status", 503), lambda: rubbish(world, "2023-12"))
    on(172, publication(world, "2023-12", 8))
    on(174, lambda: setattr(webhook, "status", 200))
    # The files have moved.
    on(190, lambda: setattr(site, "refuses", True))
    on(215, lambda: setattr(site, "refuses", False))
    # Published eight months late, when no schedule looks for it any more.
    on(270, publication(world, LATE, 3))
    on(290, lambda: world.load(LATE))
    # The gaps are loaded by hand, as their alerts say.
    on(300, lambda: world.load(GAPS[0]), lambda: world.load(GAPS[1]))


def rubbish(world: World, month: str) -> None:
    world.site.publish_rubbish(month, world.now)


EXPECTED = {
    "green 2023-08 failed": (20, 22),
    "green: the source does not answer": (80, 84),
    "green 2023-09 failed": (90, 97),
    "green 2023-02 cannot be looked at": (110, 118),
    "green 2023-08 is no longer at the source": (125, 136),
    f"green {LATE} is overdue, though later months are there": (OVERDUE, 271),
    f"green {LATE} is published and missing between loaded months": (270, 291),
    **{f"green {gap} is published and missing between loaded months": (0, 301) for gap in GAPS},
}
"""Each trouble, with the day on which it begins and one by which it is over."""


KNOWN = {*EXPECTED, *(f"over: {title}" for title in EXPECTED)}
BRIEF = "green 2023-12 failed, and is over"
VANISHED = "green: loaded months have vanished from the source together"


def live(year: World, calendar: Calendar) -> Counter[str]:
    """Let the year pass; how often each alert was told."""
    plan = ordinary(year)
    extraordinary(year, plan, calendar)
    for event in plan.pop(0):
        event()
    for month in ("2023-02", "2023-04"):
        year.load(month)
    for day in range(1, calendar.day(DAYS)):
        year.pass_day(*plan.get(day, ()))
    return Counter(told.title for told in year.told)


@pytest.mark.parametrize(
    "calendar",
    [Calendar(CALM), pytest.param(Calendar(()), marks=pytest.mark.long)],
    ids=["half a year", "a year"],
)
def test_a_year_in_which_no_version_is_missed_and_each_trouble_is_told_once(
    year: World, calendar: Calendar
) -> None:
    titles = live(year, calendar)

    assert year.stale_months() == {}
    audit = taxi_assets("audit", "green")
    assert audit.exit_code == 0, audit.text
    assert max(titles.values()) == 1, [title for title, times in titles.items() if times > 1]
    for title, days in EXPECTED.items():
        begins, over = (day if day == OVERDUE else calendar.day(day) for day in days)
        assert day_of(year, title) <= begins + TOLD_WITHIN_DAYS, title
        assert begins <= day_of(year, f"over: {title}") <= over + TOLD_WITHIN_DAYS, title
    assert day_of(year, VANISHED) < calendar.day(192)
    assert titles.keys() - KNOWN == {BRIEF, VANISHED, f"over: {VANISHED}"}


def day_of(year: World, title: str) -> float:
    (told,) = (told for told in year.told if told.title == title)
    return (told.at - START) / timedelta(days=1)
