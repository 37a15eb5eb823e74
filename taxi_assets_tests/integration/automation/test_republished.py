"""The sensor for republished files, tick by tick, with a clock of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from taxi_assets.automation.republished import INTERVAL, LOOKS_A_TICK, Cursor
from taxi_assets.automation.republished_sensor import republished_sensor
from taxi_assets.definitions import build_definitions
from taxi_assets.settings import read_settings
from taxi_assets.source.catalog import Catalog
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets_tests.command_line import DataFolder, taxi_assets
from taxi_assets_tests.fake_source import FakeSource

OLD = datetime(2025, 3, 1, tzinfo=UTC)
NEW = datetime(2025, 8, 1, tzinfo=UTC)
MONTHS = ["2025-01", "2025-02", "2025-03"]


class Sensor:
    """The sensor, ticking each half hour of a clock that only ticks move."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self.instance = instance
        self.time = datetime(2025, 9, 1, tzinfo=UTC)
        self.cursor: str | None = None
        self.reason = ""

    def tick(self) -> list[str]:
        """The months that the next tick asks for."""
        self.time += INTERVAL
        sensor = republished_sensor(GREEN, Catalog(read_settings()), lambda: self.time)
        with dg.build_sensor_context(
            instance=self.instance,
            cursor=self.cursor,
            repository_def=build_definitions(read_settings()).get_repository_def(),
        ) as context:
            result = sensor.evaluate_tick(context)
        self.cursor = result.cursor
        self.reason = result.skip_message or ""
        self.keys = [request.run_key for request in result.run_requests or []]
        return [str(request.partition_key) for request in result.run_requests or []]


@pytest.fixture
def sensor(data: DataFolder, source: FakeSource, instance: dg.DagsterInstance) -> Sensor:
    """A sensor over three loaded months."""
    for month in MONTHS:
        source.publish(GREEN, month, OLD)
    answer = taxi_assets("load", "green", MONTHS[0], MONTHS[-1])
    assert answer.exit_code == 0, answer.text
    source.take_asked()
    return Sensor(instance)


def test_months_that_stay_as_they_are_are_left_alone(sensor: Sensor, source: FakeSource) -> None:
    assert sensor.tick() == []
    assert sensor.reason == "unchanged: 2025-01 to 2025-03"
    assert len(source.take_asked()) == len(MONTHS)


def test_a_republished_month_is_loaded_again_once(
    sensor: Sensor, source: FakeSource, data: DataFolder
) -> None:
    source.publish(GREEN, "2025-02", NEW, rows=4)

    assert sensor.tick() == ["2025-02"]
    key = sensor.keys
    assert sensor.tick() == ["2025-02"]
    assert sensor.keys == key  # by which Dagster makes one run of both

    assert taxi_assets("load", "green", "2025-02").exit_code == 0
    assert sensor.tick() == []
    assert data.ledger()["green_tripdata_2025-02.parquet"][1] == 4


def test_a_source_that_goes_back_to_an_older_version_is_followed(
    sensor: Sensor, source: FakeSource
) -> None:
    source.publish(GREEN, "2025-03", OLD - timedelta(days=30), rows=2)

    assert sensor.tick() == ["2025-03"]


def test_a_month_that_vanishes_is_kept_and_named(
    sensor: Sensor, source: FakeSource, data: DataFolder
) -> None:
    source.withdraw(GREEN, "2025-02")

    assert sensor.tick() == []
    assert "no longer at the source, kept here: 2025-02" in sensor.reason
    assert len(data.ledger()) == 3


def test_a_source_that_is_down_is_asked_ever_more_rarely_until_it_is_back(
    sensor: Sensor, source: FakeSource
) -> None:
    source.down = True
    asked_at = []
    for tick in range(48):
        assert sensor.tick() == []
        if asked := source.take_asked():
            assert len(asked) == 1
            asked_at.append(tick)
    assert asked_at == [0, 1, 3, 7, 15, 31]

    source.down = False
    source.publish(GREEN, "2025-01", NEW, rows=5)
    while not (months := sensor.tick()):
        assert "the source failed 6 times; asked again after" in sensor.reason
        assert source.take_asked() == []
    assert months == ["2025-01"]


def test_a_failure_half_way_keeps_what_was_found_and_goes_on_there(
    sensor: Sensor, source: FakeSource
) -> None:
    source.publish(GREEN, "2025-01", NEW, rows=4)
    name = source.publish(GREEN, "2025-02", NEW, rows=4)
    source.broken.add(name)

    assert sensor.tick() == ["2025-01"]

    source.broken.clear()
    assert sensor.tick()[0] == "2025-02"


def test_without_the_file_in_the_lake_the_time_of_the_change_tells(
    sensor: Sensor, source: FakeSource, data: DataFolder
) -> None:
    (data.lake / "green" / "green_tripdata_2025-02.parquet").unlink()
    assert sensor.tick() == []

    source.publish(GREEN, "2025-02", datetime(2100, 1, 1, tzinfo=UTC), rows=4)

    assert sensor.tick() == ["2025-02"]


def test_all_months_ever_published_are_looked_at_within_a_day() -> None:
    months = list(Month(2009, 1).through(Month(2029, 12)))
    cursor, seen = Cursor(), set()
    for _ in range(timedelta(days=1) // INTERVAL):
        looked_at = cursor.after(months)
        assert len(looked_at) <= LOOKS_A_TICK
        seen.update(looked_at)
        cursor = Cursor(last=str(looked_at[-1]))
    assert seen == set(months)


def test_months_that_the_chosen_source_never_has_are_passed_over(
    sensor: Sensor, source: FakeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_SOURCE", "csv")

    assert sensor.tick() == []
    assert sensor.reason == (
        "unchanged: 2025-01 to 2025-03; not in the source that TAXI_SOURCE chooses: "
        "2025-01, 2025-02, 2025-03"
    )
    assert source.take_asked() == []
