"""Looks at a source: how long they take, however it answers, and what they make of failures."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from taxi_assets.settings import read_settings
from taxi_assets.source.catalog import Catalog
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets.watch.looking import look, look_around, next_months
from taxi_assets.watch.sightings import Sightings
from taxi_assets_tests.fake_source import FakeSource, FakeSourceHandler
from taxi_assets_tests.loopback import serving

NOW = datetime(2025, 9, 1, tzinfo=UTC)
MONTHS = list(Month(2024, 1).through(Month(2025, 6)))


class SlowSource(FakeSource):
    """Sends a byte of its answer now and then, and never comes to an end."""

    def __init__(self) -> None:
        super().__init__(_Handler)
        self.over = threading.Event()
        self.slow: set[str] = set()
        self.status = 403


class _Handler(FakeSourceHandler):
    server: SlowSource

    def answer(self, name: str) -> None:
        source = self.server
        if name not in source.slow:
            source.asked.append(name)
            self._send(source.status, b"")
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
