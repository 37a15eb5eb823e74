"""Charts of trips: by day, by hour of the week, by place of pickup."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from taxi_assets.report.charts import drawing
from taxi_assets.report.charts.drawing import Chart

_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_HOURS = 24


def by_day(series: Mapping[str, Mapping[date, int]]) -> Chart:
    """A line for each taxi with its trips of each day. Months that are not loaded are gaps."""
    drawn, axes = drawing.figure((7.4, 3))
    for number, (label, days) in enumerate(series.items()):
        ordered = sorted(days)
        x: list[date] = []
        y: list[float] = []
        for before, day in zip([None, *ordered], ordered, strict=False):
            if before is not None and (day - before).days > 1:
                x.append(day)
                y.append(float("nan"))
            x.append(day)
            y.append(days[day])
        colour = drawing.series_colour(label, number)
        marker = "o" if len(ordered) == 1 else ""
        axes.plot(x, y, label=label, color=colour, linewidth=1.1, marker=marker)  # type: ignore[arg-type]
    drawing.thousands(axes, "y")
    axes.set_ylabel("trips a day", color=drawing.INK)
    if any(series.values()):
        _dates(axes)
        drawing.legend(axes, len(series))
    return drawing.chart(drawn, "days", "Trips by day of pickup")


def _dates(axes: object) -> None:
    from matplotlib.axes import Axes
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    assert isinstance(axes, Axes)
    locator = AutoDateLocator(minticks=3, maxticks=8)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator))


def by_hour(name: str, title: str, hours: Mapping[tuple[int, int], int]) -> Chart:
    """A cell for each hour of the week, coloured by its number of trips.

    Args:
        name: name of the chart.
        title: the taxi of the trips.
        hours: trips by weekday (1 is Monday) and hour.
    """
    drawn, axes = drawing.figure((7.4, 2.3))
    rows = range(1, len(_WEEKDAYS) + 1)
    cells = [[hours.get((weekday, hour), 0) for hour in range(_HOURS)] for weekday in rows]
    edges = [number - 0.5 for number in range(_HOURS + 1)]
    mesh = axes.pcolormesh(edges, edges[: len(_WEEKDAYS) + 1], cells, cmap="cividis", vmin=0)
    axes.set_ylim(len(_WEEKDAYS) - 0.5, -0.5)
    axes.set_yticks(range(len(_WEEKDAYS)), _WEEKDAYS)
    axes.set_xticks(range(0, _HOURS, 3), [f"{hour}:00" for hour in range(0, _HOURS, 3)])
    bar = drawn.colorbar(mesh, ax=axes, pad=0.01, aspect=14, format="{x:,.0f}")
    bar.ax.tick_params(colors=drawing.INK, length=0)
    bar.outline.set_visible(False)
    return drawing.chart(drawn, name, f"{title}: trips by weekday and hour of pickup")


def bars(name: str, text: str, labels: Sequence[str], values: Sequence[int]) -> Chart:
    """A bar for each label, from top to bottom."""
    drawn, axes = drawing.figure((7.4, 0.7 + 0.29 * max(1, len(labels))))
    axes.barh(range(len(labels)), values, color=drawing.SERIES[2], height=0.72)
    # matplotlib reads a dollar sign as the start of a formula.
    axes.set_yticks(range(len(labels)), [label.replace("$", r"\$") for label in labels])
    axes.set_ylim(max(1, len(labels)) - 0.5, -0.5)
    drawing.thousands(axes, "x")
    return drawing.chart(drawn, name, text)
