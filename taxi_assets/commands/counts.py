"""The command that writes the list of known row counts anew."""

from __future__ import annotations

import click

from taxi_assets.commands.arguments import TAXI, datasets_of
from taxi_assets.commands.output import errors, printed_errors
from taxi_assets.settings import read_settings


@click.command()
@click.argument("taxi", type=TAXI, default="all")
def counts(taxi: str) -> None:
    """Print the list of known row counts, with those of months that are loaded and proved.

    Each month in the lake is audited first. In the project's folder, write the output to
    taxi_assets/trips/published_row_counts.csv, and look at the difference.
    """
    from taxi_assets.status.proved_counts import proved_counts
    from taxi_assets.trips.published_counts import counts_csv

    with printed_errors():
        found = list(proved_counts(read_settings(), datasets_of(taxi)))
        for count in found:
            if count.counted is None:
                errors.print(f"{count.file}: not loaded or not proved, so not listed")
        proved = [(c.file, c.rows, c.counted) for c in found if c.counted is not None]
        click.echo(counts_csv(proved), nl=False)
