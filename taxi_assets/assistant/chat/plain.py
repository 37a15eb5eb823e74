"""Answers from the model alone, as flow 10 gives them: to be compared, not to be trusted."""

from __future__ import annotations

from taxi_assets.assistant.chat.model import Model
from taxi_assets.assistant.gemini.model import Reply
from taxi_assets.assistant.gemini.usage import Meter

_INSTRUCTION = "You are a helpful assistant. Answer briefly. Say so where you do not know."


def answer_plainly(model: Model, question: str, meter: Meter) -> Reply[str]:
    """What the model says without any document."""
    return model.write(_INSTRUCTION, question, meter)
