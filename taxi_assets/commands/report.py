"""The command that writes the report."""

from __future__ import annotations

from pathlib import Path

import click

from taxi_assets.commands.output import console, errors, printed_errors
from taxi_assets.output_file import is_stdout, write_file
from taxi_assets.settings import read_settings
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.month import Month

_FORMATS = ("html", "markdown", "json")
_ENDINGS = {".md": "markdown", ".json": "json", ".html": "html", ".htm": "html", "": "html"}


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, allow_dash=True, path_type=Path))
@click.option(
    "--taxi", "taxis", multiple=True, type=click.Choice([*DATASETS]),
    help="Only this taxi; may be given several times.",
)  # fmt: skip
@click.option("--from", "start", metavar="MONTH", help="The first month, such as 2020-04.")
@click.option("--to", "end", metavar="MONTH", help="The last month.")
@click.option(
    "--format", "form", type=click.Choice(_FORMATS),
    help="By default what the name of FILE ends in: .html, .md or .json.",
)  # fmt: skip
def report(
    file: Path, taxis: tuple[str, ...], start: str | None, end: str | None, form: str | None
) -> None:
    """Write what happened to FILE: sentences, charts and numbers, coverage and proof.

    It tells of the newest loaded month of each taxi, or of the months --from to --to, and compares
    them with those before and with the year before. The page needs no network to be looked at.
    Months that were loaded since the last report are summarized first. `-` as FILE prints it.
    """
    from taxi_assets.commands.report_session import make_report
    from taxi_assets.report.period import Choice

    with printed_errors():
        first, last = (Month.parse(month) if month else None for month in (start, end))
        if first and last and last < first:
            raise click.UsageError(f"{last} lies before {first}: name the earlier month first")
        datasets = tuple(DATASETS[taxi] for taxi in DATASETS if taxi in taxis or not taxis)
        chosen = form or _ENDINGS.get(file.suffix.lower())
        if chosen is None:
            raise click.UsageError(
                f"no format is named {file.suffix}: name the file .html, .md or .json, or choose "
                "one by --format"
            )
        made = make_report(read_settings(), chosen, Choice(datasets, first, last))
        if str(file) == "-" or is_stdout(file):
            click.echo(made.text)
            return
        write_file(file, made.text.encode())
    for heading, sentences in made.sentences:
        console.print(heading, style="bold", highlight=False)
        for sentence in sentences:
            console.print(f"  {sentence}", markup=False, highlight=False, soft_wrap=True)
    if not made.sentences:
        errors.print("No loaded month was chosen.", highlight=False)
    console.print(
        f"{file}: {len(made.text.encode()) / 1e6:.1f} MB", highlight=False, soft_wrap=True
    )
