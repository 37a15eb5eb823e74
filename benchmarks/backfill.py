"""How long a backfill of tiny months takes: `.venv/bin/python -m benchmarks.backfill`.

The daemon loads the months of both taxis into DuckDB, in three set-ups, turn by turn:

- project: `taxi-assets dev` as it is shipped;
- server: code server and daemon as Compose has them, without the UI;
- naive: the same assets with Dagster's defaults: its queue, its launcher, a process a step.

The months are synthetic and tiny (`--rows`), so that what is measured is Dagster's own work. The
clock runs from the request to the end of the last run. The goal is 31 months of both taxis, as many
as Kestra's flows had, in at most 70 s on two cores.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

import click
import dagster as dg
import psutil
from rich.console import Console
from rich.table import Table

from taxi_assets.automation.dagster_internals import all_daemons_live
from taxi_assets.trips.datasets import chosen_datasets
from taxi_assets.trips.month import Month
from taxi_assets_tests.command_line import wait_for
from taxi_assets_tests.server_processes import server_processes
from taxi_assets_tests.ui import DevServer, command, dev_server

_FIRST = Month(2019, 1)
_TAXIS = [dataset.taxi for dataset in chosen_datasets(None)]
_NAIVE = "benchmarks.naive_location"
_DEADLINE_SECONDS = 3600
_PROGRAMS = Path(sys.executable).parent
_PROJECT = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Sample:
    """A backfill: seconds on the clock, of CPU, from a run's process to its end, and to start."""

    seconds: float
    cpu_seconds: float
    run_seconds: float
    start_seconds: float
    failed: int


def measure(way: str, months: int, rows: int) -> Sample:
    """Backfill so many months of each taxi in an empty set-up."""
    last = _FIRST.plus(months - 1)
    with tempfile.TemporaryDirectory(prefix="backfill_", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        with _SETUPS[way](folder, rows) as (environment, request):
            cpu = _cpu_seconds()
            started = time.perf_counter()
            for taxi in _TAXIS:
                subprocess.run(
                    [*request, *_months(way, taxi, str(_FIRST), str(last))],
                    env=environment,
                    cwd=_PROJECT,
                    check=True,
                    stdout=subprocess.DEVNULL,
                )
            records = _wait(folder / "dagster", months * len(_TAXIS))
            seconds = time.perf_counter() - started
            cpu = _cpu_seconds() - cpu
    return Sample(
        seconds,
        cpu,
        statistics.median(
            r.end_time - r.start_time for r in records if r.start_time and r.end_time
        ),
        statistics.median(
            r.start_time - r.create_timestamp.timestamp() for r in records if r.start_time
        ),
        sum(r.dagster_run.status is not dg.DagsterRunStatus.SUCCESS for r in records),
    )


Setup = tuple[dict[str, str], list[str]]


@contextmanager
def _project(folder: Path, rows: int) -> Iterator[Setup]:
    with dev_server(folder, rows) as server:
        yield server.environment, [command(), "backfill"]


@contextmanager
def _server(folder: Path, rows: int) -> Iterator[Setup]:
    settings = {"TAXI_SOURCE": "sample", "TAXI_SAMPLE_ROWS": str(rows)}
    with server_processes(folder, settings) as services:
        environment = dict(services.environment)
        with mock.patch.dict(os.environ, environment), dg.DagsterInstance.get() as instance:
            services.start("code")
            services.wait_for_code()
            services.start("daemon")
            wait_for(lambda: all_daemons_live(instance), "the daemon")
        yield environment, [command(), "backfill"]


@contextmanager
def _naive(folder: Path, rows: int) -> Iterator[Setup]:
    home = folder / "dagster"
    home.mkdir()
    (home / "dagster.yaml").write_text("telemetry: {enabled: false}\n", encoding="utf-8")
    environment = DevServer(folder, rows).environment | {"DAGSTER_HOME": str(home)}
    with mock.patch.dict(os.environ, DAGSTER_HOME=str(home)), dg.DagsterInstance.get():
        pass  # Its databases are made by one process: daemon and command would collide over them.
    daemon = subprocess.Popen(
        [_PROGRAMS / "dagster-daemon", "run", "-m", _NAIVE],
        env=environment,
        cwd=_PROJECT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        yield (
            environment,
            [str(_PROGRAMS / "dagster"), "job", "backfill", "--noprompt", "-m", _NAIVE],
        )
    finally:
        daemon.terminate()
        daemon.wait()


_SETUPS = {"project": _project, "server": _server, "naive": _naive}


def _months(way: str, taxi: str, first: str, last: str) -> list[str]:
    if way != "naive":
        return [taxi, first, last]
    return ["-j", f"load_{taxi}", "--from", first, "--to", last]


def _wait(home: Path, expected: int) -> list[dg.RunRecord]:
    """The runs, once so many have ended."""
    end = time.monotonic() + _DEADLINE_SECONDS
    with mock.patch.dict(os.environ, DAGSTER_HOME=str(home)), dg.DagsterInstance.get() as instance:
        while time.monotonic() < end:
            records = list(instance.get_run_records())
            if len(records) >= expected and all(r.dagster_run.is_finished for r in records):
                return records
            time.sleep(0.5)
    raise TimeoutError(f"{expected} runs did not end within {_DEADLINE_SECONDS} s")


def _cpu_seconds() -> float:
    """Of the whole machine: of what has begun and ended meanwhile, too."""
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system)


@click.command()
@click.option("--months", default=31, show_default=True, help="Of each taxi.")
@click.option("--rows", default=100, show_default=True, help="Of each month.")
@click.option("--rounds", default=1, show_default=True)
@click.option("--way", "ways", multiple=True, type=click.Choice(list(_SETUPS)))
def main(months: int, rows: int, rounds: int, ways: tuple[str, ...]) -> None:
    """Measure them and print a table with ratios."""
    console = Console()
    samples: dict[str, list[Sample]] = {way: [] for way in ways or _SETUPS}
    for _ in range(rounds):
        for way, found in samples.items():
            found.append(measure(way, months, rows))
    runs = months * len(_TAXIS)
    table = Table(
        *("set-up", "s", "s a month", "CPU s a month", "a run's s", "s until it starts", "failed"),
        title=f"{months} months of {len(_TAXIS)} taxis, {rows} rows each",
    )
    for way, found in samples.items():
        table.add_row(
            way,
            f"{statistics.median(s.seconds for s in found):.1f}",
            f"{statistics.median(s.seconds for s in found) / runs:.2f}",
            f"{statistics.median(s.cpu_seconds for s in found) / runs:.2f}",
            f"{statistics.median(s.run_seconds for s in found):.2f}",
            f"{statistics.median(s.start_seconds for s in found):.1f}",
            str(sum(s.failed for s in found)),
        )
    console.print(table)
    console.print(f"{os.cpu_count()} cores; load of the machine now {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
