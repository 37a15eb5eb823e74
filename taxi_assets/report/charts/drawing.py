"""Figures to draw on, and their SVG: inline for a light or dark page, or as a separate image."""

from __future__ import annotations

import base64
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from taxi_assets.trips.datasets import DATASETS

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

INK, PAPER, GRID = "#1d222b", "#fefefe", "#d8dbe2"
OK, PARTIAL, WRONG, ABSENT = "#2a7a3b", "#1c66a8", "#b02a1f", "#e6e8ec"
ON_STATE, ON_ABSENT = "#fdfdfd", "#555c69"
SERIES = ("#a86f00", "#1f7a4d", "#1c66a9", "#8a3ea8")

_VARIABLES = {
    INK: "ink",
    PAPER: "paper",
    GRID: "grid",
    OK: "ok",
    PARTIAL: "partial",
    WRONG: "wrong",
    ABSENT: "absent",
    ON_STATE: "on-state",
    ON_ABSENT: "on-absent",
    **{colour: f"series-{number}" for number, colour in enumerate(SERIES, 1)},
}
"""The page's CSS variable for each colour of the charts."""

_TEXT_POINTS = 10
_RANDOM_ID = re.compile(r'(id="|url\(#|href="#)')
_STYLE = re.compile(r"<style.*?</style>|<metadata>.*?</metadata>", re.DOTALL)


@dataclass(frozen=True)
class Chart:
    """A drawn chart.

    Attributes:
        name: unique among the charts of a page; it is part of the ids in the SVG.
        text: alternative text, for people who do not see the chart.
        svg: matplotlib's SVG without its prolog.
    """

    name: str
    text: str
    svg: str

    @property
    def inline(self) -> str:
        """The SVG for a page that declares the colours. Screen readers skip it."""
        drawing = _STYLE.sub("", self.svg)
        drawing = _RANDOM_ID.sub(rf"\g<1>{self.name}-", drawing)
        drawing = re.sub(r'<svg (.*?)width="\S+"', r"<svg \1", drawing, count=1, flags=re.DOTALL)
        drawing = re.sub(r'<svg (.*?)height="\S+"', r"<svg \1", drawing, count=1, flags=re.DOTALL)
        for colour, variable in _VARIABLES.items():
            drawing = drawing.replace(colour, f"var(--{variable})")
        # Screen readers use the figure's caption and table; single shapes would not help.
        return drawing.replace("<svg ", '<svg aria-hidden="true" focusable="false" ', 1)

    @property
    def markdown(self) -> str:
        """The chart as an image in Markdown; the image's data are part of the text."""
        data = base64.b64encode(self.svg.encode()).decode()
        return f"![{self.text}](data:image/svg+xml;base64,{data})"


def figure(inches: tuple[float, float]) -> tuple[Figure, Axes]:
    """An empty figure with one pair of axes, of that width and height."""
    from matplotlib.figure import Figure

    drawn = Figure(figsize=inches, layout="constrained", facecolor=PAPER)
    axes = drawn.add_subplot()
    axes.set_facecolor(PAPER)
    axes.tick_params(colors=INK, labelsize=_TEXT_POINTS, length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    return drawn, axes


def series_colour(label: str, number: int) -> str:
    """The colour of a series: by a dataset's place in the list of datasets, else by ``number``."""
    taxis = list(DATASETS)
    place = taxis.index(label) if label in taxis else number
    return SERIES[place % len(SERIES)]


def thousands(axes: Axes, which: str) -> None:
    """Write the numbers of the ``x`` or ``y`` axis as ``1,500,000`` and start at zero."""
    from matplotlib.ticker import MaxNLocator, StrMethodFormatter

    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_formatter(StrMethodFormatter("{x:,.0f}"))
    axis.set_major_locator(MaxNLocator(5, integer=True))
    axes.grid(axis="x" if which == "x" else "y", color=GRID, linewidth=0.8)
    axes.set_axisbelow(True)
    if which == "y":
        axes.set_ylim(bottom=0)


def legend(axes: Axes, columns: int) -> None:
    """Put a legend with the names of the series above the chart."""
    axes.legend(
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=columns,
        frameon=False,
        labelcolor=INK,
        fontsize=_TEXT_POINTS,
    )


def chart(drawn: Figure, name: str, text: str) -> Chart:
    """Turn a finished figure into a chart."""
    from matplotlib import rc_context

    stream = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": name, "font.family": "sans-serif"}):
        drawn.savefig(stream, format="svg", metadata={"Date": None}, facecolor=PAPER)
    svg = stream.getvalue()
    return Chart(name, text, svg[svg.index("<svg ") :])


def spread(labels: Sequence[str], most: int) -> list[int]:
    """Indexes of at most ``most`` labels, evenly spread over all of them."""
    step = max(1, -(-len(labels) // most))
    return list(range(0, len(labels), step))
