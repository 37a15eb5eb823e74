"""Charts of cells: the state of each month, and trips by weekday and hour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from taxi_assets.report.charts.drawing import WIDTH, Box, Chart, Label, described, text_width
from taxi_assets.status.calendar import Year
from taxi_assets.status.coverage import MonthState
from taxi_assets.trips.month import MONTHS_PER_YEAR

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SIGNS = {
    MonthState.OK: ("✓", "ok"),
    MonthState.PARTIAL: ("◐", "partial"),
    MonthState.WRONG: ("!", "wrong"),
    MonthState.ABSENT: ("·", "absent"),
}
"""The sign in a month's cell and its colour: states differ not only by colour."""
_HOURS = 24
_ROW, _HEAD = 22, 18


def coverage_map(years: Sequence[Year]) -> Chart:
    """A cell for each month of each taxi's years, with the sign of its state."""
    names = [f"{year.taxi} {year.year}" for year in years]
    left = text_width(names) + 4
    states = Counter(str(state) for year in years for state in year.months)
    told = ", ".join(f"{state}: {number}" for state, number in states.items())
    cell = (WIDTH - left) / MONTHS_PER_YEAR
    chart = Chart("coverage", "Months by taxi and year, by their state", _HEAD + _ROW * len(years))
    chart.text = f"Number of months by state: {told}."
    for number in range(MONTHS_PER_YEAR):
        chart.labels.append(Label(left + cell * (number + 0.5), 12, f"{number + 1:02d}", "middle"))
    for row, (name, year) in enumerate(zip(names, years, strict=True)):
        y = _HEAD + row * _ROW
        chart.labels.append(Label(0, y + 15, name))
        for number, state in enumerate(year.months):
            x = round(left + cell * number, 1)
            sign, colour = _SIGNS[state]
            chart.boxes.append(Box(x + 1, y + 1, round(cell - 2, 1), _ROW - 2, colour))
            ink = "on-absent" if state is MonthState.ABSENT else "on-state"
            middle = round(x + cell / 2, 1)
            chart.labels.append(Label(middle, y + 15, sign, "middle", ink))
    return chart


def by_hour(name: str, title: str, hours: Mapping[tuple[int, int], float]) -> Chart:
    """A cell for each hour of the week: the fuller its colour, the more trips.

    Args:
        name: name of the chart.
        title: what it shows.
        hours: trips by weekday (1 is Monday) and hour.
    """
    most = max(hours.values(), default=0) or 1
    left = 34
    cell = (WIDTH - left) / _HOURS
    chart = Chart(name, title, _HEAD + _ROW * len(WEEKDAYS) + 28)
    for hour in range(0, _HOURS, 3):
        chart.labels.append(Label(left + cell * hour, 12, f"{hour}:00"))
    for row, weekday in enumerate(WEEKDAYS):
        y = _HEAD + row * _ROW
        chart.labels.append(Label(0, y + 15, weekday[:3]))
        for hour in range(_HOURS):
            trips = hours.get((row + 1, hour), 0)
            hint = f"{weekday} {hour}:00: {trips:,.1f}"
            place = (round(left + cell * hour, 1), y, round(cell - 1, 1), _ROW - 1)
            chart.boxes.append(Box(*place, "series-3", round(100 * trips / most), hint))
    y = _HEAD + _ROW * len(WEEKDAYS) + 20
    chart.labels.append(Label(left, y, "0"))
    for step in range(5):
        chart.boxes.append(Box(left + 14 + 20 * step, y - 11, 20, 14, "series-3", 25 * step))
    chart.labels.append(Label(left + 120, y, f"up to {most:,.1f} trips"))
    cells = [(f"{WEEKDAYS[day - 1]} {hour}:00", trips) for (day, hour), trips in hours.items()]
    chart.text = described(cells, "trips")
    return chart
