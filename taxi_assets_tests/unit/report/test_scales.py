"""Scales of charts: a few values far above all others do not hide them, and are told."""

from __future__ import annotations

from taxi_assets.report.charts import series
from taxi_assets.trips.month import Month

MONTHS = [str(Month(2020, 1).plus(number)) for number in range(36)]
STEADY = {month: 10.0 + number % 5 for number, month in enumerate(MONTHS)}


def test_a_line_that_one_month_would_flatten_is_cut_off_and_says_so() -> None:
    chart = series.lines("fares", "Fares", MONTHS, {"fare": STEADY | {"2021-05": 9e9}}, "dollars")

    assert chart.note == "Cut off at 20; 1 higher, up to 9,000,000,000."
    assert "to 9,000,000,000 (2021-05)" in chart.text
    assert "20" in [label.text for label in chart.labels]


def test_values_that_are_no_numbers_are_left_out() -> None:
    chart = series.lines("fares", "Fares", MONTHS, {"fare": STEADY}, "dollars")
    hurt = STEADY | {"2021-05": float("nan"), "2021-06": float("inf")}
    other = series.lines("fares", "Fares", MONTHS, {"fare": hurt}, "dollars")

    assert chart.note == other.note == ""
    assert chart.text == other.text == "From 10 dollars (2020-01) to 14 (2022-11)."
    assert "nan" not in other.inline + chart.inline
    assert "inf" not in other.inline


def test_a_month_that_is_not_there_is_a_gap_in_the_line() -> None:
    gap = {month: value for month, value in STEADY.items() if month != "2021-05"}
    whole = series.lines("trips", "Trips", MONTHS, {"green": STEADY}, "trips")
    broken = series.lines("trips", "Trips", MONTHS, {"green": gap}, "trips")

    assert [chart.lines[-1].path.count("M") for chart in (whole, broken)] == [1, 2]


def test_the_highest_column_is_never_cut_off() -> None:
    columns = {str(mile): 10.0 for mile in range(25)} | {"0": 900.0}
    chart = series.columns("miles", "Miles", list(columns), {"green": columns}, "trips")

    assert chart.note == ""
    assert max(box.height for box in chart.boxes) > 100
