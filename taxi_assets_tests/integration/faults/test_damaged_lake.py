"""Bytes of the lake that rot, or that somebody changes: noticed, fetched again, never loaded."""

from __future__ import annotations

import logging
import os
import random
import time
from collections import Counter
from pathlib import Path

import dagster as dg
import duckdb
import pytest

from taxi_assets.automation.jobs import ZONES_JOB
from taxi_assets.definitions import build_definitions
from taxi_assets.errors import DamagedCopyError, SourceRefusedError
from taxi_assets.lake.fetching import land_month
from taxi_assets.lake.folder import FolderLake
from taxi_assets.settings import read_settings
from taxi_assets.source.catalog import Catalog
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.file import TripFile
from taxi_assets.trips.month import Month
from taxi_assets.trips.zones import ZONES
from taxi_assets.warehouse.duckdb.warehouse import DuckDBWarehouse, warehouse_of
from taxi_assets.warehouse.interface import Attempt
from taxi_assets.warehouse.month_assets import load_month
from taxi_assets_tests.command_line import taxi_assets
from taxi_assets_tests.integration.equality.generated_months import publish_csv, publish_parquet
from taxi_assets_tests.published import Mirror, csv_month

GREEN = DATASETS["green"]
CSV_MONTH, PARQUET_MONTH = Month(2020, 4), Month(2023, 2)
FLIPS, SEED = 150, 15
SECONDS = int(os.environ.get("FLIP_SECONDS", "8"))
"""After so long, those bits count that were flipped so far: the machine may be busy."""


class Place:
    """A lake and a DuckDB file, and a mirror that both months are published in."""

    def __init__(self, mirror: Mirror) -> None:
        os.environ.update(
            {
                "TAXI_CSV_BASE_URL": mirror.csv_url,
                "TAXI_PARQUET_BASE_URL": mirror.parquet_url,
                "TAXI_PUBLISHED_COUNTS": "warn",
            }
        )
        self.mirror = mirror
        self.catalog = Catalog(read_settings())
        self.lake = FolderLake(self.catalog.settings.lake_folder)
        self.warehouse: DuckDBWarehouse = warehouse_of(self.catalog.settings)
        publish_csv(mirror, self.file(CSV_MONTH), 60)
        publish_parquet(mirror, self.file(PARQUET_MONTH), 60)

    def file(self, month: Month) -> TripFile:
        return self.catalog.file(GREEN, month)

    def path(self, month: Month) -> Path:
        return self.lake.path(f"green/{self.file(month).published_name}")

    def land(self, month: Month) -> None:
        land_month(self.lake, self.catalog, self.file(month))

    def load(self, month: Month, force: bool = True) -> None:
        load_month(self.warehouse, self.lake, self.catalog, self.file(month), Attempt(), force)

    def rows(self, table: str = "green_tripdata") -> Counter[tuple[object, ...]]:
        with duckdb.connect(self.warehouse.database) as connection:
            return Counter(connection.execute(f"FROM {table}").fetchall())

    def rows_of_the_view(self) -> int:
        with duckdb.connect(self.warehouse.database) as connection:
            [(count,)] = connection.execute("SELECT count(*) FROM green_tripdata_ext").fetchall()
        return int(count)


@pytest.fixture
def place(settings_env: Path, mirror: Mirror) -> Place:
    return Place(mirror)


