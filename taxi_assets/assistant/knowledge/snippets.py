"""The parts of a passage: sentences, items, rows and lines of code; and those that are asked about.

What a passage is about is told by its parts better than by the whole: a row of a table of settings
is about one of them.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from taxi_assets.assistant.knowledge.chunks import FENCE
from taxi_assets.assistant.knowledge.words import trigrams, words

SNIPPET_CHARACTERS = 580

_LONGEST_PART = 480
_SHORTEST_WEIGHED = 20  # A part of one word is not all about it.
_CUT = "…"
_SENTENCE_END = re.compile(r"(?<=[.!?:])\s+(?=[^\W\d_a-z]|[`*])")
_OWN_LINE = re.compile(r"\s*(\||[-*+] |\d+\. )")


@dataclass(frozen=True)
class Part:
    """A part of a passage.

    Attributes:
        text: its text.
        before: what stands between it and the part before.
    """

    text: str
    before: str = "\n"


@lru_cache(maxsize=512)
def parts_of(text: str) -> tuple[Part, ...]:
    """The parts of a passage, in their order; the empty lines between them are left out."""
    parts: list[Part] = []
    for paragraph, is_code in _paragraphs(text):
        sentences = [paragraph] if is_code else _SENTENCE_END.split(paragraph)
        pieces = [piece for sentence in sentences for piece in _short(sentence)]
        parts += [Part(piece, " " if place else "\n") for place, piece in enumerate(pieces)]
    return tuple(parts)


def snippet(parts: Sequence[Part], worth: Sequence[float], most: int = SNIPPET_CHARACTERS) -> str:
    """The part that is worth most, and as many around it as there is room for.

    What is left out before and behind them is marked.

    Args:
        parts: of the passage.
        worth: what each says of the question.
        most: characters, about.
    """
    if not parts:
        return ""
    first = last = max(range(len(parts)), key=worth.__getitem__)
    room = most - len(parts[first].text)
    while True:
        # The better neighbour first; a passage is read downwards, so of equals the next part.
        near = (last + 1, first - 1)
        fitting = [n for n in near if 0 <= n < len(parts) and len(parts[n].text) < room]
        if not fitting:
            break
        chosen = max(fitting, key=worth.__getitem__)
        first, last = min(first, chosen), max(last, chosen)
        room -= len(parts[chosen].text) + 1
    shown = parts[first].text + "".join(p.before + p.text for p in parts[first + 1 : last + 1])
    before, behind = [_CUT][:first], [_CUT][: len(parts) - 1 - last]
    return "\n".join([*before, shown, *behind])


def worth_of(parts: Sequence[Part], runs: Mapping[str, float]) -> list[float]:
    """What of a question stands in each part, long ones weighed less; the best one has 1.

    Args:
        parts: of a passage.
        runs: what each run of letters of the question is worth.
    """
    worth = [_worth(part.text, runs) for part in parts]
    best = max(worth, default=0.0) or 1.0
    return [each / best for each in worth]


def _paragraphs(text: str) -> Iterator[tuple[str, bool]]:
    """Each stretch of text that is read as one, and whether it is a line of code."""
    held: list[str] = []
    in_code = False
    for line in text.splitlines():
        is_fence = bool(FENCE.match(line))
        alone = in_code or is_fence or line.lstrip().startswith("|")
        if held and (alone or not line.strip() or _OWN_LINE.match(line)):
            yield " ".join(held), False
            held = []
        if alone:
            yield line, True
        elif line.strip():
            held.append(line.strip() if held else line.rstrip())
        in_code ^= is_fence
    if held:
        yield " ".join(held), False


def _short(text: str) -> Iterator[str]:
    """A part as it is; a very long one in several, cut at spaces."""
    while len(text) > _LONGEST_PART:
        at = text.rfind(" ", 1, _LONGEST_PART)
        at = at if at > 0 else _LONGEST_PART
        yield text[:at]
        text = text[at:].lstrip()
    if text.strip():
        yield text


def _worth(text: str, runs: Mapping[str, float]) -> float:
    held = {run for word in words(text) for run in trigrams(word)}
    shared = sum(weight for run, weight in runs.items() if run in held)
    return shared / math.pow(_SHORTEST_WEIGHED + len(text), 0.25)
