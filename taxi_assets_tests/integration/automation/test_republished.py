"""The sensor for republished files, tick by tick, with a clock of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import dagster as dg
import pytest

from taxi_assets.automation.republished import INTERVAL, republished_sensor
from taxi_assets.definitions import build_definitions
from taxi_assets.lake.fetching import land_month
from taxi_assets.lake.resource import lake_of
from taxi_assets.settings import Settings, read_settings
from taxi_assets.source.catalog import Catalog
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets.watch.looking import LOOKS_A_TICK, next_months
from taxi_assets.watch.sightings import Sightings
from taxi_assets_tests.command_line import DataFolder, taxi_assets
from taxi_assets_tests.fake_source import FakeSource, name_of
from taxi_assets_tests.landed_months import load_by_steps

OLD = datetime(2025, 3, 1, tzinfo=UTC)
NEW = datetime(2025, 8, 1, tzinfo=UTC)
MONTHS = ["2025-01", "2025-02", "2025-03"]


class Sensor:
    """The sensor, ticking each half hour of a clock that only ticks move."""

    def __init__(self, instance: dg.DagsterInstance) -> None:
        self.instance = instance
        self.time = datetime(2025, 9, 1, tzinfo=UTC)
        self.reason = ""
        self.settings: Settings | None = None

    def tick(self, minutes: float = 30) -> list[str]:
        """The months that the next tick asks for."""
        self.time += timedelta(minutes=minutes)
        if self.settings != (settings := read_settings()):
            self.settings = settings
            self.repository = build_definitions(settings).get_repository_def()
        sensor = republished_sensor(GREEN, Catalog(settings), lambda: self.time)
        with dg.build_sensor_context(
            instance=self.instance,
            repository_def=self.repository,
        ) as context:
            result = sensor.evaluate_tick(context)
        self.reason = result.skip_message or ""
        assert all(request.run_key is None for request in result.run_requests or [])
        return [str(request.partition_key) for request in result.run_requests or []]


@pytest.fixture
def sensor(data: DataFolder, source: FakeSource, instance: dg.DagsterInstance) -> Sensor:
    """A sensor over three loaded months."""
    for month in MONTHS:
        source.publish(GREEN, month, OLD)
    load_by_steps(GREEN, *MONTHS)
    source.take_asked()
    return Sensor(instance)


def run(instance: dg.DagsterInstance, month: str, at: datetime) -> None:
    """A run of a month that is over, and left the table as it was."""
    tags = {"taxi": "green", "dagster/partition": month}
    run = instance.run_storage.add_run(dg.DagsterRun("load_green", tags=tags))
    for kind in (dg.DagsterEventType.RUN_START, dg.DagsterEventType.RUN_SUCCESS):
        event = dg.DagsterEvent(kind.value, "load_green", message="")
        instance.run_storage.handle_run_event(run.run_id, event, at)


def test_months_that_stay_as_they_are_are_left_alone(sensor: Sensor, source: FakeSource) -> None:
    assert sensor.tick() == []
    assert sensor.reason == "2025-08 is not published yet; the newest is 2025-03; overdue: 2025-04"
    asked = source.take_asked()
    assert {name_of(GREEN, month) for month in MONTHS} <= set(asked)
    assert len(asked) == len(set(asked))


def test_a_republished_month_is_loaded_again_once(
    sensor: Sensor, source: FakeSource, data: DataFolder
) -> None:
    source.publish(GREEN, "2025-02", NEW, rows=4)

    assert sensor.tick() == ["2025-02"]
    assert sensor.tick(minutes=1) == []
    assert "being loaded: 2025-02" in sensor.reason

    assert taxi_assets("load", "green", "2025-02").exit_code == 0
    assert sensor.tick() == []
    assert data.ledger()["green_tripdata_2025-02.parquet"][1] == 4


def test_a_month_whose_runs_bring_nothing_new_is_asked_for_ever_more_rarely_and_never_given_up(
    sensor: Sensor, source: FakeSource
) -> None:
    source.publish(GREEN, "2025-02", NEW, rows=4)
    assert sensor.tick() == ["2025-02"]

    for half_hours in (1, 2, 4, 8, 16, 32, 48, 48):
        run(sensor.instance, "2025-02", sensor.time)
        assert sensor.tick(half_hours * 30 - 1) == []
        assert sensor.tick(1) == ["2025-02"]


def test_what_has_landed_and_was_not_loaded_is_asked_for_whatever_its_date(
    sensor: Sensor, source: FakeSource, data: DataFolder
) -> None:
    source.publish(GREEN, "2025-02", OLD - timedelta(days=30), rows=4)
    settings = read_settings()
    file = TripFile(GREEN, Month.parse("2025-02"), FileFormat.PARQUET)
    land_month(lake_of(settings), Catalog(settings), file)  # as a run that failed afterwards

    assert sensor.tick() == ["2025-02"]


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
            assert len(asked) <= 4
            asked_at.append(tick)
    assert asked_at == [0, 1, 3, 7, 15, 31]

    source.down = False
    source.publish(GREEN, "2025-01", NEW, rows=5)
    while not (months := sensor.tick()):
        assert "the source failed 6 times, and is asked again after" in sensor.reason
        assert source.take_asked() == []
    assert months == ["2025-01"]


def test_a_month_that_gets_no_answer_keeps_no_other_one_back(
    sensor: Sensor, source: FakeSource
) -> None:
    name = source.publish(GREEN, "2025-01", NEW, rows=4)
    source.publish(GREEN, "2025-02", NEW, rows=4)
    source.broken.add(name)

    assert sensor.tick() == ["2025-02"]
    assert taxi_assets("load", "green", "2025-02").exit_code == 0
    for _ in range(4):
        assert sensor.tick() == []
    assert "failing: 2025-01" in sensor.reason

    source.broken.clear()
    while not (months := sensor.tick()):
        pass
    assert months == ["2025-01"]


def test_without_the_file_in_the_lake_the_time_of_the_change_tells(
    sensor: Sensor, source: FakeSource, data: DataFolder
) -> None:
    (data.lake / "green" / "green_tripdata_2025-02.parquet").unlink()
    assert sensor.tick() == []

    source.publish(GREEN, "2025-02", datetime(2100, 1, 1, tzinfo=UTC), rows=4)

    assert sensor.tick() == ["2025-02"]


def test_all_months_ever_published_are_looked_at_within_a_day() -> None:
    months = list(Month(2009, 1).through(Month(2029, 12)))
    sightings, seen = Sightings(), set()
    for _ in range(timedelta(days=1) // INTERVAL):
        looked_at = next_months(sightings, months, NEW)
        assert len(looked_at) <= LOOKS_A_TICK
        seen.update(looked_at)
        sightings.last = str(looked_at[-1])
    assert seen == set(months)


def test_months_that_the_chosen_source_never_has_are_passed_over(
    sensor: Sensor, source: FakeSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_SOURCE", "csv")
    monkeypatch.setenv("TAXI_CSV_BASE_URL", source.url)

    assert sensor.tick() == []
    assert "not in the source that TAXI_SOURCE chooses: 2025-01, 2025-02, 2025-03" in (
        sensor.reason
    )
    assert not any("2025" in name for name in source.take_asked())
