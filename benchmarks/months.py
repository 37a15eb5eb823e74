"""Shows that a month costs the same however many are there: `python -m benchmarks.months`.

Each round (`--rounds`), in a process of its own, loads 12 synthetic yellow months of `--rows`
rows into one table that starts empty: one `replace_month` each, the files having landed
beforehand, and after each the figures that the checks judge. Then it replaces a month in the
middle of the 12 three times over, and, in another database, the same month where it is alone.

A clock runs from opening the database to having closed it. What counts is the ratio of the
median of months 10 to 12 over that of months 1 to 3, taken round by round: it is to lie within
15 % of 1. CPU seconds are the surer figure where others use the machine.
"""

from __future__ import annotations

import json
import statistics
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from benchmarks.contenders import duckdb_file, load_month
from benchmarks.measure import Cost, measured, median, report, run
from benchmarks.synthetic_files import Mirror, default_folder, synthetic_file
from taxi_assets.trips.file import TripFile
from taxi_assets.trips.month import Month
from taxi_assets.trips.yellow import YELLOW
from taxi_assets.warehouse.duckdb.count_ids import count_ids
from taxi_assets.warehouse.duckdb.session import DuckDBSession
from taxi_assets.warehouse.measuring import measure_month

_MONTHS = 12
_FILES = [synthetic_file(YELLOW, Month(2019, 1).plus(number)) for number in range(_MONTHS)]
_MIDDLE = _FILES[5]
_REPEATS = 3
_WINDOW = 3
_MAX_GROWTH = 0.15
_UNITS = ("s", "CPU s", "checks s", "MB")


def measure_round(mirror: Mirror, folder: Path) -> Cost:
    """Load the months one after the other; what each took is a part of what is returned."""
    total = Cost()

    def take(name: str, file: TripFile, database: Path, force: bool = False) -> None:
        cost = load_month(mirror, file, database, force)
        with measured() as checks, duckdb_file(database).connect() as connection:
            session = DuckDBSession(connection)
            measure_month(session, file, partial(count_ids, session, file))
        figures = (cost.wall_seconds, cost.cpu_seconds, checks.wall_seconds, _megabytes(database))
        total.parts |= {f"{name} {unit}": x for unit, x in zip(_UNITS, figures, strict=True)}

    # The first load of a process also pays for what is imported on the way.
    take("warm-up", _FILES[0], folder / "warm-up.duckdb")
    for number, file in enumerate(_FILES, 1):
        take(f"month {number}", file, folder / "twelve.duckdb")
    take("alone", _MIDDLE, folder / "alone.duckdb")
    for number in range(1, _REPEATS + 1):
        take(f"replaced {number}, of 12", _MIDDLE, folder / "twelve.duckdb", force=True)
        take(f"replaced {number}, alone", _MIDDLE, folder / "alone.duckdb", force=True)
    return total


def growth(costs: Sequence[Cost], unit: str) -> list[float]:
    """How the last months compare with the first, round by round."""

    def typical(cost: Cost, first: int) -> float:
        months = range(first, first + _WINDOW)
        return statistics.median(cost.parts[f"month {number} {unit}"] for number in months)

    return [typical(cost, _MONTHS - _WINDOW + 1) / typical(cost, 1) for cost in costs]


def replacing(costs: Sequence[Cost], unit: str) -> list[float]:
    """How replacing a month among 12 compares with replacing it alone, round by round."""

    def typical(cost: Cost, where: str) -> float:
        numbers = range(1, _REPEATS + 1)
        return statistics.median(cost.parts[f"replaced {n}, {where} {unit}"] for n in numbers)

    return [typical(cost, "of 12") / typical(cost, "alone") for cost in costs]


def show(console: Console, rows: int, costs: Sequence[Cost]) -> None:
    """Print the medians of all rounds, and the ratios."""
    parts = median(costs).parts
    table = Table(title=f"12 months of {rows:,} rows, medians of {len(costs)} rounds")
    table.add_column("load")
    for heading in ("seconds", "CPU s", "figures of checks, s", "file, MB"):
        table.add_column(heading, justify="right")
    for name in (key.removesuffix(" MB") for key in parts if key.endswith(" MB")):
        table.add_row(
            name,
            *(f"{parts[f'{name} {unit}']:.3f}" for unit in _UNITS[:-1]),
            f"{parts[f'{name} MB']:.1f}",
        )
    console.print(table)
    comparisons: tuple[tuple[str, Callable[[Sequence[Cost], str], list[float]]], ...] = (
        ("months 10-12 over months 1-3", growth),
        ("replacing a month among 12 over replacing it alone", replacing),
    )
    for name, compare in comparisons:
        for unit in _UNITS[:-1]:
            ratios = compare(costs, unit)
            console.print(
                f"{name}, {unit}: {statistics.median(ratios):.2f} "
                f"({min(ratios):.2f} to {max(ratios):.2f})",
                highlight=False,
            )
    low, high = 1 - _MAX_GROWTH, 1 + _MAX_GROWTH
    console.print(f"goal for the loads: {low:.2f} to {high:.2f}", highlight=False)


def _megabytes(path: Path) -> float:
    return path.stat().st_size / 1e6


@click.command(help=__doc__)
@click.option("--rows", default=300_000, show_default=True, help="Rows of each month.")
@click.option("--rounds", default=5, show_default=True, help="How often all of it is done.")
@click.option("--data-dir", type=Path, default=default_folder, help="Where the files are kept.")
@click.option("--json", "as_json", is_flag=True, help="Print every figure as JSON.")
def main(rows: int, rounds: int, data_dir: Path, as_json: bool) -> None:
    """Measure and print."""
    data_dir.mkdir(parents=True, exist_ok=True)
    scratch = data_dir / "scratch"
    arguments = ("--round", str(rows), str(data_dir), str(scratch))
    costs = [run("benchmarks.months", *arguments, scratch=scratch) for _ in range(rounds)]
    if as_json:
        click.echo(json.dumps([asdict(cost) for cost in costs], indent=2))
    else:
        show(Console(), rows, costs)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--round"]:
        report(measure_round(Mirror(Path(sys.argv[3]), int(sys.argv[2])), Path(sys.argv[4])))
    else:
        main()
