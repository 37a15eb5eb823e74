"""Charts with an axis: lines over months, columns, and horizontal bars."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from taxi_assets.report.charts import drawing
from taxi_assets.report.charts.drawing import WIDTH, Box, Chart, Label, Line, Scale

_PLOT_HEIGHT = 150
_TOP = 26
_BOTTOM = 24
_BAR = 22
_DASHES = ("", "6 3", "2 3", "9 3 2 3")
_LABELS = 7

Series = Mapping[str, Mapping[str, float]]
"""The values of each series by the label of their place on the axis."""


def lines(name: str, title: str, labels: Sequence[str], series: Series, unit: str) -> Chart:
    """A line for each series. A label without a value is a gap; a lone value is a point.

    A few values far above all others do not stretch the scale: they are cut off, and told.

    Args:
        name: name of the chart.
        title: what it shows.
        labels: the places on the axis, in order.
        series: the values.
        unit: what the values are.
    """
    chart, scale, left = _axes(name, title, series, unit, cut_off=True)
    step = (WIDTH - left - 8) / max(1, len(labels) - 1)
    for number, (label, values) in enumerate(series.items()):
        path, pen = "", "M"
        for place, at in enumerate(labels):
            if not math.isfinite(values.get(at, math.nan)):
                pen = "M"
                continue
            y = _TOP + _PLOT_HEIGHT - scale.at(values[at])
            path += f"{pen}{left + step * place:.1f} {y:g}" + ("h.1" if pen == "M" else "")
            pen = "L"
        colour = drawing.series_colour(label, number)
        chart.lines.append(Line(path, colour, 2, _DASHES[number % len(_DASHES)]))
    _name_series(chart, series, unit, [_DASHES[n % len(_DASHES)] for n in range(len(series))])
    _name_places(chart, labels, left, step)
    return chart


def columns(name: str, title: str, labels: Sequence[str], series: Series, unit: str) -> Chart:
    """A group of columns for each label, a column for each series."""
    chart, scale, left = _axes(name, title, series, unit)
    step = (WIDTH - left) / max(1, len(labels))
    width = 0.84 * step / max(1, len(series))
    for number, (label, values) in enumerate(series.items()):
        colour = drawing.series_colour(label, number)
        for place, at in enumerate(labels):
            if math.isfinite(values.get(at, math.nan)):
                height = scale.at(values[at])
                x = round(left + step * place + width * number, 1)
                y = round(_TOP + _PLOT_HEIGHT - height, 1)
                hint = f"{label} {at}: {values[at]:,.0f}"
                chart.boxes.append(Box(x, y, round(width, 2), height, colour, None, hint))
    _name_series(chart, series, unit)
    _name_places(chart, labels, left, step)
    return chart


def bars(name: str, title: str, values: Sequence[tuple[str, float]], colour: str) -> Chart:
    """A bar for each name, from top to bottom, with its value at its end."""
    chart = Chart(name, title, _BAR * 2 * len(values))
    texts = [f"{value:,.0f}" for _, value in values]
    scale = drawing.scale((value for _, value in values), WIDTH - drawing.text_width(texts) - 6)
    for row, ((label, value), text) in enumerate(zip(values, texts, strict=True)):
        y = row * _BAR * 2
        chart.labels.append(Label(0, y + 15, label))
        chart.boxes.append(Box(0, y + 20, scale.at(value), _BAR - 6, colour))
        chart.labels.append(Label(scale.at(value) + 5, y + 32, text))
    chart.note, chart.text = scale.note, drawing.described(values, "trips")
    return chart


def _name_series(chart: Chart, series: Series, unit: str, dashes: Sequence[str] = ()) -> None:
    """Name the unit, and the series if there are several."""
    chart.labels.append(Label(WIDTH, 12, unit, "end", "muted"))
    if len(series) > 1:
        drawing.legend(chart, list(series), 12, dashes)


def _axes(
    name: str, title: str, series: Series, unit: str, cut_off: bool = False
) -> tuple[Chart, Scale, float]:
    chart = Chart(name, title, _TOP + _PLOT_HEIGHT + _BOTTOM)
    named = [
        (f"{label} {place}" if len(series) > 1 else place, value)
        for label, values in series.items()
        for place, value in values.items()
    ]
    scale = drawing.scale((value for _, value in named), _PLOT_HEIGHT, cut_off)
    chart.note, chart.text = scale.note, drawing.described(named, unit)
    texts = [drawing.short(tick) for tick in scale.ticks]
    left = drawing.text_width(texts) + 6
    for tick, text in zip(scale.ticks, texts, strict=True):
        y = _TOP + _PLOT_HEIGHT - scale.at(tick)
        chart.lines.append(Line(f"M{left:g} {y:g}H{WIDTH}", "grid", 1))
        chart.labels.append(Label(left - 5, y + 4, text, "end", "muted"))
    return chart, scale, left


def _name_places(chart: Chart, labels: Sequence[str], left: float, step: float) -> None:
    for place in drawing.spread(labels, _LABELS):
        x, text = round(left + step * place, 1), labels[place]
        fits = x + drawing.text_width([text]) <= WIDTH
        anchor = "start" if fits else "end"
        chart.labels.append(
            Label(x if fits else WIDTH, chart.height - 8, text, anchor, colour="muted")
        )
