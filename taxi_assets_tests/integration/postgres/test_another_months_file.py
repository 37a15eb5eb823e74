"""A file under another month's name is refused by every warehouse, and the month's rows stay."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from taxi_assets.trips.datasets import DATASETS
from taxi_assets_tests.command_line import taxi_assets
from taxi_assets_tests.integration.postgres.database import Database
from taxi_assets_tests.published import Mirror, csv_month, line

GREEN = DATASETS["green"]
NAME = "green_tripdata_2020-04.csv.gz"
LOAD = ("load", "green", "2020-04")
MAY = line(GREEN, lpep_pickup_datetime="2020-05-01 00:00:00")
MARCH = line(GREEN, lpep_pickup_datetime="2020-03-31 23:59:59")
APRIL = line(GREEN)

Counts = Callable[[], tuple[int, int]]


@pytest.fixture
def published(settings_env: Path, database: Database, mirror: Mirror) -> Mirror:
    """Where months come from that are loaded into both databases."""
    os.environ.update(
        {
            "TAXI_WAREHOUSES": "duckdb,postgres",
            "TAXI_POSTGRES_DSN": database.dsn,
            "TAXI_CSV_BASE_URL": mirror.csv_url,
            "TAXI_PUBLISHED_COUNTS": "warn",
        }
    )
    return mirror


@pytest.fixture
def counts(settings_env: Path, database: Database) -> Counts:
    """How many rows each of the two databases has."""

    def ask() -> tuple[int, int]:
        query = "SELECT count(*) FROM green_tripdata"
        with duckdb.connect(settings_env / "taxi.duckdb") as connection:
            [(in_duckdb,)] = connection.execute(query).fetchall()
        [(in_postgres,)] = database.query(query)
        return int(in_duckdb), int(str(in_postgres))

    return ask


def test_a_file_with_more_than_half_of_its_pickups_elsewhere_is_refused(
    published: Mirror, counts: Counts
) -> None:
    published.publish(NAME, csv_month(GREEN, [APRIL] * 4))
    assert taxi_assets(*LOAD).exit_code == 0
    published.publish(NAME, csv_month(GREEN, [MAY, MAY, MARCH, APRIL, APRIL]))
    answer = taxi_assets(*LOAD)
    assert answer.exit_code == 1
    told = " ".join(answer.text.split())
    assert "3 of 5 pickups (60.0%) lie outside 2020-04: it is another month's file" in told
    assert "TAXI_REFUSE_OUT_OF_MONTH_SHARE" in told
    assert counts() == (4, 4)


def test_half_of_the_pickups_elsewhere_only_warn(published: Mirror, counts: Counts) -> None:
    published.publish(NAME, csv_month(GREEN, [MAY, MARCH, APRIL, APRIL]))
    answer = taxi_assets(*LOAD)
    assert answer.exit_code == 0, answer.text
    assert "2 pickups outside the month" in " ".join(answer.text.split())
    assert counts() == (4, 4)


def test_the_share_is_a_setting(published: Mirror, counts: Counts) -> None:
    published.publish(NAME, csv_month(GREEN, [MAY] * 3))
    os.environ["TAXI_REFUSE_OUT_OF_MONTH_SHARE"] = "1"
    assert taxi_assets(*LOAD).exit_code == 0
    assert counts() == (3, 3)
    published.publish(NAME, csv_month(GREEN, [MAY, *[APRIL] * 9]))
    os.environ["TAXI_REFUSE_OUT_OF_MONTH_SHARE"] = "0.05"
    answer = taxi_assets(*LOAD)
    assert answer.exit_code == 1
    assert "1 of 10 pickups (10.0%)" in " ".join(answer.text.split())
    assert counts() == (3, 3)
