"""The command line: `taxi-assets`."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click
from rich.console import Console
from rich.markup import escape

from taxi_assets.errors import SettingsError, TaxiAssetsError
from taxi_assets.settings import Settings, SourceChoice, Warehouse, read_settings, variable
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.month import Month

if TYPE_CHECKING:
    from taxi_assets.automation.month_runs import MonthOutcome
    from taxi_assets.trips.dataset import Dataset

# Dagster and DuckDB take a second to import: only commands that need them do.

_INTERRUPTED = 130
_DEMO_MONTHS = (Month(2024, 1), Month(2024, 3))

_console = Console()
_errors = Console(stderr=True)

_json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for a script.")
_taxi = click.Choice([*DATASETS, "all"])


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="taxi-assets")
def main() -> None:
    """NYC taxi trips: from the published file to tables that equal it."""


@main.command()
@click.option("--rows", default=50_000, show_default=True, help="Rows of each synthetic month.")
def demo(rows: int) -> None:
    """Load synthetic months into a local lake and DuckDB, and check them. No network."""
    from taxi_assets import session

    with _told_errors():
        data = read_settings().data_dir / "demo"
        _override(
            data_dir=str(data),
            source=SourceChoice.SAMPLE,
            sample_rows=str(rows),
            warehouses=Warehouse.DUCKDB,
        )
        settings = read_settings()
        _console.print(f"Synthetic trips (not real ones) go to {settings.duckdb_file}")
        months = [
            (dataset, month)
            for dataset in DATASETS.values()
            for month in _DEMO_MONTHS[0].through(_DEMO_MONTHS[1])
        ]
        outcomes = session.load(settings, months, _console, zones=True)
        _summary(settings)
    _finish(outcomes)


@main.command()
@click.option("--live", is_flag=True, help="Ask the real services instead of the sample.")
@click.option("--name", default="Will", show_default=True, help="Who is greeted.")
@click.option(
    "--pause-seconds",
    type=click.FloatRange(min=0),
    default=1,
    show_default=True,
    help="How long hello world waits.",
)
def starter(live: bool, name: str, pause_seconds: float) -> None:
    """Run the three starter pipelines: hello world, Python in a container, getting started.

    By default on a small sample, without a network or Docker.
    """
    from taxi_assets.starter_session import SAMPLE_SETTINGS, run_starter

    with _told_errors():
        if not live:
            data = read_settings().data_dir / "starter"
            _override(data_dir=str(data), **SAMPLE_SETTINGS)
        settings = read_settings()
        source = "The real services are asked" if live else "A bundled sample, no network"
        _console.print(f"{source}; the table goes to {settings.duckdb_file}", soft_wrap=True)
        outcomes = []
        for outcome in run_starter(settings, name, pause_seconds):
            outcomes.append(outcome)
            state = "[green]done[/]" if outcome.ok else "[bold red]failed[/]"
            _console.print(f"\n{outcome.name} {state}", highlight=False)
            for line in outcome.lines:
                _console.print(escape(line), highlight=False, soft_wrap=True)
    sys.exit(0 if all(outcome.ok for outcome in outcomes) else 1)


@main.command()
@click.argument("taxi", type=click.Choice([*DATASETS, "all", "zones"]))
@click.argument("start", required=False)
@click.argument("end", required=False)
@click.option("--force", is_flag=True, help="Load months again that are there unchanged.")
@_json_option
def load(taxi: str, start: str | None, end: str | None, force: bool, as_json: bool) -> None:
    """Load months START to END (or START alone), from their source to every warehouse.

    Each month is a Dagster run of its own, which the UI shows. Months that are there unchanged
    are passed over. `taxi-assets load zones` loads the table of taxi zones.
    """
    from taxi_assets import session

    if taxi == "zones" and start:
        raise click.UsageError("zones have no months: taxi-assets load zones")
    with _told_errors():
        settings = read_settings()
        months = [] if taxi == "zones" else _months(taxi, start, end)
        outcomes = session.load(settings, months, _shown(as_json), force, zones=taxi == "zones")
    if as_json:
        click.echo(json.dumps([asdict(outcome) for outcome in outcomes], indent=2))
    _finish(outcomes)


@main.command()
@click.argument("taxi", type=_taxi)
@click.argument("start")
@click.argument("end", required=False)
@click.option("--wait", is_flag=True, help="Wait until all months are over, and show each.")
@click.option("--failed", is_flag=True, help="Only the months whose last run failed.")
@_json_option
def backfill(
    taxi: str, start: str, end: str | None, wait: bool, failed: bool, as_json: bool
) -> None:
    """Hand months START to END to the running daemon, which loads the newest first.

    They are Dagster backfills, which the UI shows and can cancel. They go on after a restart.
    """
    from taxi_assets import session

    with _told_errors():
        months = _months(taxi, start, end)
        outcomes = session.backfill(read_settings(), months, _shown(as_json), wait, failed)
    if as_json:
        click.echo(json.dumps([asdict(outcome) for outcome in outcomes], indent=2))
    _finish(outcomes)


@main.command()
@click.argument("taxi", type=_taxi, default="all")
@click.argument("start", required=False)
@click.argument("end", required=False)
@_json_option
def check(taxi: str, start: str | None, end: str | None, as_json: bool) -> None:
    """Run the asset checks of months START to END; by default of all that are loaded."""
    from taxi_assets import session

    with _told_errors():
        settings = read_settings()
        months = _months(taxi, start, end) if start else _loaded_months(settings, taxi)
        if not months:
            raise click.ClickException("no month is loaded: there is nothing to check")
        outcomes = session.check(settings, months, _shown(as_json))
    if as_json:
        click.echo(json.dumps([asdict(outcome) for outcome in outcomes], indent=2))
    _finish(outcomes)


@main.command()
@click.argument("taxi", type=_taxi, default="all")
@_json_option
def status(taxi: str, as_json: bool) -> None:
    """Show every month: rows in the lake, in each warehouse, published, and agreement."""
    from taxi_assets.report.coverage import coverage
    from taxi_assets.terminal import print_coverage

    with _told_errors():
        lines = coverage(read_settings(), _datasets(taxi))
    if as_json:
        click.echo(json.dumps([line.as_json() for line in lines], indent=2))
    else:
        print_coverage(_console, lines)


@main.command()
@click.option("--markdown", is_flag=True, help="Print the table of all settings and defaults.")
@_json_option
def doctor(as_json: bool, markdown: bool) -> None:
    """Show the settings that hold, and try source, lake and warehouses out."""
    from taxi_assets.report.diagnosis import findings, setting_lines, settings_markdown
    from taxi_assets.terminal import print_finding, print_settings

    if markdown:
        click.echo(settings_markdown())
        return
    with _told_errors():
        settings = read_settings()
        lines = setting_lines(settings)
        if not as_json:
            print_settings(_console, lines)
        found = []
        for finding in findings(settings):
            found.append(finding)
            if not as_json:
                print_finding(_console, finding)
    if as_json:
        report = {"settings": [asdict(x) for x in lines], "findings": [asdict(x) for x in found]}
        click.echo(json.dumps(report, indent=2))
    sys.exit(0 if all(finding.ok for finding in found) else 1)


@main.command()
@click.argument("warehouse", type=click.Choice([Warehouse.POSTGRES.value]))
def adopt(warehouse: str) -> None:
    """Partition tables by month that are not, such as the Kestra flows' ones; rows are kept."""
    from taxi_assets.warehouse.postgres.adopt import adopt_table
    from taxi_assets.warehouse.postgres.server import server_of

    with _told_errors():
        server = server_of(read_settings())
        with server.connect() as connection:
            adopted = [adopt_table(server, connection, dataset) for dataset in DATASETS.values()]
        for table in adopted:
            if table is not None:
                _console.print(
                    f"{table.table}: {table.rows:,} rows kept, in {table.months} months"
                    + (f" and {table.other_rows:,} of other files" if table.other_rows else "")
                )
    if not any(adopted):
        _console.print(f"{warehouse}: nothing to adopt")
    else:
        _console.print("Load these months again to prove them: `taxi-assets load TAXI START END`.")


