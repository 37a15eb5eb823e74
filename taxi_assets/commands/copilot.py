"""The command that plans pipelines."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import click

from taxi_assets.commands.countdown import attended
from taxi_assets.commands.output import json_option, printed_errors
from taxi_assets.errors import SettingsError
from taxi_assets.settings import read_settings

if TYPE_CHECKING:
    from taxi_assets.assistant.copilot.conversation import CommandOffer, PipelineOffer
    from taxi_assets.settings import Settings


@click.command()
@click.argument("request")
@click.option("--apply", is_flag=True, help="Write the pipeline's file; without it, only show it.")
@click.option("--replace", is_flag=True, help="The plan may change a pipeline that is there.")
@json_option
@click.pass_context
def copilot(
    context: click.Context, request: str, apply: bool, replace: bool, as_json: bool
) -> None:
    """Plan a pipeline, or find the command, for a REQUEST in words.

    A pipeline is loaded in a copy of the project before it is shown: its file, its assets, its
    schedule. A command is shown, never run. This takes a key of Google Gemini.
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
            result, lines = _of_pipeline(offer, settings, request, apply)
    result |= {
        "not_covered": offer.plan.not_covered,
        "model": gemini.model,
        "estimated_cost_usd": meter.cost_usd,
    }
    lines += [f"Not part of it: {each}" for each in offer.plan.not_covered]
    lines.append(f"{gemini.model}: about {meter.cost_usd:.4f} USD")
    click.echo(json.dumps(result, indent=2) if as_json else "\n".join(lines))


def _of_command(offer: CommandOffer) -> tuple[dict[str, object], list[str]]:
    command = offer.command
    return (
        {"kind": "command", "command": command.line, "help": command.help, "written": False},
        ["There is a command for that; run it yourself:", f"  {command.line}", command.help],
    )


def _of_pipeline(
    offer: PipelineOffer, settings: Settings, request: str, apply: bool
) -> tuple[dict[str, object], list[str]]:
    from taxi_assets.assistant.copilot.notes import missing_settings, notes
    from taxi_assets.assistant.copilot.writing import current_text, difference, write_pipeline

    path, proof = offer.path, offer.proof
    before = current_text(path)
    changes = difference(path, before, offer.text)
    missing = missing_settings(offer, settings)
    remarks = notes(offer, settings, request)
    if apply:
        if missing:
            click.echo(changes, err=True)
            raise SettingsError(
                f"{path} was not written, for it cannot be loaded with these settings",
                f"{' and '.join(missing)}; then ask again, or save what is shown above",
            )
        write_pipeline(path, before, offer.text)
    result = {
        "kind": offer.plan.kind,
        "file": str(path),
        "text": offer.text,
        "diff": changes,
        **proof.model_dump(),
        "missing_settings": missing,
        "notes": remarks,
        "written": apply,
    }
    checks = f", with the checks {', '.join(proof.checks)}" if proof.checks else ""
    end = (
        f"Written to {path}: reload the code location in the UI, under Deployment."
        if apply
        else "Nothing was written. --apply writes the file."
    )
    return result, [
        proof.title,
        "",
        changes or f"{path} stays as it is.\n",
        f"The job {proof.job} makes {', '.join(proof.assets)}{checks}.",
        *(f"First {each}." for each in missing),
        *remarks,
        end,
    ]
