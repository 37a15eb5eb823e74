"""The questions, about this project's own pages.

``held_out.csv`` was written before anything was tuned, and nothing is tuned on it. What is tuned,
is tuned on ``tuning.csv``.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from importlib import resources
from typing import Literal

Kind = Literal["english", "typo", "spanish", "russian", "chinese", "off_topic"]


@dataclass(frozen=True)
class KnownQuestion:
    """A question, and what its answer must have.

    Attributes:
        kind: its language, or that it is misspelt, or about something else.
        question: in a user's words.
        facts: words of the pages, any of which answers it; none where no page answers it.
    """

    kind: Kind
    question: str
    facts: tuple[str, ...]

    def answered_by(self, text: str) -> bool:
        """Whether one of the facts stands in a text, however its lines are broken."""
        spaced = " ".join(text.lower().split())
        return any(fact.lower() in spaced for fact in self.facts)


def known_questions(name: Literal["held_out", "tuning"] = "held_out") -> list[KnownQuestion]:
    """All questions of one of the two files."""
    text = resources.files(__package__).joinpath(f"{name}.csv").read_text("utf-8")
    return [
        KnownQuestion(row["kind"], row["question"], tuple(filter(None, row["fact"].split("|"))))  # type: ignore[arg-type] # a test compares the kinds
        for row in csv.DictReader(text.splitlines())
    ]
