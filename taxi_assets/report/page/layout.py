"""What the page is made of: sections with sentences, charts and tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from taxi_assets.report.charts.drawing import Chart
from taxi_assets.report.charts.zone_map import ZoneMap
from taxi_assets.report.story import Sentence

WIDE = 5
"""A table with so many columns is shown as a list of rows on a phone."""


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
        """Whether it does not fit the screen of a phone."""
        return len(self.headings) >= WIDE


@dataclass(frozen=True)
class Part:
    """A part of the page: a chart with its table, or only a table, which is shown open."""

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
