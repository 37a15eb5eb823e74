"""The command that asks the assistant."""

from __future__ import annotations

import json

import click
from rich.markup import escape

from taxi_assets.commands.countdown import attended
from taxi_assets.commands.encoding import printable
from taxi_assets.commands.output import console, json_option, printed_errors
from taxi_assets.errors import SettingsError
from taxi_assets.settings import Settings, read_settings


@click.command()
@click.argument("question")
@click.option("--no-rag", is_flag=True, help="Ask the model alone, without the documents.")
@click.option("--sources", help="Only these pages: addresses and files, between commas.")
@click.option("--data", is_flag=True, help="Ask the tables; the SQL is shown.")
@click.option(
    "--warehouse",
    type=click.Choice(["duckdb", "postgres", "bigquery"]),
    help="Whose tables; by default those of the first of TAXI_WAREHOUSES.",
)
@json_option
def ask(
    question: str,
    no_rag: bool,
    sources: str | None,
    data: bool,
    warehouse: str | None,
    as_json: bool,
) -> None:
    """Answer a QUESTION from the documents, with citations, or from the tables.

    What they do not hold is not answered. Without a key of Google Gemini, the passages that fit
    are shown, and no more.
    """
    if sum(map(bool, (no_rag, sources, data))) > 1:
        raise click.UsageError("choose one of --no-rag, --sources and --data")
    if warehouse and not data:
        raise click.UsageError("--warehouse is for --data")
    with printed_errors():
        settings = read_settings()
        if no_rag or data:
            result, lines = _ask_model(settings, question, data, warehouse)
        else:
            result, lines = _ask_documents(settings, question, sources)
    if as_json:
        click.echo(json.dumps(result, indent=2))
        return
    for line in lines:
        console.print(escape(line), highlight=False, soft_wrap=True)


def _ask_model(
    settings: Settings, question: str, data: bool, warehouse: str | None
) -> tuple[dict[str, object], list[str]]:
    from taxi_assets.assistant.chat.plain import answer_plainly
    from taxi_assets.assistant.chat.question import require_question
    from taxi_assets.assistant.data.question import ask_tables
    from taxi_assets.assistant.gemini.model import gemini_of
    from taxi_assets.commands import answers
    from taxi_assets.query.database import database_of

    question = require_question(question)
    gemini = gemini_of(settings)
    if gemini is None:
        raise SettingsError(
            "without a key, no model can be asked",
            "set GEMINI_API_KEY or TAXI_GEMINI_VERTEX_LOCATION",
        )
    gemini = attended(gemini)
    meter = gemini.meter()
    if data:
        database = database_of(settings, warehouse)
        answer = ask_tables(gemini, meter, database, question)
        result, lines = answers.data_json(answer), answers.data_lines(answer)
    else:
        text = answer_plainly(gemini, question, meter).value
        result, lines = {"answer": text}, [printable(text)]
    return (
        result | answers.cost_json(gemini, meter),
        [*lines, answers.cost_line(gemini, meter)],
    )


def _ask_documents(
    settings: Settings, question: str, sources: str | None
) -> tuple[dict[str, object], list[str]]:
    from taxi_assets.assistant.chat.question import ask_documents, require_question
    from taxi_assets.assistant.gemini.model import gemini_of
    from taxi_assets.assistant.knowledge.refresh import add, refresh_cheaply
    from taxi_assets.assistant.knowledge.store import store_of
    from taxi_assets.commands import answers
    from taxi_assets.settings.forms import split

    question = require_question(question)
    gemini = gemini_of(settings)
    gemini = attended(gemini) if gemini else None
    meter = gemini.meter() if gemini else None
    store = store_of(settings)
    named = split(sources) if sources else None
    if isinstance(named, tuple):
        read: list[str] | None = add(settings, store, named)
    else:
        read = None
        refresh_cheaply(settings, store)
    outcome = ask_documents(store, gemini, meter, question, read)
    result, lines = answers.outcome_json(outcome), answers.outcome_lines(outcome)
    if gemini is not None and meter is not None:
        result |= answers.cost_json(gemini, meter)
        lines.append(answers.cost_line(gemini, meter))
    return result, lines
