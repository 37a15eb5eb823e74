"""The whole job of a month, beside the flows' whole way: `.venv/bin/python -m benchmarks.job`.

From the published file in a folder to the checked table: landing (fetch, verify, hash, store), load
and all checks, in one process, after it has started; and then the audit. The flows' way is their
own: gunzip, COPY, UPDATE and MERGE on the same server, without a look at what came of it; in DuckDB
the same statements. Rounds alternate; medians and ratios of these rounds are shown.

``--taxi fhvhv`` shows what the largest months take: Parquet files of 1, 8 and 24 million rows.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from benchmarks.job_steps import new_database, publish
from benchmarks.measure import Cost, median, run
from benchmarks.synthetic_files import Mirror, default_folder, synthetic_file
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.file import FileFormat
from taxi_assets.trips.month import Month
from taxi_assets.trips.yellow import YELLOW
from taxi_assets_tests.postgres_server import stoppable_server

_STEPS = ("landing", "load", "checks", "audit")
_MONTH = Month(2019, 1)
_LARGE = (1_000_000, 8_000_000, 24_000_000)


@click.command()
@click.option("--taxi", type=click.Choice([*DATASETS]), default="yellow", show_default=True)
@click.option("--rows", "sizes", multiple=True, type=int, help="May be given several times.")
@click.option("--rounds", default=3, show_default=True)
@click.option("--format", "formats", multiple=True, help="csv, or parquet where there is none.")
@click.option("--warehouse", "warehouses", multiple=True, default=("duckdb", "postgres"))
@click.option("--flows/--no-flows", default=True, help="Also the flows' way, for CSV.")
@click.option("--data-dir", default=default_folder(), type=click.Path(path_type=Path))
def main(
    taxi: str,
    sizes: tuple[int, ...],
    rounds: int,
    formats: tuple[str, ...],
    warehouses: tuple[str, ...],
    flows: bool,
    data_dir: Path,
) -> None:
    """Measure them and print a table with ratios."""
    dataset, scratch = DATASETS[taxi], data_dir / "job"
    has_csv = dataset.csv_releases is not None
    formats = formats or (("csv",) if has_csv else ("parquet",))
    table = Table(
        *("warehouse", "format", "rows", "way", *(f"{step} s" for step in _STEPS), "all s"),
        *("CPU s", "flows / it", "client MB", "with audit", "rows audited a second"),
        title=f"{taxi}, medians of {rounds}",
    )
    with stoppable_server() as server:
        for rows in sizes or ((7_667_792,) if has_csv else _LARGE):
            mirror = Mirror(data_dir, rows)
            for name in formats:
                publish(mirror, dataset, FileFormat(name))
            for warehouse in warehouses:
                for format_ in formats:
                    job = _Job(dataset, warehouse, format_, rows, data_dir, scratch, server.dsn)
                    ours, theirs = [], []
                    for _ in range(rounds):
                        if flows and format_ == "csv" and dataset is YELLOW:
                            mirror.path(synthetic_file(dataset, _MONTH))
                            theirs.append(job.flows_way())
                        ours.append(job.steps())
                    _add(table, job, median(ours), theirs)
    console = Console(width=200)
    console.print(table)
    console.print(f"{os.cpu_count()} cores, server included")


@dataclass(frozen=True)
class _Job:
    """A month of so many rows, and where it goes."""

    dataset: Dataset
    warehouse: str
    format: str
    rows: int
    folder: Path
    scratch: Path
    server_dsn: str

    def steps(self) -> Cost:
        """The whole job as this project does it."""
        arguments = [self.warehouse, self.dataset.taxi, self.format, str(self.rows)]
        arguments += [str(self.folder), str(self.scratch), self.server_dsn]
        return run("benchmarks.job_steps", *arguments, scratch=self.scratch)

    def flows_way(self) -> Cost:
        """The flows' statements."""
        if self.warehouse == "duckdb":
            arguments = ["flows_sql", str(self.rows), str(self.folder)]
            database = str(self.scratch / "flows.duckdb")
            return run("benchmarks.contenders", *arguments, database, scratch=self.scratch)
        with new_database(self.server_dsn) as dsn:
            arguments = ["flows", str(self.rows), str(self.folder), str(_MONTH), dsn]
            command = [sys.executable, "-m", "benchmarks.postgres_contenders", *arguments]
            ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            return Cost(**json.loads(ended.stdout.splitlines()[-1]))


def _add(table: Table, job: _Job, ours: Cost, theirs: list[Cost]) -> None:
    place = (job.warehouse, job.format, f"{job.rows:,}")
    ratio = ""
    if theirs:
        way = median(theirs)
        ratio = f"{way.wall_seconds / ours.wall_seconds:.2f}"
        figures = [f"{way.wall_seconds:.2f}", f"{way.cpu_seconds:.2f}", "1"]
        memory = f"{way.peak_bytes / 1e6:,.0f}"
        table.add_row(*place, "the flows'", *("" for _ in _STEPS), *figures, memory, "", "")
    table.add_row(
        *place,
        "this project",
        *(f"{ours.parts[step]:.2f}" for step in _STEPS),
        f"{ours.wall_seconds:.2f}",
        f"{ours.cpu_seconds:.2f}",
        ratio,
        f"{ours.parts['peak_bytes'] / 1e6:,.0f}",
        f"{ours.peak_bytes / 1e6:,.0f}",
        f"{job.rows / ours.parts['audit']:,.0f}",
    )


if __name__ == "__main__":
    main()
