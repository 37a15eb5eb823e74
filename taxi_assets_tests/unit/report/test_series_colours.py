"""A dataset has one colour in every chart, by its place among the datasets."""

from __future__ import annotations

import pytest

from taxi_assets.report.charts.drawing import SERIES, series_colour
from taxi_assets.trips.datasets import DATASETS
from taxi_assets_tests.made_up_dataset import register


def test_a_dataset_keeps_its_colour_wherever_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch)

    assert (series_colour("yellow", 3), series_colour("green", 3)) == SERIES[:2]
    for place, taxi in enumerate(DATASETS):
        assert {series_colour(taxi, number) for number in range(5)} == {SERIES[place % len(SERIES)]}
    assert series_colour("duckdb", 1) == SERIES[1]
