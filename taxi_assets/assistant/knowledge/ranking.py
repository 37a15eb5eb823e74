"""Puts together how chunks fit a question by their words and by their meaning.

The words and the meaning of whole chunks choose the best ones. Where texts can be compared by their
meaning at no cost, these are then read closely: their headings, and their parts one by one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from taxi_assets.assistant.knowledge.chunks import Chunk
from taxi_assets.assistant.knowledge.embedder import Embedder
from taxi_assets.assistant.knowledge.index import index_of
from taxi_assets.assistant.knowledge.snippets import Part, parts_of, snippet, worth_of
from taxi_assets.assistant.knowledge.words import Asked, asked

_JUDGED = 4  # The best ones by their words say whether anything fits.
_READ_CLOSELY = 20  # Of 97 questions in 100 of tuning.csv, the answer is among them.

_BEST_PARTS = 3  # How like the question these are, on average, is what counts of all parts.

_TRUSTED = 0.5  # Where less of the question's words stands anywhere, words count less.

# What likeness by meaning counts beside the words' 1, of whole chunks, of their headings and of
# their best parts. These and those of the judgement were fitted to tuning.csv.
_SHARE, _HEADING_SHARE, _PART_SHARE = 0.24, 0.5, 0.64
_JUDGED_SHARE, _JUDGED_PART_SHARE = 0.6, 0.65
_JUDGED_WORD, _MOST_JUDGED_WORDS = 0.06, 12  # The more a question says, the less fits by chance.


@dataclass(frozen=True)
class Passage:
    """A chunk that was found.

    Attributes:
        chunk: the chunk.
        score: how well it fits among the others.
        snippet: the part of it that the question is about.
    """

    chunk: Chunk
    score: float
    snippet: str


@dataclass(frozen=True)
class Found:
    """What was found for a question.

    Attributes:
        passages: the best ones, the best first.
        fits: whether they are about the question at all, as far as that can be told.
    """

    passages: list[Passage]
    fits: bool


@dataclass(frozen=True)
class _Reading:
    """A chunk that is read closely: its parts, and how they and its heading are like a question."""

    parts: Sequence[Part]
    heading: float
    likeness: list[float]

    @property
    def best(self) -> float:
        best = sorted(self.likeness)[-_BEST_PARTS:]
        return sum(best) / max(1, len(best))


def ranked(
    question: str,
    chunks: tuple[Chunk, ...],
    cosines: Sequence[float | None],
    embedder: Embedder,
    most: int,
) -> Found:
    """The chunks that fit best, and whether they fit at all.

    Args:
        question: in words.
        chunks: all there are.
        cosines: the likeness of each to the question by meaning; None where it is not known.
        embedder: that gave them.
        most: how many passages at most.
    """
    index, wanted = index_of(chunks), asked(question)
    likeness = [cosine or 0.0 for cosine in cosines]
    by_words = index.scores(wanted)
    covered = index.coverage(wanted, _order(by_words, _JUDGED))
    by_words = [min(1.0, covered / _TRUSTED) * score for score in by_words]
    scores = [
        score + embedder.share * alike for score, alike in zip(by_words, likeness, strict=True)
    ]
    read = _order(scores, max(most, _READ_CLOSELY))
    readings = dict(_read(wanted, chunks, read, embedder))
    for place, reading in readings.items():
        scores[place] = (
            by_words[place]
            + _SHARE * likeness[place]
            + _HEADING_SHARE * reading.heading
            + _PART_SHARE * reading.best
        )
    judged = (
        covered
        + _JUDGED_SHARE * max(likeness, default=0.0)
        + _JUDGED_PART_SHARE * max((each.best for each in readings.values()), default=0.0)
        + _JUDGED_WORD * min(len(wanted.weights), _MOST_JUDGED_WORDS)
    )
    runs = index.runs(wanted)
    best = sorted(read, key=lambda place: -scores[place])[:most]
    return Found(
        [Passage(chunks[n], scores[n], _snippet(chunks[n], readings.get(n), runs)) for n in best],
        fits=bool(chunks) and (embedder.floor is None or judged >= embedder.floor),
    )


def _read(
    wanted: Asked, chunks: Sequence[Chunk], places: Sequence[int], embedder: Embedder
) -> Iterator[tuple[int, _Reading]]:
    """The chunks at these places, read closely; nothing where that costs something."""
    texts: list[str] = []
    parts = {place: parts_of(chunks[place].text) for place in places}
    for place in places:
        page, title = PurePath(chunks[place].source).stem, chunks[place].heading
        texts.append(f"{page.replace('-', ' ')} {title}")
        texts += [f"{title.rpartition(' > ')[2]} {part.text}" for part in parts[place]]
    alike = embedder.likeness(wanted.text, texts)
    if alike is None:
        return
    left = iter(alike)
    for place in places:
        heading = next(left)
        yield place, _Reading(parts[place], heading, [next(left) for _ in parts[place]])


def _snippet(chunk: Chunk, reading: _Reading | None, runs: dict[str, float]) -> str:
    parts = reading.parts if reading else parts_of(chunk.text)
    worth = worth_of(parts, runs)
    if reading:
        worth = [one + other for one, other in zip(worth, reading.likeness, strict=True)]
    return snippet(parts, worth)


def _order(scores: Sequence[float], most: int) -> list[int]:
    return sorted(range(len(scores)), key=lambda place: -scores[place])[:most]
