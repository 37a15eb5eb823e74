"""The part of a passage that a question is about."""

from __future__ import annotations

import math
from collections.abc import Mapping

from taxi_assets.assistant.knowledge.words import trigrams, words

SNIPPET_CHARACTERS = 500

_LONGEST_LINE = 240
_SHORTEST_WEIGHED = 20  # A line of one word is not all about it.
_CUT = "…"


def snippet(text: str, runs: Mapping[str, float], most: int = SNIPPET_CHARACTERS) -> str:
    """The lines that share most with a question, and as many around them as there is room for.

    What is left out before and behind them is marked.

    Args:
        text: of the passage.
        runs: what each run of letters of the question is worth.
        most: characters, about.
    """
    if len(text) <= most:
        return text
    lines = [piece for line in text.splitlines() for piece in _pieces(line)]
    worth = [_worth(line, runs) for line in lines]
    first = last = max(range(len(lines)), key=worth.__getitem__)
    room = most - len(lines[first])
    while True:
        # The better neighbour first; a passage is read downwards, so of equals the next line.
        near = [n for n in (last + 1, first - 1) if 0 <= n < len(lines) and len(lines[n]) < room]
        if not near:
            break
        chosen = max(near, key=worth.__getitem__)
        first, last = min(first, chosen), max(last, chosen)
        room -= len(lines[chosen]) + 1
    before, behind = [_CUT][:first], [_CUT][: len(lines) - 1 - last]
    return "\n".join([*before, *lines[first : last + 1], *behind])


def _pieces(line: str) -> list[str]:
    """A line as it is; a very long one in parts, cut at spaces."""
    parts = []
    while len(line) > _LONGEST_LINE:
        at = line.rfind(" ", 1, _LONGEST_LINE)
        at = at if at > 0 else _LONGEST_LINE
        parts.append(line[:at])
        line = line[at:].lstrip()
    return [*parts, line]


def _worth(line: str, runs: Mapping[str, float]) -> float:
    """What of a question stands in a line, long lines weighed less."""
    held = {run for word in words(line) for run in trigrams(word)}
    shared = sum(weight for run, weight in runs.items() if run in held)
    return shared / math.pow(_SHORTEST_WEIGHED + len(line), 0.25)
