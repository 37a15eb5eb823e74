"""Compares ways to bring a month into Postgres: `python -m benchmarks.postgres`.

Every contender loads the same synthetic yellow months into a database of its own, in a process
of its own, turn by turn on one server. The server has Postgres's defaults, durability included.

- ``--rows``: rows of a month; 7667792 is yellow 2019-01's size;
- ``--rounds``: how often; medians are shown;
- ``--months``: months that the table holds already when the measured one comes, such as
  ``0,1,3,6,12``; the flows' way slows down as they add up. They are loaded once, and the database
  that holds them is copied for every round;
- ``--slow``: also pandas' `to_sql`, by the tutorial's driver and by a newer one, and dlt with
  `replace` where it is installed (``pip install "dlt[postgres]"``: it is no dependency). Once each,
  into an empty table.

The goals: 3.5 times faster than the flows' way into an empty table at a million rows, 40 times
faster than pandas, a fifth of the flows' WAL, no temporary file, less than 512 MB in the client.
"""

from __future__ import annotations

import importlib.util
import json
import os
import secrets
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import click
import psutil
import psycopg
from rich.console import Console
from rich.table import Table

from benchmarks.postgres_contenders import Cost
from benchmarks.synthetic_files import Mirror, default_folder, synthetic_file
from taxi_assets.trips.month import Month
from taxi_assets.trips.yellow import YELLOW
from taxi_assets_tests.postgres_server import stoppable_server

_FIRST = Month(2019, 1)
_MB = 1_000_000
_CONTENDERS = "benchmarks.postgres_contenders"


@dataclass(frozen=True)
class Sample:
    """One load: what it cost the client and the server, and what the server wrote."""

    cost: Cost
    server_cpu_seconds: float
    wal_bytes: int
    temporary_bytes: int


@dataclass(frozen=True)
class Bench:
    """A server, the files to load there, and databases that hold some months already.

    Attributes:
        dsn: of its database ``postgres``, which does not change.
        process: that all its backends are children of.
    """

    dsn: str
    process: psutil.Process
    mirror: Mirror
    held: dict[str, int] = field(default_factory=dict)

    def measure(self, name: str, months_there: int) -> Sample:
        """Load a month by that contender into a table that holds so many others already."""
        template = self._holding(name, months_there)
        database = f"benchmark_{secrets.token_hex(4)}"
        self._execute(f"CREATE DATABASE {database} TEMPLATE {template} STRATEGY file_copy")
        wal, temporary = self._written(database)
        before = self._cpu_seconds()
        cost = self._load(name, months_there, database)
        cpu = self._cpu_seconds() - before
        wal_after, temporary_after = self._written(database)
        self._execute(f"DROP DATABASE {database} WITH (FORCE)")
        return Sample(cost, cpu, wal_after - wal, temporary_after - temporary)

    def _holding(self, name: str, months: int) -> str:
        if months == 0:
            return "template1"
        database = f"months_of_{name}"
        if name not in self.held:
            self._execute(f"CREATE DATABASE {database}")
        for number in range(self.held.get(name, 0), months):
            self._load(name, number, database)
        self.held[name] = months
        return database

    def _load(self, name: str, number: int, database: str) -> Cost:
        self._execute("CHECKPOINT")
        os.sync()  # What the last one left to be written must not slow this one down.
        month = str(_FIRST.plus(number))
        arguments = [name, str(self.mirror.rows), str(self.mirror.folder), month]
        ended = subprocess.run(
            [sys.executable, "-m", _CONTENDERS, *arguments, self._dsn(database)],
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return Cost(**json.loads(ended.stdout.splitlines()[-1]))

    def _dsn(self, database: str) -> str:
        return self.dsn.rpartition("/")[0] + f"/{database}"

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(statement.encode())

    def _cpu_seconds(self) -> float:
        """Of the server and of all its children, ended ones and those that go on."""
        times = self.process.cpu_times()
        seconds = times.user + times.system + times.children_user + times.children_system
        for child in self.process.children():
            with suppress(psutil.NoSuchProcess):
                own = child.cpu_times()
                seconds += own.user + own.system
        return float(seconds)

    def _written(self, database: str) -> tuple[int, int]:
        with psycopg.connect(self._dsn(database)) as connection:
            connection.execute(b"SELECT pg_stat_force_next_flush()")
            row = connection.execute(
                b"SELECT pg_current_wal_insert_lsn() - '0/0', temp_bytes FROM pg_stat_database "
                b"WHERE datname = current_database()"
            ).fetchone()
        assert row is not None
        return int(row[0]), int(row[1])


@contextmanager
def _bench(mirror: Mirror) -> Iterator[Bench]:
    """On the tests' server, which as they need it would lose data when the machine stops."""
    with stoppable_server() as server:
        with psycopg.connect(server.dsn, autocommit=True) as connection:
            for name in ("fsync", "full_page_writes", "synchronous_commit"):
                connection.execute(f"ALTER SYSTEM SET {name} = on".encode())
            connection.execute(b"SELECT pg_reload_conf()")
            backend = connection.info.backend_pid
            process = psutil.Process(backend).parent()
        assert process is not None
        yield Bench(server.dsn, process, mirror)


@click.command()
@click.option("--rows", default=1_000_000, show_default=True)
@click.option("--rounds", default=5, show_default=True)
@click.option("--months", default="0", show_default=True, help="Such as 0,1,3,6,12.")
@click.option("--slow", is_flag=True, help="Also pandas and dlt, once.")
@click.option("--folder", default=default_folder(), type=click.Path(path_type=Path))
def main(rows: int, rounds: int, months: str, slow: bool, folder: Path) -> None:
    """Measure them and print a table with ratios."""
    console = Console()
    mirror = Mirror(folder, rows)
    counts = [int(count) for count in months.split(",")]
    for number in range(max(counts) + 1):
        mirror.path(synthetic_file(YELLOW, _FIRST.plus(number)))
    table = Table(
        *("months there", "way", "s", "flows / it", "client CPU s", "server CPU s", "client MB"),
        *("WAL MB", "temporary MB"),
        title=f"{rows:,} rows, medians of {rounds}",
    )
    loads = [os.getloadavg()[0]]
    with _bench(mirror) as bench:
        for count in counts:
            names = ["flows", "project", *(["bound"] if count == 0 else [])]
            samples: dict[str, list[Sample]] = {name: [] for name in names}
            for _ in range(rounds):
                for name in names:
                    samples[name].append(bench.measure(name, count))
                    loads.append(os.getloadavg()[0])
            if slow and count == 0:
                dlt = ["dlt"] if importlib.util.find_spec("dlt") else []
                pandas = ["pandas, psycopg2", "pandas, psycopg 3"]
                samples |= {name: [bench.measure(name, 0)] for name in (*pandas, *dlt)}
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
        f"{statistics.median(sample.server_cpu_seconds for sample in samples):.2f}",
        f"{max(sample.cost.peak_bytes for sample in samples) / _MB:,.0f}",
        f"{statistics.median(sample.wal_bytes for sample in samples) / _MB:,.0f}",
        f"{statistics.median(sample.temporary_bytes for sample in samples) / _MB:,.0f}",
    ]


if __name__ == "__main__":
    main()
