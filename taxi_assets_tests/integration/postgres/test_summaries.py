"""Summaries of months: the same figures in every warehouse, and those of the file."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from taxi_assets.sql.statements import Statement
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.warehouse.duckdb.connection import DuckDBFile
from taxi_assets.warehouse.duckdb.replace_month import replace_month
from taxi_assets.warehouse.duckdb.session import DuckDBSession
from taxi_assets.warehouse.duckdb.warehouse import DuckDBWarehouse
from taxi_assets.warehouse.interface import Warehouse
from taxi_assets.warehouse.records import read
from taxi_assets.warehouse.summaries import Summaries, counts_together, fresh_summaries
from taxi_assets.warehouse.summary_records import TripCount
from taxi_assets.warehouse.trip_figures import FIGURES, PARTS
from taxi_assets_tests.integration.postgres.database import APRIL, GREEN, MAY, Database
from taxi_assets_tests.published import csv_month, line

ALL: list[Dataset] = list(DATASETS.values())
TRIPS = (
    line(
        GREEN,
        lpep_pickup_datetime="2020-04-06 00:10:00",
        lpep_dropoff_datetime="2020-04-06 00:20:00",
        passenger_count="1",
        trip_distance="1.5",
        fare_amount="10",
        tip_amount="1.25",
        total_amount="12.5",
        payment_type="1",
        PULocationID="74",
        DOLocationID="166",
    ),
    line(
        GREEN,
        lpep_pickup_datetime="2020-04-06 00:40:00",
        lpep_dropoff_datetime="2020-04-06 01:10:00",
        passenger_count="",
        trip_distance="2.5",
        fare_amount="-10",
        tip_amount="0",
        total_amount="-10.3",
        payment_type="1",
        PULocationID="74",
        DOLocationID="166",
    ),
    line(
        GREEN,
        lpep_pickup_datetime="2009-01-01 23:00:00",
        lpep_dropoff_datetime="2009-01-01 23:20:00",
        passenger_count="4",
        trip_distance="3",
        fare_amount="20.1",
        tip_amount="0.2",
        total_amount="1000.5",
        payment_type="2",
        PULocationID="7",
        DOLocationID="",
    ),
)
COUNTS = {
    *(("day", "2020-04-06", 2), ("day", "outside", 1)),
    *(("hour", "1-00", 2), ("hour", "outside", 1)),
    *(("zone", "74", 2), ("zone", "7", 1)),
}
PARTS_OF_TRIPS = {
    *(("dropoff", "166", 2), ("dropoff", "", 1)),
    *(("pair", "74-166", 2), ("pair", "7-", 1), ("payment", "1", 2), ("payment", "2", 1)),
    *(("charge", "10", 1), ("charge", "100", 1), ("miles", "1", 1), ("miles", "2", 1)),
    *(("miles", "3", 1), ("seconds", "10", 1), ("seconds", "20", 1), ("seconds", "30", 1)),
}
FIGURES_OF_TRIPS = {
    "charges": 12.5 - 10.3,
    "charges_beyond": 1,
    "charges_below_zero": 1,
    "median_charge": 12.5,
    "median_fare": 10,
    "median_miles": 2.5,
    "miles_beyond": 0,
    "ninetieth_seconds": 1200 + 0.8 * 600,
    "seconds_beyond": 0,
    "backward_trips": 0,
    "tips_known": 1,
    "tipped_percent": 100,
    "median_tip_percent": 12.5,
}


def in_duckdb(database: Database) -> Warehouse:
    return DuckDBWarehouse(
        database=str(database.folder / "taxi.duckdb"), memory_gb=0.5, wait_seconds=10
    )


def in_postgres(database: Database) -> Warehouse:
    return database.warehouse()


def load_duckdb(database: Database, data: bytes) -> None:
    with DuckDBFile(database.folder / "taxi.duckdb", 0.5, 10).connect() as connection:
        replace_month(DuckDBSession(connection), database.open(APRIL, data), force=True)


def load_postgres(database: Database, data: bytes) -> None:
    database.load(APRIL, data, force=True)


def change(warehouse: Warehouse, statement: str) -> None:
    """Change the database by hand."""
    with warehouse.session() as session, session.transaction():
        session.change(Statement(statement, session.dialect))


Way = tuple[Callable[[Database], Warehouse], Callable[[Database, bytes], None]]
WAYS: dict[str, Way] = {
    "duckdb": (in_duckdb, load_duckdb),
    "postgres": (in_postgres, load_postgres),
}


@pytest.fixture(params=sorted(WAYS))
def way(request: pytest.FixtureRequest) -> Way:
    """One of the warehouses, and how April gets into it."""
    return WAYS[request.param]


@pytest.fixture
def loaded(way: Way, database: Database) -> Callable[[bytes | None], tuple[int, Summaries]]:
    """Loads April, if there is something to load; how many months were summarized, and what of."""
    ask, load = way

    def run(data: bytes | None) -> tuple[int, Summaries]:
        if data is not None:
            load(database, data)
        return fresh_summaries(ask(database), ALL)

    return run


Run = Callable[[bytes | None], tuple[int, Summaries]]


def test_a_months_figures_are_those_of_its_trips(loaded: Run, way: Way, database: Database) -> None:
    _, found = loaded(csv_month(GREEN, TRIPS))
    with way[0](database).session() as session:
        parts, figures = read(session, PARTS), read(session, FIGURES)
        together = counts_together(session, [APRIL.filename])

    (month,) = found.months
    assert (month.filename, month.taxi, month.month) == (APRIL.filename, "green", "2020-04")
    assert (month.trips, month.passengers) == (3, 5)
    assert (month.miles, month.fares, month.tips) == (7.0, 20.1, 1.45)
    assert month.median_seconds == 1200
    assert {(c.part, c.value, c.trips) for c in found.counts} == COUNTS
    assert {count.filename for count in found.counts} == {APRIL.filename}
    assert {(each.part, each.value, each.trips) for each in parts} == PARTS_OF_TRIPS
    assert {each.figure: each.value for each in figures} == pytest.approx(FIGURES_OF_TRIPS)
    assert {each.sha256 for each in figures} == {month.sha256}
    both = COUNTS | PARTS_OF_TRIPS
    assert both == {(part, *each) for part, counts in together.items() for each in counts.items()}


def test_only_a_month_whose_file_changed_is_summarized_again(loaded: Run) -> None:
    first, _ = loaded(csv_month(GREEN, TRIPS))
    again, same = loaded(None)
    changed, other = loaded(csv_month(GREEN, TRIPS[:1]))

    assert (first, again, changed) == (1, 0, 1)
    assert [month.trips for month in same.months] == [3]
    assert [month.trips for month in other.months] == [1]
    assert TripCount(APRIL.filename, "zone", "74", 1) in other.counts
    assert len(other.counts) == 3


def test_a_cent_is_a_tip_and_next_to_no_fare_is_none(
    loaded: Run, way: Way, database: Database
) -> None:
    fares = (("60", "0.01"), ("10", "0"), ("1e-310", "5"))
    paid = [line(GREEN, payment_type="1", fare_amount=f, tip_amount=t) for f, t in fares]
    loaded(csv_month(GREEN, paid))
    with way[0](database).session() as session:
        figures = {each.figure: each.value for each in read(session, FIGURES)}
    assert (figures["tips_known"], figures["tipped_percent"]) == (2, 50)
    assert 0 < figures["median_tip_percent"] < 0.05


def test_a_month_is_summarized_again_once_its_rows_are_others(
    loaded: Run, way: Way, database: Database
) -> None:
    warehouse, file = way[0](database), csv_month(GREEN, TRIPS)
    loaded(file)
    change(warehouse, "UPDATE green_tripdata SET fare_amount = 30 WHERE fare_amount = 10")
    by_hand, altered = loaded(None)
    again, _ = loaded(None)
    reloaded, restored = loaded(file)

    assert (by_hand, again, reloaded) == (1, 0, 1)
    assert [(month.fares, month.changed) for month in altered.months] == [(40.1, 1)]
    assert [(month.fares, month.changed) for month in restored.months] == [(20.1, 0)]
    change(warehouse, "DELETE FROM green_tripdata")
    _, emptied = loaded(None)
    assert [(month.trips, month.changed) for month in emptied.months] == [(0, 1)]


def test_summaries_of_an_older_edition_are_made_anew_once(
    loaded: Run, way: Way, database: Database
) -> None:
    loaded(csv_month(GREEN, TRIPS))
    for column in ("loaded_at", "version", "changed"):
        change(way[0](database), f"ALTER TABLE tripdata_summaries DROP COLUMN {column}")
    change(way[0](database), "UPDATE tripdata_summaries SET fares = 1")

    (first, found), (again, _) = loaded(None), loaded(None)

    assert (first, again) == (1, 0)
    assert [(month.fares, month.changed) for month in found.months] == [(20.1, 0)]


def test_a_warehouse_without_a_month_has_no_summary(loaded: Run) -> None:
    assert loaded(None) == (0, Summaries())


def test_a_month_that_is_gone_has_no_summary_any_more(database: Database) -> None:
    database.load(APRIL)
    database.load(MAY)
    fresh_summaries(in_postgres(database), ALL)
    database.query("DELETE FROM tripdata_files WHERE month = '2020-04'")
    _, found = fresh_summaries(in_postgres(database), ALL)
    assert [month.month for month in found.months] == ["2020-05"]
