"""What Dagster adds to a month: `.venv/bin/python -m benchmarks.overhead`.

In alternating rounds (`--rounds`), each way in a process of its own, 12 synthetic green months
of `--rows` rows go into an empty lake and DuckDB:

- bare: the functions alone: land the file, replace the month, take the figures of the checks
  and judge them, with the database opened for each as the assets do;
- run: a Dagster run per month in one process, as `taxi-assets load` makes them;
- timed run: the same with clocks around where the time goes. A clock stands still while one
  inside it runs, so that their sum is the whole. The clocks themselves cost little.

The first month of a process is left out: it also imports and sets up. The goal is a difference
between run and bare of less than a second a month. Last, whole commands as a user starts them,
beside the start of Python and the import of Dagster, which all but `--help` need.
"""

from __future__ import annotations

import json
import statistics
import sys
from dataclasses import asdict
from operator import itemgetter
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table

from benchmarks.measure import Cost, median, run, run_whole
from benchmarks.synthetic_files import default_folder

_ROUNDS = 5
_MAX_OVERHEAD_MS = 1000
_WAYS = ("bare", "run", "timed run")
_COMMAND = Path(sys.executable).with_name("taxi-assets")
_LOAD = "load green 2020-01 2020-12"
_PROCESSES = {
    "start of Python": [sys.executable, "-c", ""],
    "import of Dagster": [sys.executable, "-c", "import dagster"],
    "--help": [str(_COMMAND), "--help"],
    _LOAD: [str(_COMMAND), *_LOAD.split()],
    "the same again, unchanged": [str(_COMMAND), *_LOAD.split()],
    "status": [str(_COMMAND), "status"],
    "load of one more month": [str(_COMMAND), "load", "green", "2021-01"],
}
_EMPTIES_SCRATCH = _LOAD


def measure(rows: int, rounds: int, folder: Path) -> dict[str, list[Cost]]:
    """Every cost of each way and of each whole process, round by round."""
    scratch = folder / "scratch"
    environment = {
        "TAXI_SOURCE": "sample",
        "TAXI_SAMPLE_ROWS": str(rows),
        "TAXI_DATA_DIR": str(scratch),
        "DAGSTER_HOME": str(scratch / "dagster"),
    }
    costs: dict[str, list[Cost]] = {name: [] for name in (*_WAYS, *_PROCESSES)}
    for _ in range(rounds):
        for way in _WAYS:
            cost = run("benchmarks.month_ways", way, str(rows), str(scratch), scratch=scratch)
            costs[way].append(cost)
        for name, command in _PROCESSES.items():
            emptied = scratch if name == _EMPTIES_SCRATCH else None
            costs[name].append(run_whole(command, environment, emptied))
    return costs


def show(console: Console, rows: int, costs: dict[str, list[Cost]]) -> None:
    """Print the medians of all rounds."""
    table = Table(title=f"a month of {rows:,} rows, median of months 2 to 12, ms")
    for heading in ("way", "clock", "range of rounds", "CPU"):
        table.add_column(heading, justify="left" if heading == "way" else "right")
    for way in _WAYS:
        parts, each = median(costs[way]).parts, [cost.parts["month"] for cost in costs[way]]
        span = f"{min(each):.0f} to {max(each):.0f}"
        table.add_row(way, f"{parts['month']:.0f}", span, f"{parts['month, CPU']:.0f}")
    console.print(table)
    for key in ("month", "month, CPU"):
        added = [
            dagster.parts[key] - bare.parts[key]
            for dagster, bare in zip(costs["run"], costs["bare"], strict=True)
        ]
        console.print(
            f"overhead a {key}: {statistics.median(added):.0f} ms "
            f"({min(added):.0f} to {max(added):.0f}); goal < {_MAX_OVERHEAD_MS} ms",
            highlight=False,
        )
    _show_shares(console, median(costs["timed run"]).parts)
    table = Table(title="whole processes, seconds")
    for heading in ("process", "clock", "CPU", "peak MB"):
        table.add_column(heading, justify="left" if heading == "process" else "right")
    for name in _PROCESSES:
        cost = median(costs[name])
        seconds = (f"{cost.wall_seconds:.2f}", f"{cost.cpu_seconds:.2f}")
        table.add_row(name, *seconds, f"{cost.peak_bytes / 1e6:.0f}")
    console.print(table)
    busiest = statistics.median(cost.others for each in costs.values() for cost in each)
    console.print(f"others kept {busiest:.2f} cores busy meanwhile (median)", highlight=False)


def _show_shares(console: Console, parts: dict[str, float]) -> None:
    shares = {name: value for name, value in parts.items() if not name.startswith("month")}
    table = Table(title="where a timed run's month goes, mean of months 2 to 12, ms")
    for heading in ("what", "clock", "share"):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    total = sum(shares.values())
    for name, value in sorted(shares.items(), key=itemgetter(1), reverse=True):
        table.add_row(name, f"{value:.0f}", f"{value / total:.0%}")
    console.print(table)


@click.command(help=__doc__)
@click.option("--rows", default=1_000, show_default=True, help="Rows of each month.")
@click.option("--rounds", default=_ROUNDS, show_default=True, help="How often all is done.")
@click.option("--data-dir", type=Path, default=default_folder, help="Where scratch files go.")
@click.option("--json", "as_json", is_flag=True, help="Print every figure as JSON.")
def main(rows: int, rounds: int, data_dir: Path, as_json: bool) -> None:
    """Measure and print."""
    data_dir.mkdir(parents=True, exist_ok=True)
    costs = measure(rows, rounds, data_dir)
    if as_json:
        found = {name: [asdict(cost) for cost in each] for name, each in costs.items()}
        click.echo(json.dumps(found, indent=2))
    else:
        show(Console(), rows, costs)


if __name__ == "__main__":
    main()
