"""Looks at a source: how long they take, however it answers, and what they make of failures."""

from __future__ import annotations

import socket
import struct
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from taxi_assets.settings import read_settings
from taxi_assets.source.catalog import LOOK_SECONDS, Catalog
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets.trips.yellow import YELLOW
from taxi_assets.watch import survey
from taxi_assets.watch.looking import look, look_around, next_months
from taxi_assets.watch.sightings import Sightings
from taxi_assets.watch.survey import surveyed
from taxi_assets_tests.command_line import wait_for
from taxi_assets_tests.fake_source import FakeSource, FakeSourceHandler
from taxi_assets_tests.loopback import serving

NOW = datetime(2025, 9, 1, tzinfo=UTC)
MONTHS = list(Month(2024, 1).through(Month(2025, 6)))


class SlowSource(FakeSource):
    """Sends a byte of its answer now and then, and never comes to an end.

    Attributes:
        slow: names for which it does so.
        is_mute: it does not even send a byte for them.
        resets: it resets the connection for them.
        pause_seconds: after which it answers for the others.
    """

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.over = threading.Event()
        self.slow: set[str] = set()
        self.is_mute = self.resets = False
        self.status = 403
        self.pause_seconds = 0.0


class _Handler(FakeSourceHandler):
    server: SlowSource

    def answer(self, name: str) -> None:
        source = self.server
        if name not in source.slow:
            source.asked.append(name)
            source.over.wait(source.pause_seconds)
            self._send(source.status, b"")
            return
        if source.resets:
            # Without lingering, a close is a reset.
            linger = struct.pack("ii", 1, 0)
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
            self.close_connection = True
            return
        if source.is_mute:
            source.over.wait()
            return
        self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
        while not source.over.wait(0.1):
            self.wfile.write(b"x")


@pytest.fixture
def source(settings_env: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowSource]:
    """A host that has nothing, and that the settings name."""
    server = SlowSource()
    monkeypatch.setenv("TAXI_SOURCE", "parquet")
    monkeypatch.setenv("TAXI_PARQUET_BASE_URL", server.url)
    with serving(server):
        yield server
        server.over.set()


@pytest.fixture
def catalog(source: SlowSource) -> Catalog:
    return Catalog(read_settings())


def name(month: Month) -> str:
    return f"green_tripdata_{month}.parquet"


def test_a_source_that_never_comes_to_an_end_takes_no_longer_than_the_budget(
    source: SlowSource, catalog: Catalog
) -> None:
    source.slow = set(map(name, MONTHS))
    sightings = Sightings()
    begin = time.monotonic()

    look(catalog, GREEN, sightings, MONTHS, NOW, budget_seconds=2)

    assert time.monotonic() - begin < 20  # the source would take for ever
    assert sightings.failures == 1
    assert "no answer within" in sightings.failure


def test_what_a_slow_source_has_no_time_for_is_left_for_another_look(
    source: SlowSource, catalog: Catalog
) -> None:
    source.pause_seconds = 0.3
    sightings = Sightings()

    asked = look(catalog, GREEN, sightings, MONTHS, NOW, budget_seconds=LOOK_SECONDS + 0.5)

    assert len(asked) <= 8  # four begin at once, four after 0.3 s, none after 0.6 s
    assert [month for month in MONTHS if sightings.of(month).failures] == []


def test_a_tick_that_waited_for_another_one_has_less_time_for_its_looks(
    source: SlowSource, catalog: Catalog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survey, "BUDGET_SECONDS", LOOK_SECONDS + 1.0)
    source.pause_seconds = 0.6

    with dg.DagsterInstance.ephemeral() as instance, ThreadPoolExecutor() as pool:
        first = pool.submit(looked_at, instance, catalog)
        wait_for(lambda: source.asked, "the first look")
        second = looked_at(instance, catalog)

    assert len(first.result()) == catalog.settings.schedule_months
    assert len(second) == 4


def looked_at(instance: dg.DagsterInstance, catalog: Catalog) -> list[Month]:
    with surveyed(instance, catalog, GREEN, NOW, MONTHS) as found:
        return list(found.looked_at)


LONGEST_TICK_SECONDS = 20
EVERY_MONTH = list(Month(2009, 1).through(Month(2033, 12)))


def slow_down(source: SlowSource, kind: str) -> None:
    """Let the source misbehave in one way, for every month or for three in four."""
    if kind == "slow":
        source.pause_seconds = 4.7
        return
    names = [f"yellow_tripdata_{month}.parquet" for month in EVERY_MONTH]
    answered = names[::4] if kind == "drips for three in four" else []
    source.slow = {*names} - {*answered}
    source.is_mute, source.resets = kind == "mute", kind == "resets"


@pytest.mark.long
@pytest.mark.parametrize("kind", ["slow", "drips", "drips for three in four", "mute", "resets"])
def test_a_tick_takes_no_longer_than_20_seconds_whatever_the_source_does(
    source: SlowSource, catalog: Catalog, kind: str
) -> None:
    slow_down(source, kind)
    begin = time.monotonic()

    with (
        dg.DagsterInstance.ephemeral() as instance,
        surveyed(instance, catalog, YELLOW, NOW, EVERY_MONTH, in_round=True) as found,
    ):
        pass

    seconds = time.monotonic() - begin
    print(f"{kind}: {seconds:.1f} s, {len(found.looked_at)} months")  # noqa: T201 - for the docs
    assert seconds < LONGEST_TICK_SECONDS
    assert found.looked_at


def test_a_month_that_takes_all_the_time_keeps_the_others_waiting_once(
    source: SlowSource, catalog: Catalog
) -> None:
    source.slow = {name(MONTHS[0])}
    sightings = Sightings()

    look(catalog, GREEN, sightings, MONTHS[:4], NOW, budget_seconds=2)

    assert sightings.failures == 0
    assert sightings.of(MONTHS[0]).failures == 1
    assert [sightings.of(month).absent for month in MONTHS[1:4]] == ["HTTP 403"] * 3
    assert MONTHS[0] not in next_months(sightings, MONTHS, NOW + timedelta(minutes=20))
    assert next_months(sightings, MONTHS, NOW + timedelta(minutes=30))[0] == MONTHS[0]


def test_a_source_that_asks_for_fewer_requests_is_left_alone(
    source: SlowSource, catalog: Catalog
) -> None:
    source.status = 429
    sightings = Sightings()

    assert len(look_around(catalog, GREEN, sightings, MONTHS, NOW)) <= 4
    assert look_around(catalog, GREEN, sightings, MONTHS, NOW + timedelta(minutes=29)) == []

    source.status = 403
    assert look_around(catalog, GREEN, sightings, MONTHS, NOW + timedelta(minutes=30))
    assert sightings.failures == 0


def test_two_months_without_an_answer_and_none_with_one_are_the_hosts_trouble(
    source: SlowSource, catalog: Catalog
) -> None:
    source.status = 503
    sightings = Sightings()

    look(catalog, GREEN, sightings, MONTHS[:2], NOW)

    assert sightings.failures == 1
    assert sightings.months == {}


def test_a_round_comes_to_every_month(source: SlowSource, catalog: Catalog) -> None:
    sightings = Sightings()
    for tick in range(2):
        look_around(catalog, GREEN, sightings, MONTHS, NOW + timedelta(minutes=30 * tick))

    assert {name(month) for month in MONTHS} == set(source.asked)
