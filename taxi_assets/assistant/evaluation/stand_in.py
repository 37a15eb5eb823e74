"""Stands in for the model where there is no key: it copies the sentence that shares most words.

It understands nothing. What it does well proves that questions, passages, quotes and refusals go
where they should, and says nothing of any model.
"""

from __future__ import annotations

import json
import re
from typing import TypeVar

from pydantic import BaseModel

from taxi_assets.assistant.gemini.model import Reply
from taxi_assets.assistant.gemini.usage import Meter, Usage

NAME = "stand-in (copies a sentence; proves the plumbing, not a model)"

_FEWEST_SHARED = 2
_FEWEST_WORDS = 3

Form = TypeVar("Form", bound=BaseModel)


class StandIn:
    """Replies as a model does, always the same to the same question."""

    def write(self, _instruction: str, _prompt: str, _meter: Meter) -> Reply[str]:
        """What it knows without passages: nothing."""
        return Reply("I do not know.", NAME, Usage())

    def reply(self, _instruction: str, prompt: str, form: type[Form], _meter: Meter) -> Reply[Form]:
        """The sentence of a passage that shares most words with the question."""
        handed = json.loads(prompt)
        asked = _words(handed["question"])
        sentences = [
            (len(asked & _words(f"{passage['heading']} {line}")), -place, passage["id"], line)
            for place, passage in enumerate(handed["passages"])
            for line in passage["text"].splitlines()
            if len(line.split()) >= _FEWEST_WORDS
        ]
        shared, _, id_, line = max(sentences, default=(0, 0, "", ""))
        if shared < _FEWEST_SHARED:
            value = {"answerable": False, "answer": "", "citations": []}
        else:
            cited = {"id": id_, "quote": line}
            value = {"answerable": True, "answer": line, "citations": [cited]}
        return Reply(form.model_validate(value), NAME, Usage())


def _words(text: str) -> set[str]:
    return {word[:6] for word in re.findall(r"\w{4,}", text.lower())}
