"""Charts of months: their state, and bars of values such as rows or rows per second."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from taxi_assets.report.charts import drawing
from taxi_assets.report.charts.drawing import Chart
from taxi_assets.status.calendar import Year
from taxi_assets.status.coverage import MonthState

if TYPE_CHECKING:
    from matplotlib.axes import Axes

LETTERS = {
    MonthState.OK: "✓",
    MonthState.PARTIAL: "◐",
    MonthState.WRONG: "!",
    MonthState.ABSENT: "·",
}
"""The sign in a month's cell, so that states differ not only by colour."""

_COLOURS = {
    MonthState.OK: drawing.OK,
    MonthState.PARTIAL: drawing.PARTIAL,
    MonthState.WRONG: drawing.WRONG,
    MonthState.ABSENT: drawing.ABSENT,
}
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def coverage_map(years: Sequence[Year]) -> Chart:
    """A cell for each month of each taxi's years, coloured by its state."""
    drawn, axes = drawing.figure((7.4, 0.7 + 0.36 * max(1, len(years))))
    cells = [
        (row, column, state)
        for row, year in enumerate(years)
        for column, state in enumerate(year.months)
    ]
    _draw_cells(axes, cells)
    axes.set_xlim(-0.5, len(_MONTHS) - 0.5)
    axes.set_ylim(max(1, len(years)) - 0.5, -0.5)
    axes.set_xticks(range(len(_MONTHS)), _MONTHS)
    axes.xaxis.tick_top()
    axes.set_yticks(range(len(years)), [f"{year.taxi} {year.year}" for year in years])
    return drawing.chart(drawn, "coverage", "Months by taxi and year, coloured by their state")


def _draw_cells(axes: Axes, cells: Sequence[tuple[int, int, MonthState]]) -> None:
    """Draw cells, each with its row, column and state.

    There are hundreds: they are one collection, and the layout does not measure each of them.
    """
    from matplotlib.collections import PatchCollection
    from matplotlib.patches import Rectangle

    patches = [Rectangle((column - 0.46, row - 0.44), 0.92, 0.88) for row, column, _ in cells]
    colours = [_COLOURS[state] for *_, state in cells]
    axes.add_collection(PatchCollection(patches, facecolors=colours, edgecolors=colours))
    for row, column, state in cells:
        ink = drawing.ON_ABSENT if state is MonthState.ABSENT else drawing.ON_STATE
        letter = LETTERS[state]
        text = axes.text(column, row, letter, color=ink, ha="center", va="center", fontsize=10)
        text.set_in_layout(False)


def by_month(name: str, text: str, series: Mapping[str, Mapping[str, float]], unit: str) -> Chart:
    """A group of bars for each month, a bar for each series.

    Args:
        name: name of the chart.
        text: alternative text.
        series: name of each series, and its values by month.
        unit: unit of the values.
    """
    months = sorted({month for values in series.values() for month in values})
    drawn, axes = drawing.figure((7.4, 3))
    width = 0.84 / max(1, len(series))
    for number, (label, values) in enumerate(series.items()):
        places = [index + (number - (len(series) - 1) / 2) * width for index in range(len(months))]
        heights = [values.get(month, 0) for month in months]
        colour = drawing.series_colour(label, number)
        for bar in axes.bar(places, heights, width, label=label, color=colour):
            bar.set_in_layout(False)
    shown = drawing.spread(months, 8)
    axes.set_xticks(shown, [months[index] for index in shown])
    axes.set_ylabel(unit, color=drawing.INK)
    drawing.thousands(axes, "y")
    if series:
        drawing.legend(axes, len(series))
    return drawing.chart(drawn, name, text)
