"""Compares ways to bring a month into Postgres: `python -m benchmarks.postgres`.

Every contender loads the same synthetic yellow months into a database of its own, in a process
of its own, turn by turn on one server. The server has Postgres's defaults, durability included.

- ``--rows``: rows of a month; 7667792 is yellow 2019-01's size;
- ``--rounds``: how often; medians are shown;
- ``--months``: months that the table holds already when the measured one comes, such as
  ``0,1,3,6,12``; the flows' way slows down as they add up;
- ``--slow``: also pandas' `to_sql`, once, into an empty table.

The goals: 3.5 times faster than the flows' way into an empty table at a million rows, 40 times
faster than pandas, a fifth of the flows' WAL, no temporary file, less than 512 MB in the client.
"""

from __future__ import annotations

import json
import os
import secrets
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import click
import psycopg
from rich.console import Console
from rich.table import Table

from benchmarks.postgres_contenders import Cost
from benchmarks.synthetic_files import Mirror, default_folder, synthetic_file
from taxi_assets.trips.month import Month
from taxi_assets.trips.yellow import YELLOW
from taxi_assets_tests.postgres_server import postgres_server

_FIRST = Month(2019, 1)
_MB = 1_000_000


@dataclass(frozen=True)
class Sample:
    """One load: what it cost the client, and what the server wrote."""

    cost: Cost
    wal_bytes: int
    temporary_bytes: int


def measure(server: str, mirror: Mirror, name: str, months_there: int) -> Sample:
    """Load a month by that contender into a table that holds so many others already."""
    with _database(server) as dsn:
        for number in range(months_there):
            _load(mirror, name, number, dsn)
        wal, temporary = _written(dsn)
        cost = _load(mirror, name, months_there, dsn)
        wal_after, temporary_after = _written(dsn)
    return Sample(cost, wal_after - wal, temporary_after - temporary)


def _load(mirror: Mirror, name: str, number: int, dsn: str) -> Cost:
    month = str(_FIRST.plus(number))
    folder = str(mirror.folder)
    os.sync()  # What the last one left to be written must not slow this one down.
    module = "benchmarks.postgres_contenders"
    ended = subprocess.run(
        [sys.executable, "-m", module, name, str(mirror.rows), folder, month, dsn],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return Cost(**json.loads(ended.stdout.splitlines()[-1]))


@contextmanager
def _database(server: str) -> Iterator[str]:
    name = f"benchmark_{secrets.token_hex(4)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}".encode())
        yield server.rpartition("/")[0] + f"/{name}"
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())
        connection.execute(b"CHECKPOINT")


def _written(dsn: str) -> tuple[int, int]:
    with psycopg.connect(dsn) as connection:
        connection.execute(b"SELECT pg_stat_force_next_flush()")
        row = connection.execute(
            b"SELECT pg_current_wal_insert_lsn() - '0/0', temp_bytes FROM pg_stat_database "
            b"WHERE datname = current_database()"
        ).fetchone()
    assert row is not None
    return int(row[0]), int(row[1])


@contextmanager
def _durable_server() -> Iterator[str]:
    """The tests' server, which as they need it would lose data when the machine stops."""
    with postgres_server() as dsn, psycopg.connect(dsn, autocommit=True) as connection:
        for name in ("fsync", "full_page_writes", "synchronous_commit"):
            connection.execute(f"ALTER SYSTEM SET {name} = on".encode())
        connection.execute(b"SELECT pg_reload_conf()")
        yield dsn


@click.command()
@click.option("--rows", default=1_000_000, show_default=True)
@click.option("--rounds", default=5, show_default=True)
@click.option("--months", default="0", show_default=True, help="Such as 0,1,3,6,12.")
@click.option("--slow", is_flag=True, help="Also pandas, once.")
@click.option("--folder", default=default_folder(), type=click.Path(path_type=Path))
def main(rows: int, rounds: int, months: str, slow: bool, folder: Path) -> None:
    """Measure them and print a table with ratios."""
    console = Console()
    mirror = Mirror(folder, rows)
    counts = [int(count) for count in months.split(",")]
    for number in range(max(counts) + 1):
        mirror.path(synthetic_file(YELLOW, _FIRST.plus(number)))
    table = Table(
        *("months there", "way", "s", "flows / it", "client CPU s", "client MB", "WAL MB"),
        "temporary MB",
        title=f"{rows:,} rows, medians of {rounds}",
    )
    loads = [os.getloadavg()[0]]
    with _durable_server() as server:
        for count in counts:
            names = ["flows", "project", *(["bound"] if count == 0 else [])]
            samples: dict[str, list[Sample]] = {name: [] for name in names}
            for _ in range(rounds):
                for name in names:
                    samples[name].append(measure(server, mirror, name, count))
                    loads.append(os.getloadavg()[0])
            if slow and count == 0:
                samples["pandas"] = [measure(server, mirror, "pandas", 0)]
            for name, found in samples.items():
                table.add_row(str(count), name, *_figures(found, samples["flows"]))
    console.print(table)
    console.print(
        f"{os.cpu_count()} cores, server included; load of the machine {min(loads):.1f} to "
        f"{max(loads):.1f}"
    )


def _figures(samples: list[Sample], flows: list[Sample]) -> list[str]:
    seconds = statistics.median(sample.cost.wall_seconds for sample in samples)
    theirs = statistics.median(sample.cost.wall_seconds for sample in flows)
    return [
        f"{seconds:.2f}",
        f"{theirs / seconds:.2f}",
        f"{statistics.median(sample.cost.cpu_seconds for sample in samples):.2f}",
        f"{max(sample.cost.peak_bytes for sample in samples) / _MB:,.0f}",
        f"{statistics.median(sample.wal_bytes for sample in samples) / _MB:,.0f}",
        f"{statistics.median(sample.temporary_bytes for sample in samples) / _MB:,.0f}",
    ]


if __name__ == "__main__":
    main()
