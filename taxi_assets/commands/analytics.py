"""The commands of the dbt models."""

from __future__ import annotations

import json
from dataclasses import asdict

import click

from taxi_assets.commands.group import ListedCommands
from taxi_assets.commands.output import console, finish, json_option, printed_errors, progress
from taxi_assets.settings import read_settings
from taxi_assets.trips.month import Month


@click.group(cls=ListedCommands)
def analytics() -> None:
    """Build the dbt models over the trips, and their docs. They need the extra `dbt`.

    In BigQuery they need the extra `dbt-bigquery`.
    """


@analytics.command()
@click.argument("start", required=False)
@click.argument("end", required=False)
@click.option("--force", is_flag=True, help="Build months again that are up to date.")
@click.option("--full-refresh", is_flag=True, help="Drop the models and build all months anew.")
@json_option
def build(
    start: str | None, end: str | None, force: bool, full_refresh: bool, as_json: bool
) -> None:
    """Bring months START to END of the models up to date, in every warehouse; by default all.

    A month is built again only if its file, a rule or a model changed. Each model's tests are run.
    """
    from taxi_assets.commands import session

    if full_refresh and start:
        raise click.UsageError("--full-refresh is for all months: name none")
    with printed_errors():
        settings = read_settings()
        months = None
        if start:
            first, last = Month.parse(start), Month.parse(end or start)
            if last < first:
                raise click.UsageError(f"{last} lies before {first}: name the earlier month first")
            months = list(first.through(last))
        outcomes = session.build_models(settings, progress(as_json), months, force, full_refresh)
    if as_json:
        click.echo(json.dumps([asdict(outcome) for outcome in outcomes], indent=2))
    finish(outcomes)


@analytics.command()
def docs() -> None:
    """Write dbt's documentation of the models as one page, without a network."""
    with printed_errors():
        settings = read_settings()
        from taxi_assets.analytics.dbt import write_docs
        from taxi_assets.analytics.targets import targets_of

        for target in targets_of(settings):
            page = f"{target.warehouse.name}: {write_docs(target)}"
            console.print(page, highlight=False, soft_wrap=True)
