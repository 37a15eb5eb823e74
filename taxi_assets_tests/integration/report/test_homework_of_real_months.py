"""The homework's answers from real files: a year in parts is a part, an extract is no answer."""

from __future__ import annotations

import os
from pathlib import Path

from taxi_assets.lake.landing import landed_months
from taxi_assets.lake.resource import lake_of
from taxi_assets.report.homework import answers
from taxi_assets.settings import read_settings
from taxi_assets.status.coverage import coverage
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month
from taxi_assets.trips.published_counts import published_rows
from taxi_assets_tests.command_line import taxi_assets

GREEN_2020 = ("2020-04", "2020-05")


def test_real_months_answer_as_far_as_they_go(real_data: Path, settings_env: Path) -> None:
    os.environ["TAXI_CSV_BASE_URL"] = (real_data / "nyc-tlc-data").as_uri()
    said = taxi_assets("load", "green", *GREEN_2020)
    assert said.exit_code == 0, said.text
    # The yellow file at hand is an extract, which has fewer rows than were published.
    os.environ["TAXI_PUBLISHED_COUNTS"] = "warn"
    assert taxi_assets("load", "yellow", "2021-03").exit_code == 0

    settings, datasets = read_settings(), list(DATASETS.values())
    lake = lake_of(settings)
    landed = [found for dataset in datasets for found in landed_months(lake, dataset)]
    found = answers(coverage(settings, datasets), landed, "duckdb")
    _, green, march, size = found

    files = (TripFile(DATASETS["green"], Month.parse(m), FileFormat.CSV) for m in GREEN_2020)
    assert green.found == sum(published_rows(file) or 0 for file in files)
    assert (green.months, green.agrees) == ((2, 12), None)
    assert (march.months, march.agrees) == ((1, 1), False)
    assert size.found is None
