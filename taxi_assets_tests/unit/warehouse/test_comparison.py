"""What a load would do with a month's file, and what a warehouse holds of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.settings import read_settings
from taxi_assets.source.catalog import Catalog
from taxi_assets.source.transfer import Absent, Version
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.comparison import Held, LakeStep, held_as, lake_step
from taxi_assets_tests.landed_months import ENTRY, open_month
from taxi_assets_tests.published import csv_month

FILE = TripFile(GREEN, Month(2020, 4), FileFormat.CSV)
LEFT_OUT = '["mood"]'


@pytest.fixture
def catalog(settings_env: Path) -> Catalog:
    """Where months are published."""
    return Catalog(read_settings())


@pytest.fixture
def landed(tmp_path: Path, catalog: Catalog) -> LandedFile:
    """The month as it came from there, with the tag ``"v1"``."""
    landed = open_month(tmp_path / FILE.published_name, FILE, csv_month(GREEN, 4)).landed
    return landed.model_copy(update={"url": catalog.url(FILE), "etag": '"v1"'})


def test_a_file_is_fetched_where_the_lake_has_not_what_is_published(
    catalog: Catalog, landed: LandedFile
) -> None:
    now, changed, gone = Version('"v1"'), Version('"v2"'), Absent("HTTP 404")
    elsewhere = landed.model_copy(update={"url": "file:///mirror/green.csv.gz"})
    steps: dict[LakeStep, tuple[LandedFile | None, Version | Absent]] = {
        LakeStep.FETCH: (None, now),
        LakeStep.KEEP: (landed, now),
        LakeStep.FETCH_ANEW: (landed, changed),
        LakeStep.FETCH_FROM_HERE: (elsewhere, now),
        LakeStep.NOT_PUBLISHED: (None, gone),
        LakeStep.KEEP_WITHDRAWN: (landed, gone),
    }
    for step, (there, answer) in steps.items():
        assert lake_step(catalog, FILE, there, answer) is step


def test_a_warehouse_holds_the_file_that_its_ledger_names(landed: LandedFile) -> None:
    this = replace(ENTRY, filename=FILE.filename, sha256=landed.sha256)
    assert held_as(FILE, landed, this) is Held.THIS
    assert held_as(FILE, landed, replace(this, sha256="0" * 64)) is Held.OTHER_VERSION
    assert held_as(FILE, landed, replace(this, left_out=LEFT_OUT)) is Held.FEWER_COLUMNS
    as_parquet = replace(this, filename="green_tripdata_2020-04.parquet")
    for other in (as_parquet, replace(as_parquet, sha256="0" * 64)):
        assert held_as(FILE, landed, other) is Held.OTHER_FORMAT