@main.command()
@click.argument("cloud", type=click.Choice(["gcp"]))
def setup(cloud: str) -> None:
    """Make what is missing in Google Cloud, and check what is there: the lake's bucket."""
    from taxi_assets.gcp.bucket import ensure_bucket
    from taxi_assets.gcp.cloud import google_cloud_of

    with _told_errors():
        settings = read_settings()
        if settings.lake_bucket is None:
            raise SettingsError(
                f"{variable('lake')} names no bucket: there is nothing to set up",
                f"set {variable('lake')}=gs://BUCKET; names are taken world-wide",
            )
        state = ensure_bucket(google_cloud_of(settings), settings.lake_bucket[0])
    made = "made" if state.created else "is there and fits"
    _console.print(f"{cloud}: gs://{state.name} in {state.location}: {made}", highlight=False)


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=3000, show_default=True, help="Port to listen on.")
def dev(host: str, port: int) -> None:
    """Start Dagster's UI and daemon; what they record is kept between starts."""
    from taxi_assets.automation.services import run_services

    with _told_errors():
        sys.exit(run_services(read_settings(), host, port))


def _datasets(taxi: str) -> list[Dataset]:
    return list(DATASETS.values()) if taxi == "all" else [DATASETS[taxi]]


def _months(taxi: str, start: str | None, end: str | None) -> list[tuple[Dataset, Month]]:
    if start is None:
        raise click.UsageError("name a month, such as: taxi-assets load green 2020-04")
    first = Month.parse(start)
    last = Month.parse(end) if end else first
    if last < first:
        raise click.UsageError(f"{last} lies before {first}: name the earlier month first")
    this_month = Month.of(datetime.now(UTC).date())
    if first >= this_month:
        raise click.UsageError(f"{first} has not ended yet: no month after {this_month.plus(-1)}")
    last = min(last, this_month.plus(-1))
    return [
        (dataset, dataset.require(month))
        for dataset in _datasets(taxi)
        for month in first.through(last)
    ]


