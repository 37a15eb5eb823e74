"""The command that prints the data dictionary."""

from __future__ import annotations

import click

from taxi_assets.commands.output import printed_errors


@click.command()
def dictionary() -> None:
    """Print every table and column, with its types and meaning, as Markdown."""
    from taxi_assets.report.data_dictionary import data_dictionary

    with printed_errors():
        click.echo(data_dictionary(), nl=False)
