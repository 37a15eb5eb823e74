"""Compares ways to load a month into DuckDB: `.venv/bin/python -m benchmarks.load_duckdb`.

On a synthetic yellow month (`--rows`, once per size), in alternating rounds (`--runs`):

- project: this project's `replace_month`, with the file landed beforehand: ids, audit and
  ledger in one transaction, with the memory that the project gives to DuckDB by default;
- flows_sql: the Kestra flows' statements in DuckDB: read the .csv.gz into a staging table,
  UPDATE it with md5 ids and the filename, MERGE it into the table, drop it. DuckDB may use most
  of the machine's memory;
- pandas_chunks: `pandas.read_csv` in chunks of 100,000 rows with given types, the ids by
  hashlib, each chunk inserted from its DataFrame. Once only above 2 million rows.

All three must end with the same rows, ids and values; each clock runs from opening the
database to having closed it. A ratio is "times the project's time", taken round by round; its
median counts, its range shows how sure it is.

Then where the project's CPU seconds go: the pipeline cut off after each stage, single-threaded,
each stage with all that precede it. And what landing the file took before: fetching it from a
`file://` mirror, verifying, hashing and storing it.
"""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from benchmarks.measure import Cost, median, run
from benchmarks.synthetic_files import default_folder

_SIZES = (1_000_000, 7_667_792)
_ONCE_ABOVE_ROWS = 2_000_000
_CONTENDERS = ("project", "flows_sql", "pandas_chunks")
_STAGES = {
    "unzip": "unzip",
    "split_lines": "find lines and values",
    "parse": "give values their types",
    "typed_rows": "whole numbers, codes, all columns",
    "row_ids": "row ids",
    "insert": "compress and store",
}
# Reading begins anew from the text: what comes before is no part of it.
_FIRST_STAGES = ("unzip", "split_lines")
_GOALS = {"flows_sql": 2.2, "pandas_chunks": 2.5}
_MAX_PEAK_GB = 1.5


@dataclass(frozen=True)
class Comparison:
    """What came out for one size.

    Attributes:
        rows: rows of the file.
        costs: every run of each contender.
        ratios: of each other contender to the project, round by round.
        fingerprints: what each left in its table.
        stages: the pipeline, cut off after each stage; and the landing.
    """

    rows: int
    costs: Mapping[str, list[Cost]]
    ratios: Mapping[str, list[float]]
    fingerprints: Mapping[str, Mapping[str, str]]
    stages: Mapping[str, Cost]

    @property
    def equal(self) -> bool:
        """Whether all contenders left the same rows."""
        return len({tuple(found.values()) for found in self.fingerprints.values()}) == 1


def compare(rows: int, runs: int, folder: Path) -> Comparison:
    """Measure every contender and every stage at one size."""
    costs: dict[str, list[Cost]] = {name: [] for name in _CONTENDERS}
    fingerprints = {}
    for number in range(runs):
        for name in _CONTENDERS:
            if name == "pandas_chunks" and number and rows > _ONCE_ABOVE_ROWS:
                continue
            cost, fingerprints[name] = _contend(name, rows, folder)
            costs[name].append(cost)
    ratios = {
        name: [
            other.wall_seconds / ours.wall_seconds
            for other, ours in zip(costs[name], costs["project"], strict=False)
        ]
        for name in _GOALS
    }
    stages = {name: _stage(name, rows, folder) for name in ("land", *_STAGES)}
    return Comparison(rows, costs, ratios, fingerprints, stages)


def _contend(name: str, rows: int, folder: Path) -> tuple[Cost, Mapping[str, str]]:
    scratch = folder / "scratch"
    arguments = (str(rows), str(folder), str(scratch / "taxi.duckdb"))
    cost = run("benchmarks.contenders", name, *arguments, scratch=scratch)
    return cost, run("benchmarks.contenders", "fingerprint", *arguments).found


def _stage(name: str, rows: int, folder: Path) -> Cost:
    scratch = folder / "scratch"
    arguments = (str(rows), str(folder), str(scratch / "taxi.duckdb"))
    return run("benchmarks.stages", name, *arguments, scratch=scratch)


def show(console: Console, found: Comparison) -> None:
    """Print everything that was found at one size."""
    table = Table(title=f"csv.gz to DuckDB table with row ids, {found.rows:,} rows")
    for heading in ("contender", "seconds", "CPU s", "peak GB", "rows/s", "ratio", "goal"):
        table.add_column(heading, justify="left" if heading == "contender" else "right")
    for name, costs in found.costs.items():
        cost = median(costs)
        peak = f"{cost.peak_bytes / 1e9:.2f}"
        ratios = found.ratios.get(name)
        table.add_row(
            f"{name} ({len(costs)} runs)",
            f"{cost.wall_seconds:.2f}",
            f"{cost.cpu_seconds:.2f}",
            peak,
            f"{found.rows / cost.wall_seconds:,.0f}",
            f"{statistics.median(ratios):.2f} ({min(ratios):.2f}–{max(ratios):.2f})"
            if ratios
            else "1",
            f"≥ {_GOALS[name]}" if name in _GOALS else f"peak ≤ {_MAX_PEAK_GB} GB",
        )
    console.print(table)
    verdict = "[green]equal[/]" if found.equal else "[bold red]DIFFERENT[/]"
    console.print(f"rows, ids and values of all tables: {verdict}")
    for name, fingerprint in found.fingerprints.items():
        console.print(f"  {name}: {fingerprint}", highlight=False)
    parts = median(found.costs["flows_sql"]).parts.items()
    console.print(f"flows_sql: {', '.join(f'{name} {value:.2f} s' for name, value in parts)}")
    _show_stages(console, found)


def _show_stages(console: Console, found: Comparison) -> None:
    table = Table(title=f"the project's stages, one thread, {found.rows:,} rows")
    for heading in ("stage", "CPU s up to it", "CPU s of its own"):
        table.add_column(heading, justify="left" if heading == "stage" else "right")
    before = 0.0
    for name, meaning in _STAGES.items():
        cpu_seconds = found.stages[name].cpu_seconds
        before = 0.0 if name in _FIRST_STAGES else before
        table.add_row(meaning, f"{cpu_seconds:.2f}", f"{cpu_seconds - before:.2f}")
        before = cpu_seconds
    console.print(table)
    land = found.stages["land"]
    rate = found.rows / land.wall_seconds
    console.print(
        f"landing: {land.wall_seconds:.2f} s, {land.cpu_seconds:.2f} CPU s, {rate:,.0f} rows/s"
    )
    busiest = max(cost.others for costs in found.costs.values() for cost in costs)
    console.print(f"others kept at most {busiest:.2f} cores busy during a run")


@click.command(help=__doc__)
@click.option("--rows", multiple=True, type=int, default=_SIZES, help="Rows of the month.")
@click.option("--runs", default=3, show_default=True, help="Rounds of all contenders.")
@click.option("--data-dir", type=Path, default=default_folder, help="Where the files are kept.")
@click.option("--json", "as_json", is_flag=True, help="Print every figure as JSON.")
def main(rows: tuple[int, ...], runs: int, data_dir: Path, as_json: bool) -> None:
    """Measure, print, and fail if the contenders' tables differ."""
    data_dir.mkdir(parents=True, exist_ok=True)
    found = [compare(size, runs, data_dir) for size in rows]
    if as_json:
        click.echo(json.dumps([asdict(comparison) for comparison in found], indent=2))
    else:
        for comparison in found:
            show(Console(), comparison)
    if not all(comparison.equal for comparison in found):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
