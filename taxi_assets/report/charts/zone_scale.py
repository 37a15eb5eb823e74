"""Scales of maps: which class a zone's figure falls into, and what the classes are called."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

CLASSES = 6
_CHANGES = 3
NONE = "m0"
"""The tone of a zone without a figure."""


@dataclass(frozen=True)
class Scale:
    """Classes of figures, the lowest first.

    Attributes:
        tones: the CSS class of each.
        tops: the highest figure of each.
        labels: the figures of each, in words.
    """

    tones: Sequence[str]
    tops: Sequence[float]
    labels: Sequence[str]

    def tone(self, figure: float | None) -> str:
        """The CSS class for a figure."""
        if figure is None or not self.tops:
            return NONE
        return self.tones[min(bisect_left(self.tops, figure), len(self.tops) - 1)]


def finite(figures: Mapping[int, float]) -> dict[int, float]:
    """The figures that are numbers, and not 0, by zone."""
    return {zone: figure for zone, figure in figures.items() if math.isfinite(figure) and figure}


def by_quantile(figures: Iterable[float]) -> Scale:
    """Classes that hold about as many zones each. An outlier changes nothing but its own label."""
    groups = _groups(sorted(figures), CLASSES)
    # Few zones have few classes: the darkest one is always among them.
    tones = [f"m{number}" for number in range(CLASSES - len(groups) + 1, CLASSES + 1)]
    return Scale(tones, [group[-1] for group in groups], _ranges(groups, _number))


def by_change(percents: Iterable[float]) -> Scale:
    """Classes of falls and of rises, up to three of each, by quantile of each side."""
    known = sorted(percents)
    falls = _groups([value for value in known if value < 0], _CHANGES)
    rises = _groups([value for value in known if value >= 0], _CHANGES)
    tones = [
        *(f"f{number}" for number in range(len(falls), 0, -1)),
        *(f"g{number}" for number in range(1, len(rises) + 1)),
    ]
    groups = [*falls, *rises]
    return Scale(tones, [group[-1] for group in groups], _ranges(groups, _signed))


def _groups(ordered: Sequence[float], most: int) -> list[Sequence[float]]:
    """The values in groups of about the same size; equal values are in the same group."""
    if len(ordered) < most:
        return [[value] for value in sorted(set(ordered))]
    tops = sorted({ordered[len(ordered) * number // most - 1] for number in range(1, most + 1)})
    ends = [0, *(_end(ordered, top) for top in tops)]
    return [ordered[start:end] for start, end in pairwise(ends)]


def _end(ordered: Sequence[float], top: float) -> int:
    return bisect_left(ordered, math.nextafter(top, math.inf))


def _ranges(groups: Sequence[Sequence[float]], words: Callable[[float], str]) -> list[str]:
    return [
        words(group[0])
        if words(group[0]) == words(group[-1])
        else f"{words(group[0])} to {words(group[-1])}"
        for group in groups
    ]


def _number(value: float) -> str:
    return f"{value:,.0f}".replace("-", "−")


def _signed(value: float) -> str:
    return f"{value:+,.0f} %".replace("-", "−")