def _loaded_months(settings: Settings, taxi: str) -> list[tuple[Dataset, Month]]:
    from taxi_assets.report.coverage import coverage

    months = {
        (line.taxi, Month.parse(line.month))
        for line in coverage(settings, _datasets(taxi))
        if any(line.warehouse_rows.values()) or any(line.ledger_rows.values())
    }
    return [(DATASETS[taxi], month) for taxi, month in sorted(months)]


def _shown(as_json: bool) -> Console:
    """Where progress goes: nowhere, where a script reads the output."""
    return Console(quiet=True) if as_json else _console


def _finish(outcomes: list[MonthOutcome]) -> None:
    from taxi_assets.session import not_done

    if bad := not_done(outcomes):
        _errors.print(f"{len(bad)} of {len(outcomes)} not done: {', '.join(o.name for o in bad)}")
        sys.exit(1)


def _summary(settings: Settings) -> None:
    from taxi_assets.report.coverage import coverage
    from taxi_assets.terminal import print_coverage

    print_coverage(_console, coverage(settings, list(DATASETS.values())))
    _console.print(
        "Query it with DuckDB, or from Python:\n"
        f"  duckdb.connect({str(settings.duckdb_file)!r}, read_only=True)"
        ".sql('FROM green_tripdata LIMIT 5')\n"
        "See it in Dagster's UI:\n"
        f"  {variable('data_dir')}={settings.data_dir} {variable('source')}=sample taxi-assets dev",
        highlight=False,
        soft_wrap=True,
    )


def _override(**values: str) -> None:
    """Set settings for this process and those that it starts."""
    os.environ.update({variable(name): value for name, value in values.items()})


@contextmanager
def _told_errors() -> Iterator[None]:
    """Print an error with a remedy as such, and end with a failure."""
    try:
        yield
    except KeyboardInterrupt as interrupt:
        _errors.print(str(interrupt) or "Interrupted.", soft_wrap=True)
        sys.exit(_INTERRUPTED)
    except TaxiAssetsError as error:
        _errors.print(f"[bold red]Error:[/] {escape(error.what)}", highlight=False, soft_wrap=True)
        _errors.print(f"  What to do: {escape(error.remedy)}", highlight=False, soft_wrap=True)
        sys.exit(1)
