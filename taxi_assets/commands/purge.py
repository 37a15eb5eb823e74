"""The command that deletes old runs."""

from __future__ import annotations

import json

import click

from taxi_assets.commands.output import console, json_option, printed_errors
from taxi_assets.errors import SettingsError
from taxi_assets.settings import read_settings, variable


@click.command()
@click.option("--days", type=click.IntRange(1, 36_500), help="Keep runs of so many days.")
@click.option("--dry-run", is_flag=True, help="Delete nothing; say how many would be.")
@json_option
def purge(days: int | None, dry_run: bool, as_json: bool) -> None:
    """Delete old runs with their events, as the daily schedule does on a server.

    Tables and files stay, and so does whatever tells Dagster which months are loaded or failed.
    """
    from taxi_assets.automation.instance import open_instance
    from taxi_assets.automation.old_runs import purge_old_runs

    with printed_errors():
        settings = read_settings()
        days = days or settings.keep_runs_days
        if not days:
            raise SettingsError(
                f"all runs are kept: {variable('keep_runs_days')} is not set",
                "set it, or say how many days to keep: `taxi-assets purge --days 365 --dry-run`",
            )
        with open_instance(settings) as instance:
            found = purge_old_runs(instance, days, dry_run)
    if as_json:
        kept = {"days": days, "dry_run": dry_run, "kept": found.kept}
        deleted = {"runs": [run.run_id for run in found.runs], "freed_bytes": found.freed_bytes}
        click.echo(json.dumps(kept | deleted, indent=2))
        return
    would = "would be " if dry_run else ""
    freed = "" if dry_run else f"; {found.freed_bytes / 1e6:.1f} MB freed"
    console.print(
        f"{len(found.runs)} runs older than {days} days {would}deleted; "
        f"{found.kept} old ones are still needed{freed}",
        highlight=False,
        soft_wrap=True,
    )
