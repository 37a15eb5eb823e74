"""Asks all questions, without the documents and with them, and counts what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from taxi_assets.assistant.chat.grounded import answer_from
from taxi_assets.assistant.chat.model import Model
from taxi_assets.assistant.chat.plain import answer_plainly
from taxi_assets.assistant.chat.question import PASSAGES
from taxi_assets.assistant.evaluation.questions import KnownQuestion
from taxi_assets.assistant.gemini.usage import Meter
from taxi_assets.assistant.knowledge.chunks import Chunk
from taxi_assets.assistant.knowledge.embedder import Embedder
from taxi_assets.assistant.knowledge.store import Store

HIT_DEPTH = 4


@dataclass(frozen=True)
class Search:
    """What was found for one question.

    Attributes:
        known: the question.
        chunks: what was found, the best first.
        fits: whether that is about the question at all.
    """

    known: KnownQuestion
    chunks: tuple[Chunk, ...]
    fits: bool

    @property
    def place(self) -> int | None:
        """The place of the first passage that holds a fact, from 1; None where none does."""
        places = (
            place
            for place, chunk in enumerate(self.chunks, 1)
            if self.known.answered_by(f"{chunk.heading} {chunk.text}")
        )
        return next(places, None)

    @property
    def hit(self) -> bool:
        """Whether one of the first passages holds a fact."""
        return self.place is not None and self.place <= HIT_DEPTH


@dataclass(frozen=True)
class AskedQuestion:
    """What a model made of one question.

    Attributes:
        search: what was found for it.
        plain: whether the answer without documents has a fact.
        grounded: whether the one with documents has it, in its words or its quotes.
        answered: whether there was an answer with documents that counts.
        unproved: whether the model gave an answer of which no quote stands in a passage.
    """

    search: Search
    plain: bool
    grounded: bool
    answered: bool
    unproved: bool


def search_all(
    store: Store, embedder: Embedder, questions: Sequence[KnownQuestion], sources: Sequence[str]
) -> list[Search]:
    """Look every question up; what is not embedded yet, is embedded.

    Args:
        store: what is known.
        embedder: of the passages.
        questions: with their facts.
        sources: the pages that the questions are about.
    """
    store.embed(embedder)
    searches = []
    for known in questions:
        found = store.search(known.question, embedder, PASSAGES, sources)
        searches.append(Search(known, tuple(p.chunk for p in found.passages), found.fits))
    return searches


def ask_all(model: Model, meter: Meter, searches: Sequence[Search]) -> list[AskedQuestion]:
    """Have a model answer, from what was found and without it."""
    return [_ask(model, meter, search) for search in searches]


def mean_reciprocal_rank(searches: Sequence[Search]) -> float:
    """The mean of 1 by the place of the first passage with a fact, 0 where there is none."""
    return sum(1 / search.place if search.place else 0 for search in searches) / len(searches)


def _ask(model: Model, meter: Meter, search: Search) -> AskedQuestion:
    known = search.known
    plain = answer_plainly(model, known.question, meter).value
    grounded = answer_from(model, known.question, search.chunks, meter).value
    said = " ".join([grounded.text, *(quoted.quote for quoted in grounded.quotes)])
    return AskedQuestion(
        search,
        plain=known.answered_by(plain),
        grounded=grounded.answered and known.answered_by(said),
        answered=grounded.answered,
        unproved=bool(grounded.unproved),
    )
