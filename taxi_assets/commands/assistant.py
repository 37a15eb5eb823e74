"""Commands that ask the assistant."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click
from rich.markup import escape

from taxi_assets.commands.output import console, json_option, told_errors
from taxi_assets.errors import SettingsError
from taxi_assets.settings import read_settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from taxi_assets.assistant.chat.grounded import Grounded
    from taxi_assets.assistant.data.question import DataAnswer
    from taxi_assets.assistant.gemini.model import Gemini
    from taxi_assets.assistant.gemini.usage import Meter
    from taxi_assets.assistant.knowledge.store import Passage

_NO_KEY = (
    "No GEMINI_API_KEY is set: these are the passages that fit best. To have them read and the "
    "question answered takes a key."
)
_PREVIEW_CHARACTERS = 500


@click.command()
@click.argument("question")
@click.option("--no-rag", is_flag=True, help="Ask the model alone, without the documents.")
@click.option("--sources", help="Only these pages: addresses and files, between commas.")
@click.option("--data", is_flag=True, help="Ask the tables in DuckDB; the SQL is shown.")
@json_option
def ask(question: str, no_rag: bool, sources: str | None, data: bool, as_json: bool) -> None:
    """Answer a QUESTION from the documents, with citations, or from the tables.

    What they do not hold is not answered. Without a key of Google Gemini, the passages that fit
    are shown, and no more.
    """
    from taxi_assets.assistant.chat.plain import answer_plainly
    from taxi_assets.assistant.chat.question import ask_documents, require_question
    from taxi_assets.assistant.data.question import ask_tables
    from taxi_assets.assistant.gemini.model import gemini_of
    from taxi_assets.assistant.knowledge.refresh import add, refresh_cheaply
    from taxi_assets.assistant.knowledge.store import store_of
    from taxi_assets.settings.forms import split

    if sum(map(bool, (no_rag, sources, data))) > 1:
        raise click.UsageError("choose one of --no-rag, --sources and --data")
    with told_errors():
        settings = read_settings()
        question = require_question(question)
        gemini = gemini_of(settings)
        meter = gemini.meter() if gemini else None
        if no_rag or data:
            if gemini is None or meter is None:
                raise SettingsError(
                    "without a key, no model can be asked",
                    "set GEMINI_API_KEY or TAXI_GEMINI_VERTEX_LOCATION",
                )
            if data:
                answer = ask_tables(gemini, meter, settings.duckdb_file, question)
                result, lines = _rows_json(answer), _rows_lines(answer)
            else:
                reply = answer_plainly(gemini, question, meter)
                result, lines = {"answer": reply.value}, [_printable(reply.value)]
            result |= _cost(gemini, meter)
            return _print(result, [*lines, *_footer(gemini, meter)], as_json)
        store = store_of(settings)
        named = split(sources) if sources else None
        if isinstance(named, tuple):
            read: list[str] | None = add(settings, store, named)
        else:
            read = None
            refresh_cheaply(settings, store)
        found = ask_documents(store, gemini, meter, question, read)
        result = {"passages": [_as_json(p) for p in found.passages]}
        if found.reply is None or gemini is None or meter is None:
            lines = [_NO_KEY, *_passages(found.passages)]
        else:
            grounded = found.reply.value
            result |= {**_grounded(grounded), **_cost(gemini, meter)}
            lines = [*_answer(grounded), *_footer(gemini, meter)]
    return _print(result, lines, as_json)


def _print(result: dict[str, object], lines: Sequence[str], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(result, indent=2))
        return
    for line in lines:
        console.print(escape(line), highlight=False, soft_wrap=True)


def _answer(grounded: Grounded) -> list[str]:
    lines = [_printable(grounded.text)]
    if grounded.reason:
        lines.append(f"({grounded.reason})")
    for number, quoted in enumerate(grounded.quotes, start=1):
        place = _place(quoted.chunk.source, quoted.chunk.heading)
        lines += [f"[{number}] {place}", f"    “{_printable(quoted.quote)}”"]
    return lines


def _passages(passages: Sequence[Passage]) -> list[str]:
    lines = [] if passages else ["Nothing fits."]
    for number, passage in enumerate(passages, start=1):
        text = _printable(passage.chunk.text)
        cut = text[:_PREVIEW_CHARACTERS] + (" …" if len(text) > _PREVIEW_CHARACTERS else "")
        lines += [f"\n[{number}] {_place(passage.chunk.source, passage.chunk.heading)}", cut]
    return lines


def _rows_lines(answer: DataAnswer) -> list[str]:
    lines = [_printable(answer.sql), "", " | ".join(map(_printable, answer.rows.columns))]
    lines += [" | ".join(_printable(str(value)) for value in row) for row in answer.rows.rows]
    return [*lines, *(["… and more rows"] if answer.rows.cut else []), ""]


def _rows_json(answer: DataAnswer) -> dict[str, object]:
    rows = answer.rows
    return {"sql": answer.sql, "columns": rows.columns, "rows": rows.rows, "cut": rows.cut}


def _footer(gemini: Gemini, meter: Meter) -> list[str]:
    used = meter.used
    return [
        f"{gemini.model}: {used.prompt:,} tokens read, {used.thoughts:,} thought, "
        f"{used.reply:,} written; about {meter.cost_usd:.4f} USD"
    ]


def _cost(gemini: Gemini, meter: Meter) -> dict[str, object]:
    return {"model": gemini.model, "estimated_cost_usd": meter.cost_usd}


def _grounded(grounded: Grounded) -> dict[str, object]:
    return {
        "answer": grounded.text,
        "answered": grounded.answered,
        "citations": [
            {"source": q.chunk.source, "heading": q.chunk.heading, "quote": q.quote}
            for q in grounded.quotes
        ],
    }


def _as_json(passage: Passage) -> dict[str, object]:
    chunk = passage.chunk
    return {
        "source": chunk.source,
        "heading": chunk.heading,
        "text": chunk.text,
        "score": passage.score,
    }


def _place(source: str, heading: str) -> str:
    return _printable(f"{source}: {heading}" if heading else source)


def _printable(text: str) -> str:
    """Without what would steer the terminal: the text is somebody else's."""
    return "".join(c for c in text if c.isprintable() or c == "\n")
