"""The command that plans pipelines."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from taxi_assets.commands.countdown import attended
from taxi_assets.commands.output import json_option, printed_errors
from taxi_assets.errors import SettingsError
from taxi_assets.settings import read_settings

if TYPE_CHECKING:
    from taxi_assets.assistant.copilot.conversation import (
        CommandOffer,
        PipelineOffer,
        PlannedFile,
    )
    from taxi_assets.assistant.copilot.plan import Plan
    from taxi_assets.assistant.copilot.trial import Trial
    from taxi_assets.settings import Settings


@click.command()
@click.argument("request")
@click.option("--apply", is_flag=True, help="Write the pipelines' files; without it, show them.")
@click.option(
    "--try", "attempt", is_flag=True, help="Fetch once, and show columns and three rows, first."
)
@click.option("--replace", is_flag=True, help="The plan may change a pipeline that is there.")
@json_option
@click.pass_context
def copilot(
    context: click.Context, request: str, apply: bool, attempt: bool, replace: bool, as_json: bool
) -> None:
    """Plan pipelines, or find the command, for a REQUEST in words.

    Pipelines are loaded in a copy of the project before they are shown: their files, assets and
    schedules. A command is shown, never run. This takes a key of Google Gemini.
    """
    from taxi_assets.assistant.copilot.conversation import CommandOffer, Copilot
    from taxi_assets.assistant.gemini.model import gemini_of

    commands = context.find_root().command
    assert isinstance(commands, click.Group)
    with printed_errors():
        settings = read_settings()
        gemini = gemini_of(settings)
        if gemini is None:
            raise SettingsError(
                "without a key, no model can plan",
                "set GEMINI_API_KEY or TAXI_GEMINI_VERTEX_LOCATION; without, write a file "
                "as docs/components.md shows, and check it with `taxi-assets pipelines`",
            )
        gemini = attended(gemini)
        meter = gemini.meter()
        offer = Copilot(gemini, meter, settings, commands, may_replace=replace).offer(request)
        if isinstance(offer, CommandOffer):
            result, lines = _of_command(offer)
        else:
            result, lines = _of_pipelines(offer, settings, request, apply, attempt)
        result |= {
            "points": [point.model_dump() for point in offer.plan.points],
            "model": gemini.model,
            "estimated_cost_usd": meter.cost_usd,
        }
        lines = [*_points(offer.plan), "", *lines]
        lines.append(f"{gemini.model}: about {meter.cost_usd:.4f} USD")
        click.echo(json.dumps(result, indent=2) if as_json else "\n".join(lines))


def _points(plan: Plan) -> list[str]:
    """The request, point by point, beside the plan."""
    return [
        f"✓ {point.asked}: {point.done_by}" if point.done_by else f"✗ Not part of it: {point.asked}"
        for point in plan.points
    ]


def _of_command(offer: CommandOffer) -> tuple[dict[str, object], list[str]]:
    command = offer.command
    return (
        {"kind": "command", "command": command.line, "help": command.help, "written": False},
        ["There is a command for that; run it yourself:", f"  {command.line}", command.help],
    )


def _of_pipelines(
    offer: PipelineOffer, settings: Settings, request: str, apply: bool, attempt: bool
) -> tuple[dict[str, object], list[str]]:
    from taxi_assets.assistant.copilot.notes import missing_settings, notes
    from taxi_assets.assistant.copilot.writing import current_text, difference, write_pipeline

    befores = [current_text(file.path) for file in offer.files]
    missing = [missing_settings(file, settings) for file in offer.files]
    results: list[dict[str, object]] = []
    lines: list[str] = []
    for file, before, lacking in zip(offer.files, befores, missing, strict=True):
        changes = difference(file.path, before, file.text)
        remarks = notes(file, settings, request)
        checks = f", with the checks {', '.join(file.proof.checks)}" if file.proof.checks else ""
        results.append(
            {
                "component": file.plan.component,
                "file": str(file.path),
                "text": file.text,
                "diff": changes,
                **file.proof.model_dump(),
                "missing_settings": lacking,
                "notes": remarks,
            }
        )
        lines += [
            file.proof.title,
            "",
            changes or f"{file.path} stays as it is.\n",
            f"The job {file.proof.job} makes {', '.join(file.proof.assets)}{checks}.",
            *(f"First {each}." for each in lacking),
            *remarks,
            "",
        ]
    needed = list(dict.fromkeys(each for lacking in missing for each in lacking))
    if needed and (apply or attempt):
        click.echo("\n".join(lines), err=True)
        listed = " and ".join(str(file.path) for file in offer.files)
        raise SettingsError(
            f"{listed} was not written, for it cannot be loaded with these settings",
            f"{' and '.join(needed)}; then ask again, or save what is shown above",
        )
    trials = [_try(file, offer, settings) for file in offer.files] if attempt else []
    for result, found in zip(results, trials, strict=False):
        result["trial"] = [asdict(trial) for trial in found]
    lines += [line for found in trials for trial in found for line in _shown(trial)]
    if apply:
        for file, before in zip(offer.files, befores, strict=True):
            write_pipeline(file.path, before, file.text)
        listed = " and ".join(str(file.path) for file in offer.files)
        lines.append(f"Written to {listed}: reload the code location in the UI, under Deployment.")
    else:
        lines.append("Nothing was written. --try fetches once, --apply writes the files.")
    return {"kind": "pipelines", "pipelines": results, "written": apply}, lines


def _try(file: PlannedFile, offer: PipelineOffer, settings: Settings) -> list[Trial]:
    from taxi_assets.assistant.copilot.trial import tried
    from taxi_assets.components.pipeline_files import pipeline_of_text

    planned = [pipeline_of_text(each.text, each.path, settings) for each in offer.files]
    own = pipeline_of_text(file.text, file.path, settings)
    tables = {table for each in planned for table in each.tables}
    return tried(own, settings, tables)


def _shown(trial: Trial) -> list[str]:
    if not trial.table:
        return [f"Trial: {trial.note}.", ""]
    columns = ", ".join(f"{name} ({type_})" for name, type_ in trial.columns.items())
    return [
        f"Trial of {trial.table}: {trial.note}; {columns}",
        *(f"  {' | '.join(row)}" for row in trial.rows),
        "",
    ]
