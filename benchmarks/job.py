"""The whole job of a month, beside the flows' whole way: `.venv/bin/python -m benchmarks.job`.

From the published file in a folder to the checked table: landing (fetch, verify, hash, store), load
and all checks, in one process, after it has started; and then the audit. The flows' way is their
own: gunzip, COPY, UPDATE and MERGE on the same server, without a look at what came of it; in DuckDB
the same statements. Rounds alternate; medians and ratios of these rounds are shown.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

import click
import psycopg
from rich.console import Console
from rich.table import Table

from benchmarks.job_steps import publish
from benchmarks.measure import Cost, median, run
from benchmarks.synthetic_files import Mirror, default_folder, synthetic_file
from taxi_assets.trips.file import FileFormat
from taxi_assets.trips.month import Month
from taxi_assets.trips.yellow import YELLOW
from taxi_assets_tests.postgres_server import stoppable_server

_STEPS = ("landing", "load", "checks", "audit")
_MONTH = Month(2019, 1)


@click.command()
@click.option("--rows", default=7_667_792, show_default=True)
@click.option("--rounds", default=3, show_default=True)
@click.option("--format", "formats", multiple=True, default=("csv",), show_default=True)
@click.option("--warehouse", "warehouses", multiple=True, default=("duckdb", "postgres"))
@click.option("--flows/--no-flows", default=True, help="Also the flows' way, for CSV.")
@click.option("--data-dir", default=default_folder(), type=click.Path(path_type=Path))
def main(
    rows: int,
    rounds: int,
    formats: tuple[str, ...],
    warehouses: tuple[str, ...],
    flows: bool,
    data_dir: Path,
) -> None:
    """Measure them and print a table with ratios."""
    mirror, scratch = Mirror(data_dir, rows), data_dir / "job"
    mirror.path(synthetic_file(YELLOW, _MONTH))
    for name in formats:
        publish(mirror, FileFormat(name))
    table = Table(
        *("warehouse", "format", "way", *(f"{step} s" for step in _STEPS), "all s", "CPU s"),
        *("flows / it", "client MB", "rows audited a second"),
        title=f"{rows:,} rows, medians of {rounds}",
    )
    with stoppable_server() as server:

        def steps(warehouse: str, format_: str) -> Cost:
            dsn = _database(server.dsn)
            arguments = [warehouse, format_, str(rows), str(data_dir), str(scratch), dsn]
            return run("benchmarks.job_steps", *arguments, scratch=scratch)

        def flows_way(warehouse: str) -> Cost:
            if warehouse == "duckdb":
                database = str(scratch / "flows.duckdb")
                arguments = ["flows_sql", str(rows), str(data_dir), database]
                return run("benchmarks.contenders", *arguments, scratch=scratch)
            arguments = ["flows", str(rows), str(data_dir), str(_MONTH), _database(server.dsn)]
            command = [sys.executable, "-m", "benchmarks.postgres_contenders", *arguments]
            ended = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
            return Cost(**json.loads(ended.stdout.splitlines()[-1]))

        for warehouse in warehouses:
            for format_ in formats:
                ours, theirs = [], []
                for _ in range(rounds):
                    if flows and format_ == "csv":
                        theirs.append(flows_way(warehouse))
                    ours.append(steps(warehouse, format_))
                _add(table, warehouse, format_, median(ours), rows, theirs)
    console = Console(width=200)
    console.print(table)
    console.print(f"{os.cpu_count()} cores, server included")


def _add(
    table: Table, warehouse: str, format_: str, ours: Cost, rows: int, theirs: list[Cost]
) -> None:
    blank = [""] * len(_STEPS)
    ratio = ""
    if theirs:
        way = median(theirs)
        ratio = f"{way.wall_seconds / ours.wall_seconds:.2f}"
        figures = [f"{way.wall_seconds:.2f}", f"{way.cpu_seconds:.2f}", "1"]
        memory = f"{way.peak_bytes / 1e6:,.0f}"
        table.add_row(warehouse, format_, "the flows'", *blank, *figures, memory, "")
    table.add_row(
        warehouse,
        format_,
        "this project",
        *(f"{ours.parts[step]:.2f}" for step in _STEPS),
        f"{ours.wall_seconds:.2f}",
        f"{ours.cpu_seconds:.2f}",
        ratio,
        f"{ours.peak_bytes / 1e6:,.0f}",
        f"{rows / ours.parts['audit']:,.0f}",
    )


def _database(dsn: str) -> str:
    name = f"benchmark_{secrets.token_hex(4)}"
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
    return f"{dsn.rpartition('/')[0]}/{name}"


if __name__ == "__main__":
    main()
