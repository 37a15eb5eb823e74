"""Formats the assistant's answers for a terminal and as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from rich.cells import cell_len, set_cell_size

from taxi_assets.assistant.chat.grounded import Grounded
from taxi_assets.assistant.chat.question import Outcome
from taxi_assets.assistant.data.question import DataAnswer
from taxi_assets.assistant.gemini.model import Gemini
from taxi_assets.assistant.gemini.usage import Meter
from taxi_assets.assistant.knowledge.ranking import Found, Passage
from taxi_assets.commands.encoding import printable

_NO_KEY = (
    "No GEMINI_API_KEY is set: these are the passages that fit best. To have them read and the "
    "question answered takes a key."
)
_NOTHING_FITS = "Nothing fits well: the documents seem not to be about that. Nearest to it are:"
_NEAREST = 3
_WIDEST_CELL = 60


def outcome_lines(outcome: Outcome) -> list[str]:
    """The lines of an answer, with its quotes and the passages that were read for it."""
    if outcome.reply is None:
        return _passages(outcome.found)
    return [*_answer(outcome.reply.value), "", "Passages that were read:"] + [
        f"- {_place(passage)}" for passage in outcome.found.passages
    ]


def outcome_json(outcome: Outcome) -> dict[str, object]:
    """The values for JSON, for scripts."""
    result: dict[str, object] = {
        "fits": outcome.found.fits,
        "passages": [passage_json(passage) for passage in outcome.found.passages],
    }
    if outcome.reply is not None:
        grounded = outcome.reply.value
        result |= {
            "answer": grounded.text,
            "answered": grounded.answered,
            "unproved_answer": grounded.unproved or None,
            "dropped_quotes": list(grounded.dropped),
            "citations": [
                {"source": q.chunk.source, "heading": q.chunk.heading, "quote": q.quote}
                for q in grounded.quotes
            ],
        }
    return result


def passage_json(passage: Passage) -> dict[str, object]:
    """A passage for JSON, for scripts."""
    return {
        "source": passage.chunk.source,
        "heading": passage.chunk.heading,
        "text": passage.chunk.text,
        "snippet": passage.snippet,
        "score": passage.score,
    }


def _answer(grounded: Grounded) -> list[str]:
    lines = [printable(grounded.text)]
    if grounded.unproved:
        lines = [
            "Not proved: no words of the documents were quoted for this answer. Take it for a "
            "guess:",
            *(f"    {line}" for line in printable(grounded.unproved).splitlines()),
        ]
    for number, quoted in enumerate(grounded.quotes, start=1):
        place = place_of(quoted.chunk.source, quoted.chunk.heading)
        lines += [f"[{number}] {place}", f"    “{printable(quoted.quote)}”"]
    if grounded.quotes and (dropped := len(grounded.dropped)):
        lines.append(f"({dropped} more that the model quoted stand in no passage: left out)")
    return lines


def _passages(found: Found) -> list[str]:
    if not found.fits:
        nearest = found.passages[:_NEAREST]
        return [_NOTHING_FITS if nearest else "Nothing fits.", *(f"- {_place(p)}" for p in nearest)]
    lines = [_NO_KEY]
    for number, passage in enumerate(found.passages, start=1):
        lines += [f"\n[{number}] {_place(passage)}", printable(passage.snippet)]
    return lines


def data_lines(answer: DataAnswer) -> list[str]:
    """The lines of a query's answer: sentence, months that are missing, table, and SQL."""
    lines = [printable(answer.sentence)]
    if answer.missing:
        lines.append(f"Not loaded, and so not in it: {answer.missing}.")
    lines += ["", *table_lines(answer.rows.columns, answer.rows.rows)]
    if answer.rows.cut:
        lines.append("… and more rows")
    return [*lines, "", printable(answer.sql), "", f"Loaded: {answer.loaded}."]


def data_json(answer: DataAnswer) -> dict[str, object]:
    """The values for JSON, for scripts."""
    return asdict(answer) | asdict(answer.rows)


def table_lines(columns: Sequence[str], rows: Sequence[Sequence[object]]) -> list[str]:
    """A table as lines of text: headings, rule and rows. Columns of numbers are right-aligned."""
    cells = [[_cell(value) for value in row] for row in (columns, *rows)]
    widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)]
    numeric = [
        all(isinstance(row[n], int | float | None) for row in rows) for n in range(len(columns))
    ]
    lines = [
        "  ".join(
            " " * (width - cell_len(cell)) + cell if right else set_cell_size(cell, width)
            for cell, width, right in zip(line, widths, numeric, strict=True)
        ).rstrip()
        for line in cells
    ]
    return [lines[0], "  ".join("-" * width for width in widths), *lines[1:]]


def _cell(value: object) -> str:
    text = "–" if value is None else " ".join(printable(str(value)).split())
    return text if cell_len(text) <= _WIDEST_CELL else f"{set_cell_size(text, _WIDEST_CELL - 1)}…"


def cost_line(gemini: Gemini, meter: Meter) -> str:
    """The line with the tokens that the model used and their estimated cost."""
    used = meter.used
    return (
        f"{gemini.model}: {used.prompt:,} tokens read, {used.thoughts:,} thought, "
        f"{used.reply:,} written; about {meter.cost_usd:.4f} USD"
    )


def cost_json(gemini: Gemini, meter: Meter) -> dict[str, object]:
    """The values for JSON, for scripts."""
    return {"model": gemini.model, "estimated_cost_usd": meter.cost_usd}


def place_of(source: str, heading: str) -> str:
    """A source and a heading in it, as text."""
    return printable(f"{source}: {heading}" if heading else source)


def _place(passage: Passage) -> str:
    return place_of(passage.chunk.source, passage.chunk.heading)
