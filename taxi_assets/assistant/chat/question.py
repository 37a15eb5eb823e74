"""A question to the documents: what is found, and the answer where a model can be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from taxi_assets.assistant.chat.grounded import NOT_IN_DOCUMENTS, Grounded, answer_from
from taxi_assets.assistant.gemini.model import Gemini, Reply
from taxi_assets.assistant.gemini.usage import Meter, Usage
from taxi_assets.assistant.knowledge.embedder import embedder_of
from taxi_assets.assistant.knowledge.ranking import Found
from taxi_assets.assistant.knowledge.store import Store
from taxi_assets.errors import ArgumentError

PASSAGES = 8
"""Given to the model."""

_LONGEST_QUESTION = 2_000


@dataclass(frozen=True)
class Outcome:
    """What came of a question.

    Attributes:
        found: the passages, and whether they fit.
        reply: the checked answer; None where no model can be asked.
    """

    found: Found
    reply: Reply[Grounded] | None


def require_question(question: str) -> str:
    """The question without spaces around it.

    Raises:
        ArgumentError: there is none, or it is far too long.
    """
    question = question.strip()
    if not question or len(question) > _LONGEST_QUESTION:
        raise ArgumentError(
            f"a question must have 1 to {_LONGEST_QUESTION:,} characters, not {len(question):,}",
            "shorten it" if question else "write what you want to know, in quotes",
        )
    return question


def ask_documents(
    store: Store,
    gemini: Gemini | None,
    meter: Meter | None,
    question: str,
    sources: Sequence[str] | None = None,
) -> Outcome:
    """Find passages, and have the model answer from them.

    Args:
        store: what is known; what of it is not embedded yet, is embedded.
        gemini: the model; None: there is no key, and passages are all there is.
        meter: counts what that costs.
        question: in words.
        sources: only these; None: all.
    """
    embedder = embedder_of(gemini, meter)
    store.embed(embedder)
    found = store.search(question, embedder, PASSAGES, sources)
    if gemini is None or meter is None:
        return Outcome(found, None)
    if not found.passages:
        return Outcome(found, Reply(Grounded(NOT_IN_DOCUMENTS, answered=False), "", Usage()))
    chunks = [passage.chunk for passage in found.passages]
    return Outcome(found, answer_from(gemini, question, chunks, meter))
