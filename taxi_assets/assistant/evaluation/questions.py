"""The questions, about this project's own pages."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True)
class KnownQuestion:
    """A question, and words that its answer must have; None where no page answers it."""

    question: str
    fact: str | None


def known_questions() -> list[KnownQuestion]:
    """All questions."""
    text = resources.files(__package__).joinpath("questions.csv").read_text("utf-8")
    rows = csv.DictReader(text.splitlines())
    return [KnownQuestion(row["question"], row["fact"] or None) for row in rows]
