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
from taxi_assets.assistant.knowledge.embedder import Embedder
from taxi_assets.assistant.knowledge.store import Store

HIT_DEPTH = 4


@dataclass(frozen=True)
class Outcome:
    """What came of one question.

    Attributes:
        known: the question.
        hit: whether one of the first four passages holds the fact.
        plain: whether the answer without documents has the fact.
        grounded: whether the one with documents has it, in its words or its quotes.
        answered: whether there was an answer with documents that counts.
        unproved: whether the model gave an answer whose quotes do not stand in their passages.
    """

    known: KnownQuestion
    hit: bool
    plain: bool
    grounded: bool
    answered: bool
    unproved: bool


def evaluate(
    model: Model,
    meter: Meter,
    store: Store,
    embedder: Embedder,
    questions: Sequence[KnownQuestion],
    sources: Sequence[str],
) -> list[Outcome]:
    """Ask every question; what is not embedded yet, is embedded.

    Args:
        model: who answers.
        meter: counts what that costs.
        store: what is known.
        embedder: of the passages.
        questions: with their facts.
        sources: the pages that the questions are about.
    """
    store.embed(embedder)
    return [_ask(model, meter, store, embedder, known, sources) for known in questions]


def _ask(
    model: Model,
    meter: Meter,
    store: Store,
    embedder: Embedder,
    known: KnownQuestion,
    sources: Sequence[str],
) -> Outcome:
    found = store.search(known.question, embedder, PASSAGES, sources)
    chunks = [passage.chunk for passage in found]
    plain = answer_plainly(model, known.question, meter).value
    grounded = answer_from(model, known.question, chunks, meter).value
    said = " ".join([grounded.text, *(quoted.quote for quoted in grounded.quotes)])
    return Outcome(
        known,
        hit=any(_has(f"{chunk.heading} {chunk.text}", known) for chunk in chunks[:HIT_DEPTH]),
        plain=_has(plain, known),
        grounded=grounded.answered and _has(said, known),
        answered=grounded.answered,
        unproved=bool(grounded.reason),
    )


def _has(text: str, known: KnownQuestion) -> bool:
    return known.fact is not None and known.fact.lower() in text.lower()
