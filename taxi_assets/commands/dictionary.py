"""The command that prints the data dictionary."""

from __future__ import annotations

import json

import click

from taxi_assets.commands.output import json_option, printed_errors


@click.command()
@json_option
def dictionary(as_json: bool) -> None:
    """Print every table and column, with its types and meaning, as Markdown."""
    from taxi_assets.report.data_dictionary import data_dictionary, described_tables

    with printed_errors():
        if as_json:
            tables = [table.as_json() for table in described_tables()]
            click.echo(json.dumps(tables, indent=2))
        else:
            click.echo(data_dictionary(), nl=False)
