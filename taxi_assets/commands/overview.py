"""Commands that show the state of months, settings and installation."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict

import click

from taxi_assets.commands.arguments import TAXI, datasets_of
from taxi_assets.commands.output import console, errors, json_option, printed_errors
from taxi_assets.settings import read_settings


@click.command()
@click.argument("taxi", type=TAXI, default="all")
@json_option
def status(taxi: str, as_json: bool) -> None:
    """Show every month: rows in the lake, in each warehouse, published, and agreement.

    Also how it stands against the source, as schedules and sensors saw it last, and which months
    are missing.
    """
    from taxi_assets.commands.terminal import print_coverage
    from taxi_assets.status.coverage import coverage, place_of
    from taxi_assets.status.standing import with_standing

    with printed_errors():
        settings, datasets = read_settings(), datasets_of(taxi)
        lines = with_standing(settings, datasets, coverage(settings, datasets))
    if as_json:
        click.echo(json.dumps([line.as_json() for line in lines], indent=2))
    else:
        print_coverage(console, lines, place_of(settings))


@click.command()
@click.option("--all", "every", is_flag=True, help="Also list the settings that are not set.")
@click.option("--markdown", is_flag=True, help="Print the table of all settings and defaults.")
@json_option
def doctor(every: bool, as_json: bool, markdown: bool) -> None:
    """Show the settings that are set, and try source, lake and warehouses out.

    What is wrong comes first, each with what to do.
    """
    from taxi_assets.commands.terminal import print_finding, print_settings
    from taxi_assets.status.doctor import findings, setting_lines, settings_markdown

    if markdown:
        click.echo(settings_markdown())
        return
    with printed_errors():
        settings = read_settings()
        lines = setting_lines(settings)
        if not as_json:
            print_settings(console, lines, every)
        with errors.status("Trying everything out"):
            found = sorted(findings(settings), key=lambda finding: finding.ok)
    if as_json:
        report = {"settings": [asdict(x) for x in lines], "findings": [asdict(x) for x in found]}
        click.echo(json.dumps(report, indent=2))
    else:
        for finding in found:
            print_finding(console, finding)
    sys.exit(0 if all(finding.ok for finding in found) else 1)
