"""The command that lists backfills and cancels them."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from taxi_assets.commands.output import console, json_option, printed_errors
from taxi_assets.settings import read_settings


@click.command()
@click.option("--cancel", metavar="ID", help="Cancel this backfill; loaded months stay.")
@json_option
def backfills(cancel: str | None, as_json: bool) -> None:
    """List the newest backfills with their progress, or cancel one.

    A month is listed as failed, cancelled or not begun where it has not been loaded since. Once a
    backfill is cancelled, none of its months is loaded any more, and those in progress are ended.
    """
    from taxi_assets.automation.backfill_list import list_backfills, progress
    from taxi_assets.automation.cancelling import cancel_backfill
    from taxi_assets.automation.instance import history_of, open_instance

    settings = read_settings()
    with printed_errors(), open_instance(settings) as instance:
        if cancel is not None:
            cancel_backfill(instance, cancel)
        lines = list_backfills(instance)
    if as_json:
        click.echo(json.dumps([asdict(line) for line in lines], indent=2))
        return
    for line in lines:
        text = f"{line.backfill_id}  {line.title}  {line.words}: {progress(line)}"
        console.print(text, highlight=False, markup=False, soft_wrap=True)
    if not lines:
        ask = "`taxi-assets backfill TAXI START END` asks for one"
        text = f"no backfill yet in {history_of(settings)}: {ask}"
        console.print(text, highlight=False, markup=False, soft_wrap=True)
