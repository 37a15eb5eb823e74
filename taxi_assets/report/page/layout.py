"""What the page is made of: sections with sentences, charts and tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from taxi_assets.report.charts.drawing import Chart
from taxi_assets.report.charts.zone_map import ZoneMap
from taxi_assets.report.story import Sentence

_WIDE, _LONG = 5, 40


@dataclass(frozen=True)
class Table:
    """A table. The first cell of each row is the row's heading.

    Attributes:
        caption: its caption.
        headings: one for each column.
        rows: texts, one for each column.
        numbers: which columns hold numbers, from 0.
    """

    caption: str
    headings: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    numbers: frozenset[int] = frozenset()

    @property
    def wide(self) -> bool:
        """Whether it does not fit the screen of a phone, where it is a list of rows then."""
        return len(self.headings) >= _WIDE

    @property
    def long(self) -> bool:
        """Whether it is folded on a screen until somebody opens it."""
        return len(self.rows) >= _LONG


@dataclass(frozen=True)
class Part:
    """A part of the page: a chart with its table, or only a table."""

    table: Table
    chart: Chart | ZoneMap | None = None


@dataclass(frozen=True)
class Told:
    """The sentences about one taxi, below its heading."""

    heading: str
    sentences: Sequence[Sentence]


@dataclass(frozen=True)
class Section:
    """A section of the page.

    Attributes:
        anchor: its id.
        title: its heading.
        text: a sentence or two below the heading.
        parts: its charts and tables.
        told: sentences from figures.
    """

    anchor: str
    title: str
    text: str
    parts: tuple[Part, ...] = ()
    told: tuple[Told, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to show."""
        return not self.told and not any(part.table.rows for part in self.parts)
