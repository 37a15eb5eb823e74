"""A dataset has one colour in every chart, by its place among the datasets."""

from __future__ import annotations

import pytest

from taxi_assets.report.charts.drawing import SERIES, series_colour
from taxi_assets_tests.made_up_dataset import register


def test_a_dataset_keeps_its_colour_wherever_it_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    register(monkeypatch)

    taxis = ("yellow", "green", "ferry", "tram")
    assert [series_colour(taxi, number=3) for taxi in taxis] == list(SERIES)
    assert series_colour("duckdb", number=1) == SERIES[1]
