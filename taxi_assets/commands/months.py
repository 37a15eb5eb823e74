"""Commands that load and check months."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from taxi_assets.commands.arguments import TAXI, datasets_of, months_of
from taxi_assets.commands.output import finish, json_option, printed_errors, progress
from taxi_assets.errors import PermanentError
from taxi_assets.output_file import write_file
from taxi_assets.settings import read_settings
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.month import Month

if TYPE_CHECKING:
    from taxi_assets.automation.month_outcomes import MonthOutcome
    from taxi_assets.settings import Settings
    from taxi_assets.trips.dataset import Dataset

_FILE = click.Path(dir_okay=False, path_type=Path)


@click.command()
@click.argument("taxi", type=click.Choice([*DATASETS, "all", "zones"]))
@click.argument("start", required=False)
@click.argument("end", required=False)
@click.option("--force", is_flag=True, help="Load months again that are there unchanged.")
@click.option("--dry-run", is_flag=True, help="Say what would be done, and do nothing.")
@json_option
def load(
    taxi: str, start: str | None, end: str | None, force: bool, dry_run: bool, as_json: bool
) -> None:
    """Load months START to END (or START alone), from their source to every warehouse.

    Each month is a Dagster run of its own, which the UI shows. Months that are there unchanged
    are passed over. `taxi-assets load zones` loads the taxi zones and their shapes.
    """
    from taxi_assets.commands import session

    if taxi == "zones" and start:
        raise click.UsageError("zones have no months: taxi-assets load zones")
    if dry_run and taxi == "zones":
        raise click.UsageError("--dry-run is for months; the table of zones is small")
    with printed_errors():
        settings = read_settings()
        months = [] if taxi == "zones" else months_of(settings, taxi, start, end)
        if dry_run:
            _show_plan(settings, months, force, as_json)
            return
        outcomes = session.load(settings, months, progress(as_json), force, zones=taxi == "zones")
    if as_json:
        click.echo(json.dumps([asdict(outcome) for outcome in outcomes], indent=2))
    finish(outcomes)


def _show_plan(
    settings: Settings, months: list[tuple[Dataset, Month]], force: bool, as_json: bool
) -> None:
    from taxi_assets.commands.terminal import print_plan
    from taxi_assets.status.load_plan import plan_load

    plans = list(plan_load(settings, months, force))
    if as_json:
        click.echo(json.dumps([plan.as_json() for plan in plans], indent=2))
    else:
        print_plan(progress(as_json), plans)


@click.command()
@click.argument("taxi", type=TAXI)
@click.argument("start")
@click.argument("end", required=False)
@click.option("--wait", is_flag=True, help="Wait until all months are over, and show each.")
@click.option("--failed", is_flag=True, help="Only those that were asked for and are not loaded.")
@json_option
def backfill(
    taxi: str, start: str, end: str | None, wait: bool, failed: bool, as_json: bool
) -> None:
    """Hand months START to END to the running daemon, which loads the newest first.

    They are Dagster backfills, which the UI shows and can cancel. They go on after a restart.
    """
    from taxi_assets.commands import session

    with printed_errors():
        settings = read_settings()
        months = months_of(settings, taxi, start, end)
        outcomes = session.backfill(settings, months, progress(as_json), wait, failed)
    if as_json:
        click.echo(json.dumps([asdict(outcome) for outcome in outcomes], indent=2))
    finish(outcomes)


@click.command()
@click.argument("taxi", type=TAXI, default="all")
@click.argument("start", required=False)
@click.argument("end", required=False)
@json_option
@click.option("--junit", type=_FILE, help="Also write JUnit XML, for a CI system.")
@click.option("--json-file", type=_FILE, help="Also write the JSON to a file.")
def check(
    taxi: str,
    start: str | None,
    end: str | None,
    as_json: bool,
    junit: Path | None,
    json_file: Path | None,
) -> None:
    """Run the asset checks of months START to END; by default of all that are loaded.

    The exit code is 0 only where no blocking check failed; warnings do not count.
    """
    from taxi_assets.commands import session

    with printed_errors():
        settings = read_settings()
        months = _chosen_months(settings, taxi, start, end)
        outcomes = session.check(settings, months, progress(as_json))
        _write(outcomes, as_json, junit, json_file)
    finish(outcomes)


@click.command()
@click.argument("taxi", type=TAXI, default="all")
@click.argument("start", required=False)
@click.argument("end", required=False)
@click.option("--repair", is_flag=True, help="Fetch and load again what is not as its file says.")
@json_option
@click.option("--junit", type=_FILE, help="Also write JUnit XML, for a CI system.")
@click.option("--json-file", type=_FILE, help="Also write the JSON to a file.")
def audit(
    taxi: str,
    start: str | None,
    end: str | None,
    repair: bool,
    as_json: bool,
    junit: Path | None,
    json_file: Path | None,
) -> None:
    """Hold months START to END against their files, read anew; by default all months.

    For each month it says whether file, note, ledgers and tables agree, and which of them does not.
    The exit code is 0 only where nothing is wrong.
    """
    from taxi_assets.commands import session

    with printed_errors():
        settings = read_settings()
        months = _chosen_months(settings, taxi, start, end, lake=True)
        whole = [] if start else datasets_of(taxi)
        outcomes = session.audit(settings, months, progress(as_json), repair, whole)
        _write(outcomes, as_json, junit, json_file)
    finish(outcomes)


def _write(
    outcomes: list[MonthOutcome], as_json: bool, junit: Path | None, json_file: Path | None
) -> None:
    from taxi_assets.commands.check_files import outcomes_json, outcomes_junit

    if junit:
        write_file(junit, outcomes_junit(outcomes).encode(), make_folder=True)
    if json_file:
        write_file(json_file, outcomes_json(outcomes).encode(), make_folder=True)
    if as_json:
        click.echo(outcomes_json(outcomes))


def _chosen_months(
    settings: Settings, taxi: str, start: str | None, end: str | None, lake: bool = False
) -> list[tuple[Dataset, Month]]:
    """The months from START to END; without START those of a table or ledger, or also the lake."""
    from taxi_assets.status.coverage import coverage, place_of

    if start:
        return months_of(settings, taxi, start, end)
    months = {
        (line.taxi, Month.parse(line.month))
        for line in coverage(settings, datasets_of(taxi))
        if any(line.warehouse_rows.values())
        or any(line.ledger_rows.values())
        or (lake and line.lake_rows is not None)
    }
    if not months:
        of_taxi, one = ("", "green") if taxi == "all" else (f" of {taxi}", taxi)
        raise PermanentError(
            f"no month{of_taxi} is loaded, so there is nothing to check: {place_of(settings)}",
            f"`taxi-assets load {one} 2020-04` loads one; TAXI_DATA_DIR names another data folder",
        )
    return [(DATASETS[taxi], month) for taxi, month in sorted(months)]
