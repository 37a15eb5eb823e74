"""Documents are cut where their headings are, and nothing of them is lost."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from taxi_assets.assistant.knowledge.chunks import (
    LARGEST_CHARACTERS,
    Chunk,
    Document,
    chunks_of,
)

PAGE = """Before.

# Taxis
About taxis.

## Green
Green ones.

```sh
# no heading
```

## Yellow
Yellow ones.

# Bikes
None.
"""


def test_a_chunk_knows_the_headings_above_it() -> None:
    assert [
        (chunk.heading, chunk.text.split("\n")[0]) for chunk in chunks_of(Document("d", PAGE))
    ] == [
        ("", "Before."),
        ("Taxis", "About taxis."),
        ("Taxis > Green", "Green ones."),
        ("Taxis > Yellow", "Yellow ones."),
        ("Bikes", "None."),
    ]


def test_a_comment_in_code_is_no_heading() -> None:
    green = chunks_of(Document("d", PAGE))[2]
    assert "# no heading" in green.text


def test_the_id_is_that_of_the_content() -> None:
    first, again, other = Chunk("a", "h", "t"), Chunk("a", "h", "t"), Chunk("a", "ht", "")
    assert first.id == again.id
    assert first.id != other.id


@settings(deadline=None)
@given(st.text(alphabet="ab \n", max_size=6000))
def test_no_chunk_is_too_long_and_no_word_is_lost(text: str) -> None:
    chunks = chunks_of(Document("d", text))
    assert all(0 < len(chunk.text) <= LARGEST_CHARACTERS for chunk in chunks)
    letters = "".join("".join(chunk.text.split()) for chunk in chunks)
    assert len(letters) <= len("".join(text.split()))
    assert set("".join(text.split())) == set(letters)


def test_a_long_word_is_cut() -> None:
    chunks = chunks_of(Document("d", "".join(str(n) for n in range(1500))))
    assert len(chunks) > 2
    assert "".join(chunk.text for chunk in chunks).endswith("14981499")


def test_each_part_of_a_table_has_its_head() -> None:
    head = "| setting | meaning |\n|---|---|\n"
    rows = [f"| `TAXI_{n}` | {'word ' * 20}|" for n in range(40)]
    chunks = chunks_of(Document("d", f"# All\n{head}" + "\n".join(rows)))
    assert len(chunks) > 2
    assert all(chunk.text.startswith(head) for chunk in chunks)
    assert all(len(chunk.text) <= LARGEST_CHARACTERS for chunk in chunks)
    found = [line for chunk in chunks for line in chunk.text.splitlines()[2:]]
    assert found == [row.rstrip() for row in rows]
