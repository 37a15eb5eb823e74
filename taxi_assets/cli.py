"""The command line: `taxi-assets`.

Dagster and DuckDB take a second to import, so commands import them only where they need them.
"""

from __future__ import annotations

import click

from taxi_assets.commands.alerts import alerts
from taxi_assets.commands.analytics import analytics
from taxi_assets.commands.assistant import ask
from taxi_assets.commands.backfill_list import backfills
from taxi_assets.commands.copilot import copilot
from taxi_assets.commands.counts import counts
from taxi_assets.commands.demonstration import demo, starter
from taxi_assets.commands.dictionary import dictionary
from taxi_assets.commands.group import Commands, warn_of_typos
from taxi_assets.commands.mcp import mcp
from taxi_assets.commands.months import audit, backfill, check, load
from taxi_assets.commands.overview import doctor, status
from taxi_assets.commands.pipelines import pipelines
from taxi_assets.commands.purge import purge
from taxi_assets.commands.query import query, show
from taxi_assets.commands.report import report
from taxi_assets.commands.services import adopt, dev, setup


@click.group("taxi-assets", cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="taxi-assets")
def main() -> None:
    """NYC taxi trips: from the published file to tables that equal it.

    Exit codes: 0 done, 1 something failed, 2 an argument or a setting is wrong, 130 Ctrl-C.
    """
    warn_of_typos()


for _command in (
    demo,
    starter,
    load,
    pipelines,
    backfill,
    backfills,
    alerts,
    purge,
    check,
    audit,
    status,
    query,
    show,
    report,
    analytics,
    doctor,
    dictionary,
    counts,
    adopt,
    setup,
    dev,
    ask,
    copilot,
    mcp,
):
    main.add_command(_command)
