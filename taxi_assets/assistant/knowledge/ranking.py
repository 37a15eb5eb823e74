"""Puts together how chunks fit a question by their words and by their meaning."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from taxi_assets.assistant.knowledge.chunks import Chunk
from taxi_assets.assistant.knowledge.embedder import Embedder
from taxi_assets.assistant.knowledge.index import index_of
from taxi_assets.assistant.knowledge.snippets import snippet
from taxi_assets.assistant.knowledge.words import asked

_JUDGED = 4  # The best ones say whether anything fits.
_LIKENESS_SHARE = 0.75  # Of the likeness by meaning, in that judgement; tuned on tuning.csv.


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
    best = _order(by_words, _JUDGED)
    # Where the words stand nowhere, what they mean decides.
    covered = index.coverage(wanted, best)
    scores = [
        covered * score + embedder.share * alike
        for score, alike in zip(by_words, likeness, strict=True)
    ]
    judged = covered + _LIKENESS_SHARE * max(likeness, default=0.0)
    runs = index.runs(wanted)
    order = _order(scores, most)
    return Found(
        [Passage(chunks[n], scores[n], snippet(chunks[n].text, runs)) for n in order],
        fits=bool(chunks) and (embedder.floor is None or judged >= embedder.floor),
    )


def _order(scores: Sequence[float], most: int) -> list[int]:
    return sorted(range(len(scores)), key=lambda place: -scores[place])[:most]
