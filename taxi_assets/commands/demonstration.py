"""Commands for a first look. They need no network."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from typing import TYPE_CHECKING

import click
from rich.markup import escape

from taxi_assets.commands.arguments import SECONDS
from taxi_assets.commands.output import console, finish, printed_errors
from taxi_assets.settings import SourceChoice, read_settings, variable
from taxi_assets.trips.month import Month

if TYPE_CHECKING:
    from taxi_assets.settings import Settings

_MONTHS = (Month(2024, 1), Month(2024, 3))


@click.command()
@click.option("--rows", default=50_000, show_default=True, help="Rows of each synthetic month.")
def demo(rows: int) -> None:
    """Load synthetic months into a local lake and DuckDB, and check them. No network."""
    from taxi_assets.commands import session

    with printed_errors():
        data = read_settings().data_dir / "demo"
        # A month has one source at a time: in a lake and a database of somebody's own, the sample
        # would replace real months.
        os.environ.pop(variable("gcp_bucket_name"), None)
        _override(
            data_dir=str(data),
            lake=(data / "lake").resolve().as_uri(),
            duckdb_path=str(data / "taxi.duckdb"),
            source=SourceChoice.SAMPLE,
            sample_rows=str(rows),
            warehouses="duckdb",
        )
        settings = read_settings()
        console.print(f"Synthetic trips (not real ones) go to {settings.duckdb_file}")
        months = [
            (dataset, month)
            for dataset in settings.datasets
            for month in _MONTHS[0].through(_MONTHS[1])
            if month >= dataset.first_month
        ]
        outcomes = session.load(settings, months, console, zones=True)
        _summary(settings)
    finish(outcomes)


@click.command()
@click.option("--live", is_flag=True, help="Ask the real services instead of the sample.")
@click.option("--name", default="Will", show_default=True, help="Who is greeted.")
@click.option(
    "--pause-seconds",
    type=SECONDS,
    default=1,
    show_default=True,
    help="How long hello world waits.",
)
def starter(live: bool, name: str, pause_seconds: float) -> None:
    """Run the three starter pipelines: hello world, Python in a container, getting started.

    By default on a small sample, without a network or Docker.
    """
    from taxi_assets.commands.starter_session import SAMPLE_SETTINGS, run_starter

    with printed_errors():
        if not live:
            # The sample's table is no real one; its runs are in the history that the UI shows.
            path = read_settings().data_dir / "starter" / "taxi.duckdb"
            _override(duckdb_path=str(path), **SAMPLE_SETTINGS)
        settings = read_settings()
        source = "The real services are asked" if live else "A bundled sample, no network"
        console.print(f"{source}; the table goes to {settings.duckdb_file}", soft_wrap=True)
        outcomes = []
        for outcome in run_starter(settings, name, pause_seconds):
            outcomes.append(outcome)
            state = "[green]done[/]" if outcome.ok else "[bold red]failed[/]"
            console.print(f"\n{outcome.name} {state}", highlight=False)
            for line in outcome.lines:
                console.print(escape(line), highlight=False, soft_wrap=True)
    sys.exit(0 if all(outcome.ok for outcome in outcomes) else 1)


def _summary(settings: Settings) -> None:
    from taxi_assets.commands.terminal import print_coverage
    from taxi_assets.status.coverage import coverage, place_of

    # `make demo` runs it without the folder of programs in PATH.
    program = "taxi-assets" if shutil.which("taxi-assets") else shlex.quote(sys.argv[0])
    print_coverage(console, coverage(settings, settings.datasets), place_of(settings))
    console.print(
        "Query it with DuckDB, or from Python:\n"
        f"  duckdb.connect({str(settings.duckdb_file)!r}, read_only=True)"
        ".sql('FROM green_tripdata LIMIT 5')\n"
        "See it in Dagster's UI:\n"
        f"  {variable('data_dir')}={shlex.quote(str(settings.data_dir))} "
        f"{variable('source')}=sample {program} dev",
        highlight=False,
        soft_wrap=True,
    )


def _override(**values: str) -> None:
    """Set settings for this process and those that it starts."""
    os.environ.update({variable(name): value for name, value in values.items()})
