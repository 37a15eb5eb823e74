"""What a chat needs of a model."""

from __future__ import annotations

from typing import Protocol, TypeVar

from pydantic import BaseModel

from taxi_assets.assistant.gemini.model import Reply
from taxi_assets.assistant.gemini.usage import Meter

Form = TypeVar("Form", bound=BaseModel)


class Model(Protocol):
    """Writes texts, and replies in a given form."""

    def write(self, instruction: str, prompt: str, meter: Meter) -> Reply[str]:
        """A text."""
        ...

    def reply(self, instruction: str, prompt: str, form: type[Form], meter: Meter) -> Reply[Form]:
        """A reply of a given form."""
        ...
