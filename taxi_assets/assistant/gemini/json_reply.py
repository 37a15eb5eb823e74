"""Finds the JSON in what a model wrote, which may stand in fences or behind a preamble."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TypeVar

from pydantic import BaseModel, ValidationError

_FENCED = re.compile(r"```[a-zA-Z]*\s*\n(.*?)```", re.DOTALL)

Form = TypeVar("Form", bound=BaseModel)


def read_form(text: str, form: type[Form]) -> Form:
    """The form that a text holds.

    Raises:
        ValidationError: no part of it is such a form; says why the most likely one is not.
    """
    first: ValidationError | None = None
    likely: ValidationError | None = None
    for candidate in _candidates(text):
        try:
            return form.model_validate_json(candidate)
        except ValidationError as error:
            first = first or error
            if error.errors()[0]["type"] != "json_invalid":
                likely = likely or error
    failure = likely or first
    assert failure is not None, "the whole text is a candidate"
    raise failure


def _candidates(text: str) -> Iterator[str]:
    yield text
    yield from _FENCED.findall(text)
    start, end = text.find("{"), text.rfind("}")
    if 0 <= start < end:
        yield text[start : end + 1]
