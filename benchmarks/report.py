"""How long a report takes: `.venv/bin/python -m benchmarks.report`.

Synthetic months of `--rows` rows, `--months` of each taxi, are loaded into a DuckDB file by the
functions that the assets use. Dagster's records of each load and of its checks are written beside
it, without runs. Then all months are summarized, as the asset or the first report does once for
each month, and after that the whole command `taxi-assets report` runs
`--rounds` times, each in a process of its own. Goals, for 174 months of both taxis: under 4 s and a
page of 3 MB.

Time on the clock holds for a quiet machine only; the last line says how busy others kept it.
"""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from unittest import mock

import click
import dagster as dg
from rich.console import Console
from rich.table import Table

from benchmarks.contenders import duckdb_file, load_month
from benchmarks.measure import Cost, measured, median, run_whole
from benchmarks.synthetic_files import Mirror, default_folder, synthetic_file
from taxi_assets.automation.instance import open_instance
from taxi_assets.automation.recorded_checks import month_check_keys
from taxi_assets.settings import read_settings
from taxi_assets.trips.datasets import chosen_datasets
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.duckdb.session import DuckDBSession
from taxi_assets.warehouse.summaries import refresh
from taxi_assets_tests.simulation.quick_sqlite import quick_sqlite

_COMMAND = Path(sys.executable).with_name("taxi-assets")
_FIRST = Month(2019, 1)
_MAX_SECONDS, _MAX_PAGE_BYTES = 4, 3_000_000


def load(mirror: Mirror, months: int, folder: Path) -> Path:
    """Load the months of both taxis; the DuckDB file."""
    database = folder / "taxi.duckdb"
    for dataset in chosen_datasets(None):
        for number in range(months):
            load_month(mirror, synthetic_file(dataset, _FIRST.plus(number)), database)
    with duckdb_file(database).connect() as connection:
        connection.execute("CHECKPOINT")
    return database


def record(folder: Path, months: int) -> None:
    """Record a load and passed checks of each month, as runs would."""
    with (
        quick_sqlite(),
        mock.patch.dict(
            os.environ, TAXI_DATA_DIR=str(folder), DAGSTER_HOME=str(folder / "dagster")
        ),
        open_instance(settings := read_settings()) as instance,
    ):
        for dataset in chosen_datasets(None):
            keys = list(month_check_keys(dataset, settings.warehouses))
            for month in (str(_FIRST.plus(number)) for number in range(months)):
                loaded = dg.AssetMaterialization(keys[0].asset_key, partition=month)
                instance.report_runless_asset_event(loaded)
                for key in keys:
                    instance.report_runless_asset_event(
                        dg.AssetCheckEvaluation(key.asset_key, key.name, True, {}, partition=month)
                    )


def measure(folder: Path, rounds: int) -> tuple[Cost, list[Cost], int]:
    """What summarizing every month takes, then each report as a whole process; the page's bytes."""
    with measured() as first, duckdb_file(folder / "taxi.duckdb").connect() as connection:
        refresh(DuckDBSession(connection), chosen_datasets(None))
    page = folder / "report.html"
    command = [str(_COMMAND), "report", str(page)]
    environment = {"TAXI_DATA_DIR": str(folder), "DAGSTER_HOME": str(folder / "dagster")}
    later = [run_whole(command, environment) for _ in range(rounds)]
    return first, later, page.stat().st_size


def show(
    console: Console, rows: int, months: int, first: Cost, later: list[Cost], page_bytes: int
) -> None:
    """Print all of it, beside the goals."""
    table = Table(title=f"a report over {months} months of both taxis, {rows:,} rows each")
    table.add_column("what")
    for heading in ("seconds", "CPU s", "peak, MB"):
        table.add_column(heading, justify="right")
    for name, cost in (("summarizing all months", first), ("a report, median", median(later))):
        seconds = (f"{cost.wall_seconds:.1f}", f"{cost.cpu_seconds:.1f}")
        table.add_row(name, *seconds, f"{cost.peak_bytes / 1e6:.0f}" if cost.peak_bytes else "–")
    console.print(table)
    goal = f"under {_MAX_SECONDS} s and {_MAX_PAGE_BYTES / 1e6:.0f} MB"
    console.print(f"the page: {page_bytes / 1e6:.1f} MB; goal: {goal}", highlight=False)
    busiest = max(cost.others for cost in later)
    console.print(f"others kept at most {busiest:.2f} cores busy meanwhile", highlight=False)


@click.command(help=__doc__)
@click.option("--rows", default=1_000, show_default=True, help="Rows of each month.")
@click.option("--months", default=60, show_default=True, help="Months of each taxi.")
@click.option("--rounds", default=3, show_default=True, help="How many later reports.")
@click.option("--data-dir", type=Path, default=default_folder, help="Where scratch files go.")
def main(rows: int, months: int, rounds: int, data_dir: Path) -> None:
    """Measure and print."""
    folder = data_dir / "report"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        load(Mirror(data_dir, rows), months, folder)
        record(folder, months)
        measured_costs = measure(folder, rounds)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    show(Console(), rows, months, *measured_costs)


if __name__ == "__main__":
    main()