def flip(path: Path, bit: int) -> None:
    """Change one bit as a failing disk does: size and time of the file stay."""
    status, data = path.stat(), bytearray(path.read_bytes())
    data[bit // 8] ^= 1 << bit % 8
    path.write_bytes(data)
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


@pytest.mark.parametrize("month", [CSV_MONTH, PARQUET_MONTH], ids=["csv", "parquet"])
def test_no_flipped_bit_of_the_lake_reaches_the_table_and_all_heal(
    place: Place, month: Month
) -> None:
    place.land(month)
    place.load(month)
    wanted, path = place.rows(), place.path(month)
    whole = path.read_bytes()
    bits = random.Random(SEED).sample(range(8 * len(whole)), FLIPS)
    until = time.monotonic() + SECONDS
    for bit in bits:
        if time.monotonic() > until:
            break
        flip(path, bit)
        place.load(month)
        assert path.read_bytes() == whole, f"bit {bit} is not healed"
        assert place.rows() == wanted, f"bit {bit} reached the table"


def test_a_damaged_copy_is_told_and_fetched_again_in_the_run_that_meets_it(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    place.land(CSV_MONTH)
    flip(place.path(CSV_MONTH), 800)
    with caplog.at_level(logging.WARNING):
        place.load(CSV_MONTH)
    assert "the lake's copy of green/green_tripdata_2020-04.csv.gz is damaged" in caplog.text
    assert "it is fetched again" in caplog.text
    assert place.rows().total() == 60


@pytest.mark.parametrize("month", [CSV_MONTH, PARQUET_MONTH], ids=["csv", "parquet"])
def test_a_damaged_copy_heals_on_the_command_line(place: Place, month: Month) -> None:
    load = ("load", "green", str(month), "--force")
    assert taxi_assets(*load).exit_code == 0
    wanted, path = place.rows(), place.path(month)
    flip(path, 8 * path.stat().st_size - 100)
    result = taxi_assets(*load)
    assert result.exit_code == 0, result.text
    assert "Traceback" not in result.text
    assert place.rows() == wanted


@pytest.mark.parametrize("month", [CSV_MONTH, PARQUET_MONTH], ids=["csv", "parquet"])
def test_where_the_source_cannot_help_the_load_is_refused_and_the_table_stays(
    place: Place, month: Month
) -> None:
    place.land(month)
    place.load(month)
    wanted = place.rows()
    flip(place.path(month), 900)
    place.mirror.path(place.file(month).published_name).unlink()
    with pytest.raises(DamagedCopyError, match=r"is damaged.*the source does not have it") as told:
        place.load(month)
    assert str(place.path(month)) in told.value.remedy
    assert place.rows() == wanted


def test_where_the_source_refuses_both_are_told(place: Place) -> None:
    place.land(CSV_MONTH)
    flip(place.path(CSV_MONTH), 900)
    published = place.mirror.path(place.file(CSV_MONTH).published_name)
    published.unlink()
    published.mkdir()
    with pytest.raises(SourceRefusedError, match=r"is damaged.*could not be fetched again"):
        place.load(CSV_MONTH)


def test_where_the_source_has_another_version_that_one_is_loaded(place: Place) -> None:
    place.land(CSV_MONTH)
    place.load(CSV_MONTH)
    flip(place.path(CSV_MONTH), 900)
    place.mirror.publish(place.file(CSV_MONTH).published_name, csv_month(GREEN, 7))
    place.load(CSV_MONTH)
    assert place.rows().total() == 7


def test_a_copy_that_vanished_is_fetched_again(place: Place) -> None:
    place.land(CSV_MONTH)
    landed = place.lake.find(f"green/{place.file(CSV_MONTH).published_name}")
    assert landed is not None
    with place.lake.local_copy(landed) as copy:
        place.path(CSV_MONTH).unlink()
        with pytest.raises(DamagedCopyError, match="No such file"):
            copy.prove()


def test_a_copy_that_changes_after_its_proof_proves_nothing(place: Place) -> None:
    place.land(CSV_MONTH)
    landed = place.lake.find(f"green/{place.file(CSV_MONTH).published_name}")
    assert landed is not None
    with place.lake.local_copy(landed) as copy:
        copy.prove()
        copy.prove()
        flip(copy.path, 800)
        flip(copy.path, 800)
        with pytest.raises(DamagedCopyError, match="changed while it was read"):
            copy.prove()


def test_damage_of_another_month_leaves_it_out_of_the_view_alone(
    place: Place, caplog: pytest.LogCaptureFixture
) -> None:
    for month in (CSV_MONTH, PARQUET_MONTH):
        place.land(month)
        place.load(month)
    assert place.rows_of_the_view() == 120
    path = place.path(PARQUET_MONTH)
    flip(path, 8 * path.stat().st_size - 20)
    place.load(CSV_MONTH, force=False)
    assert "the external view does without it" in caplog.text
    assert place.rows_of_the_view() == 60
    place.load(PARQUET_MONTH)
    assert place.rows_of_the_view() == 120


def test_zones_that_are_damaged_are_fetched_again(place: Place) -> None:
    os.environ["TAXI_SOURCE"] = "sample"
    definitions = build_definitions(read_settings())
    zones = definitions.resolve_job_def(ZONES_JOB)
    assert zones.execute_in_process().success
    path = place.lake.path(ZONES.landed)
    whole, wanted = path.read_bytes(), place.rows("zones")
    flip(path, 801)
    assert zones.execute_in_process(asset_selection=[dg.AssetKey(["duckdb", "zones"])]).success
    assert place.rows("zones") == wanted
    assert path.read_bytes() == whole
