"""DuckDB and Postgres with models, one database of each for the tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from psycopg.conninfo import conninfo_to_dict

from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month
from taxi_assets_tests.integration.postgres.database import GREEN, Database
from taxi_assets_tests.integration.postgres.models import ModelledWarehouse
from taxi_assets_tests.published import csv_month, line

OCTOBER_2020 = TripFile(GREEN, Month(2020, 10), FileFormat.CSV)
FHV = DATASETS["fhv"]


@pytest.fixture(scope="module")
def in_duckdb(tmp_path_factory: pytest.TempPathFactory) -> ModelledWarehouse:
    """One file for all tests: dbt reads its project once for each database."""
    return ModelledWarehouse("duckdb", Database("", tmp_path_factory.mktemp("models")))


@pytest.fixture(scope="module")
def in_postgres(
    shared_dsn: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[ModelledWarehouse]:
    """One database for all tests. Nothing that dbt writes into its folder holds the password."""
    found = ModelledWarehouse("postgres", Database(shared_dsn, tmp_path_factory.mktemp("models")))
    yield found
    password = str(conninfo_to_dict(shared_dsn)["password"]).encode()
    written = [path for path in found.target.folder.rglob("*") if path.is_file()]
    assert written
    assert not [path for path in written if password in path.read_bytes()]


@pytest.fixture(params=["duckdb", pytest.param("postgres", marks=pytest.mark.long)])
def modelled(request: pytest.FixtureRequest) -> ModelledWarehouse:
    """Each warehouse, without months and models; Postgres in the longer run."""
    return cleaned(request)


def cleaned(request: pytest.FixtureRequest) -> ModelledWarehouse:
    """The warehouse that the request names, emptied."""
    found: ModelledWarehouse = request.getfixturevalue(f"in_{request.param}")
    found.clean()
    return found


def month_of(pickup: str, trips: int) -> bytes:
    """A month of green trips that begin at that time."""
    return csv_month(
        GREEN,
        [
            line(
                GREEN,
                lpep_pickup_datetime=pickup,
                lpep_dropoff_datetime=pickup.replace(":00:", ":19:"),
                fare_amount=str(number + 1),
                total_amount="20",
                PULocationID="138" if number % 5 == 0 else "74",
                DOLocationID="75",
            )
            for number in range(trips)
        ],
    )
