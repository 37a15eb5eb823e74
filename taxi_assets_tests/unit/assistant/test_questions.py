"""The questions that retrieval is measured with: many kinds, real facts, none seen in tuning."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Literal, get_args

import pytest

from taxi_assets.assistant.evaluation.questions import Kind, known_questions

_PROJECT = Path(__file__).resolve().parents[3]


@pytest.mark.parametrize("name", ["held_out", "tuning"])
def test_each_fact_stands_in_the_pages(name: Literal["held_out", "tuning"]) -> None:
    pages = [_PROJECT / "README.md", *(_PROJECT / "docs").glob("*.md")]
    text = "\n".join(page.read_text("utf-8") for page in pages)
    lost = [q.question for q in known_questions(name) if q.facts and not q.answered_by(text)]
    assert lost == []


def test_what_is_measured_was_not_tuned_on() -> None:
    asked = {q.question for q in known_questions()}
    assert len(asked) == len(known_questions()) >= 60
    assert asked.isdisjoint(q.question for q in known_questions("tuning"))
    kinds = Counter(q.kind for q in known_questions())
    assert set(kinds) == set(get_args(Kind))
    assert kinds["off_topic"] >= 16


@pytest.mark.parametrize("name", ["held_out", "tuning"])
def test_only_questions_about_something_else_have_no_fact(
    name: Literal["held_out", "tuning"],
) -> None:
    assert all(bool(q.facts) != (q.kind == "off_topic") for q in known_questions(name))
