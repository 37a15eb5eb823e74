"""The command that lists what the alerts tell of."""

from __future__ import annotations

import json

import click

from taxi_assets.commands.output import console, json_option, printed_errors
from taxi_assets.settings import read_settings


@click.command()
@json_option
def alerts(as_json: bool) -> None:
    """List the troubles that are open, the oldest first: where, why, and whether somebody was told.

    They are posted to TAXI_ALERT_WEBHOOK, each once, and so is its end. They are listed without a
    webhook, too. The daemon keeps the list: it is as old as its last tick.
    """
    from taxi_assets.automation.instance import history_of, open_instance
    from taxi_assets.automation.outbox import read_outbox

    settings = read_settings()
    with printed_errors(), open_instance(settings) as instance:
        lasting = read_outbox(instance).lasting
    if as_json:
        found = [
            {
                **alert.trouble.model_dump(mode="json", exclude={"is_event", "is_sure"}),
                "place": alert.trouble.place,
                "told": alert.told.isoformat() if alert.told else None,
            }
            for alert in lasting
        ]
        click.echo(json.dumps(found, indent=2))
        return
    for alert in lasting:
        told = f"told {alert.told:%Y-%m-%d %H:%M} UTC" if alert.told else "nobody told"
        text = f"{alert.trouble.title} (since {alert.trouble.since:%Y-%m-%d %H:%M} UTC, {told})"
        console.print(text, highlight=False, markup=False, soft_wrap=True)
        for line in (alert.trouble.place, alert.trouble.reason):
            console.print(f"  {line}", highlight=False, markup=False, soft_wrap=True)
    if not lasting:
        text = f"nothing is open in {history_of(settings)}"
        console.print(text, highlight=False, markup=False, soft_wrap=True)
