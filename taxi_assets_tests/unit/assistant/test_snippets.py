"""A passage in parts: nothing is lost, code and tables keep their lines, the best part is shown."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from taxi_assets.assistant.knowledge.snippets import parts_of, snippet

PASSAGE = """Months are loaded. They are checked
then. See below:

```sh
taxi-assets load green   # one. Two.

taxi-assets status
```

- an item that
  goes on
- another one

| a | b |
|---|---|
| 1. One | 2 |
"""


def test_sentences_items_rows_and_lines_of_code_are_parts() -> None:
    assert [part.text for part in parts_of(PASSAGE)] == [
        "Months are loaded.",
        "They are checked then.",
        "See below:",
        "```sh",
        "taxi-assets load green   # one. Two.",
        "taxi-assets status",
        "```",
        "- an item that goes on",
        "- another one",
        "| a | b |",
        "|---|---|",
        "| 1. One | 2 |",
    ]


def test_what_is_shown_stands_around_the_best_part() -> None:
    parts = parts_of(PASSAGE)
    worth = [1.0 if "status" in part.text else 0.0 for part in parts]
    assert snippet(parts, worth, 40) == "…\ntaxi-assets status\n```\n…"
    assert snippet(parts, worth, 10_000).startswith("Months are loaded. They are checked then.")
    assert snippet([], []) == ""


@settings(deadline=None)
@given(st.text(alphabet="aB .:`|-\n", max_size=3000))
def test_no_letter_of_a_passage_is_lost(text: str) -> None:
    shown = "".join(part.text for part in parts_of(text))
    assert "".join(shown.split()) == "".join(text.split())
