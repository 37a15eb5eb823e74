"""Cuts a document by its headings, and what is long by its paragraphs and its tables' rows."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass

LARGEST_CHARACTERS = 1_600
"""Of a chunk. Of 500 to 2,600, those of 1,600 and more found most facts of `evaluation/tuning.csv`,
and this one showed most of them in its snippets; embedding models read 2,048 tokens, about 6,000
characters of English."""

_HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
FENCE = re.compile(r"^\s*(```|~~~)")
"""A line that begins or ends code."""

_TABLE_HEAD = re.compile(r"\|.*\n\|[-:| ]+\|\n")


@dataclass(frozen=True)
class Document:
    """A page: where it is from and its text, in Markdown or plain."""

    source: str
    text: str


@dataclass(frozen=True)
class Chunk:
    """A part of a document that can be cited.

    Attributes:
        source: where the document is from.
        heading: the headings above it, from the outermost.
        text: its text.
    """

    source: str
    heading: str
    text: str

    @property
    def id(self) -> str:
        """The hash of all it says: the same text in the same place has the same one."""
        content = "\0".join((self.source, self.heading, self.text))
        return hashlib.sha256(content.encode()).hexdigest()[:16]


def chunks_of(document: Document) -> list[Chunk]:
    """The chunks of a document, in its order, each once."""
    found = [
        Chunk(document.source, heading, text)
        for heading, section in _sections(document.text)
        for text in _parts(section)
    ]
    return list(dict.fromkeys(found))


def _sections(text: str) -> Iterator[tuple[str, str]]:
    """Each stretch of text between headings, with the headings above it."""
    headings: list[tuple[int, str]] = []
    lines: list[str] = []
    in_code = False
    for line in text.splitlines():
        in_code ^= bool(FENCE.match(line))
        found = None if in_code else _HEADING.match(line)
        if found is None:
            lines.append(line)
            continue
        yield " > ".join(title for _, title in headings), "\n".join(lines)
        level, lines = len(found[1]), []
        headings = [*((n, title) for n, title in headings if n < level), (level, found[2])]
    yield " > ".join(title for _, title in headings), "\n".join(lines)


def _parts(section: str) -> Iterator[str]:
    """The section's paragraphs, as many together as fit; a longer one is cut at a space."""
    held = ""
    for paragraph in re.split(r"\n\s*\n", section):
        for piece in _pieces(paragraph.strip()):
            if held and len(held) + 2 + len(piece) > LARGEST_CHARACTERS:
                yield held
                held = ""
            held = f"{held}\n\n{piece}" if held else piece
    if held:
        yield held


def _pieces(paragraph: str) -> Iterator[str]:
    """The paragraph in parts that fit; each part of a table has the table's head."""
    found = _TABLE_HEAD.match(paragraph)
    head = found[0] if found and len(found[0]) < LARGEST_CHARACTERS // 2 else ""
    while len(paragraph) > LARGEST_CHARACTERS:
        marks = ("\n",) if head else ("\n", " ")
        at = max(paragraph.rfind(mark, len(head), LARGEST_CHARACTERS) for mark in marks)
        at = at if at > 0 else LARGEST_CHARACTERS
        yield paragraph[:at].rstrip()
        paragraph = head + paragraph[at:].lstrip()
    if paragraph:
        yield paragraph
