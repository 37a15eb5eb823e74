"""What charts are drawn of: lines, boxes and labels on a canvas, and its SVG.

Colours are CSS variables, so that one drawing fits a light page, a dark one, and paper.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from importlib import resources

from taxi_assets.report.templates import markdown_image, template
from taxi_assets.trips.datasets import DATASETS

SERIES = ("series-1", "series-2", "series-3", "series-4")
WIDTH = 420
"""Units. As wide as a phone, where a unit is about a pixel and labels can be read."""

_CHAR_UNITS = 6.6
_TICKS = 4
_CAP_RATIO = 3
_CAPPED_SHARE = 0.95
_ROUND = (1, 2, 2.5, 5, 10)
_WHOLE = 100_000
"""From here on numbers are whole: their fractions say nothing."""


@dataclass(frozen=True)
class Line:
    """A line through points in an SVG path's form."""

    path: str
    colour: str
    width: float = 2
    dash: str = ""


@dataclass(frozen=True)
class Box:
    """A filled box; ``share`` mixes its colour with that of an empty cell, in percent."""

    x: float
    y: float
    width: float
    height: float
    colour: str
    share: int | None = None
    hint: str = ""


@dataclass(frozen=True)
class Label:
    """A text; ``anchor`` says which end of it stands at ``x``."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    colour: str = "ink"


@dataclass
class Chart:
    """A chart that is drawn.

    Attributes:
        name: unique among the charts of a page; ids in the SVG begin with it.
        title: what it shows, in a line.
        height: in units.
        text: what its values say, for people who do not see it.
        note: a sentence for everybody, such as where the scale is cut off.
        width: in units.
    """

    name: str
    title: str
    height: float
    text: str = ""
    note: str = ""
    width: int = WIDTH
    lines: list[Line] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)
    labels: list[Label] = field(default_factory=list)

    @property
    def inline(self) -> str:
        """The SVG for a page that declares the colours."""
        return template("chart.svg.jinja").render(chart=self, palette="")

    @property
    def markdown(self) -> str:
        """The chart as an image in Markdown; the image's data are part of the text."""
        palette = resources.files(__package__).joinpath("palette.css").read_text("utf-8")
        svg = template("chart.svg.jinja").render(chart=self, palette=palette)
        return markdown_image(self.title, svg)


@dataclass(frozen=True)
class Scale:
    """A scale from 0 to ``top`` over a length in units.

    Attributes:
        top: the highest value that fits.
        length: units from 0 to the top.
        note: a sentence, if values lie above the top and are cut off.
    """

    top: float
    length: float
    note: str = ""

    def at(self, value: float) -> float:
        """Units from 0; values that do not fit are at an end."""
        return round(min(max(value, 0), self.top) / self.top * self.length, 1)

    @property
    def ticks(self) -> list[float]:
        """Round values from 0 to the top."""
        step = _step(self.top)
        return [step * number for number in range(math.floor(self.top / step + 1e-9) + 1)]


def scale(values: Iterable[float], length: float, cut_off: bool = False) -> Scale:
    """The scale for these values.

    Args:
        values: the values to show.
        length: units from 0 to the top.
        cut_off: whether a few that are far above all others may be cut off; the note tells it.
    """
    known = sorted(value for value in values if math.isfinite(value))
    if not known or known[-1] <= 0:
        return Scale(1, length)
    usual = known[math.ceil(_CAPPED_SHARE * len(known)) - 1]
    cut = cut_off and usual > 0 and known[-1] > _CAP_RATIO * usual
    highest = usual * 1.2 if cut else known[-1]
    step = _step(highest)
    top = math.ceil(highest / step - 1e-9) * step
    beyond = sum(value > top for value in known)
    note = f"Cut off at {plain(top)}; {beyond:,} higher, up to {plain(known[-1])}."
    return Scale(top, length, note if beyond else "")


def _step(highest: float) -> float:
    rough = highest / _TICKS
    power: float = 10 ** math.floor(math.log10(rough))
    return next(power * each for each in _ROUND if power * each >= rough * (1 - 1e-9))


def described(values: Sequence[tuple[str, float]], unit: str) -> str:
    """The lowest and the highest of some named values, in words."""
    known = [(value, name) for name, value in values if math.isfinite(value)]
    if not known:
        return "There are no values."
    (least, at_least), (most, at_most) = min(known), max(known)
    return f"From {amount(plain(least), unit)} ({at_least}) to {plain(most)} ({at_most})."


def amount(number: str, unit: str) -> str:
    """A number with its unit: ``1 trip``, ``2,000 trips``."""
    return f"{number} {unit.removesuffix('s') if number.strip('-−') == '1' else unit}"


def plain(number: float) -> str:
    """A number without an exponent, such as ``1,234,567`` or ``2.5``."""
    return f"{number:,.0f}" if abs(number) >= _WHOLE else f"{number:,.6g}"


def short(value: float) -> str:
    """A number for an axis, such as ``1.5 M`` or ``20 k``."""
    for size, letter in ((1_000_000_000, "G"), (1_000_000, "M"), (10_000, "k")):
        if value >= size:
            unit = 1_000 if letter == "k" else size
            return f"{value / unit:g} {letter}"
    return f"{value:,g}"


def series_colour(label: str, number: int) -> str:
    """The colour of a series: by a dataset's place in the list of datasets, else by ``number``."""
    taxis = list(DATASETS)
    place = taxis.index(label) if label in taxis else number
    return SERIES[place % len(SERIES)]


def spread(labels: Sequence[str], most: int) -> list[int]:
    """Indexes of at most ``most`` labels, evenly spread over all of them."""
    step = max(1, -(-len(labels) // most))
    return list(range(0, len(labels), step))


def text_width(texts: Iterable[str]) -> float:
    """Units that the longest of these texts takes at most."""
    return max((len(text) for text in texts), default=0) * _CHAR_UNITS


def legend(chart: Chart, names: Sequence[str], y: float, dashes: Sequence[str] = ()) -> None:
    """Name the series above the chart, each beside a stroke of its colour and dashes."""
    x = 0.0
    for number, name in enumerate(names):
        dash = dashes[number] if dashes else ""
        path = f"M{x:g} {y - 4:g}h22"
        chart.lines.append(Line(path, series_colour(name, number), 4 if not dash else 2, dash))
        chart.labels.append(Label(x + 27, y, name))
        x += 27 + text_width([name]) + 14
