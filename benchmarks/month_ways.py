"""Twelve small months, with Dagster and without, in one process: `overhead` starts it.

Run as ``python -m benchmarks.month_ways WAY ROWS FOLDER``.
"""

from __future__ import annotations

import os
import statistics
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from dagster._core.execution import execute_in_process
from dagster._core.storage.event_log import SqliteEventLogStorage
from dagster._core.storage.runs import SqliteRunStorage

import taxi_assets.lake.fetching
import taxi_assets.warehouse.duckdb.warehouse
from benchmarks.clocks import Clocks
from benchmarks.measure import Cost, measured, report
from taxi_assets.automation.instance import open_instance
from taxi_assets.automation.month_outcomes import State
from taxi_assets.automation.month_runs import load_month
from taxi_assets.definitions import build_definitions
from taxi_assets.lake.folder import FolderLake
from taxi_assets.lake.landing import Landing, inspection_of, lake_name, land
from taxi_assets.rows.reading import OpenMonth
from taxi_assets.settings import Settings, read_settings
from taxi_assets.source.catalog import Catalog
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.check_assets import expectations
from taxi_assets.warehouse.check_list import checks_of
from taxi_assets.warehouse.duckdb.connection import DuckDBFile
from taxi_assets.warehouse.duckdb.replace_month import replace_month
from taxi_assets.warehouse.duckdb.warehouse import warehouse_of

_MONTHS = [Month(2020, 1).plus(number) for number in range(12)]

_Load = Callable[[Month], None]


@contextmanager
def bare(settings: Settings) -> Iterator[_Load]:
    """The functions alone."""
    catalog, lake = Catalog(settings), FolderLake(settings.lake_folder)
    warehouse = warehouse_of(settings)

    def load(month: Month) -> None:
        file = catalog.file(GREEN, month)
        url = catalog.url(file)
        landing = land(
            lake,
            lake_name(file),
            url,
            catalog.transport(url),
            lambda: inspection_of(file, settings.max_jagged_rows),
            lambda *_: None,
        )
        assert isinstance(landing, Landing)
        with warehouse.session() as session, lake.local_copy(landing.file) as copy:
            replace_month(session, OpenMonth(file, landing.file, copy))
        figures = warehouse.measure(file)
        expected = expectations(file, figures, settings, lake)
        blocking = [check for check in checks_of(GREEN) if check.blocks]
        assert all(check.judge(figures, expected).passed for check in blocking)

    yield load


@contextmanager
def dagster_run(settings: Settings) -> Iterator[_Load]:
    """A run per month."""
    definitions = build_definitions(settings)
    with open_instance(settings) as instance:

        def load(month: Month) -> None:
            outcome = load_month(definitions, instance, GREEN, month)
            assert outcome.state is State.LOADED, outcome

        yield load


def set_clocks() -> Clocks:
    """Clocks around what a run spends its time with."""
    clocks = Clocks("Dagster's own Python: plan, steps, events, snapshots")
    lake, duckdb = taxi_assets.lake.fetching, taxi_assets.warehouse.duckdb.warehouse
    clocks.time_function(lake, "land", "land: make, verify, store the file")
    clocks.time_function(duckdb, "replace_month", "replace_month")
    clocks.time_function(duckdb, "measure_month", "figures of the checks")
    clocks.time_function(duckdb, "refresh_external_view", "external view")
    clocks.time_context(DuckDBFile, "connect", "open and close DuckDB", body=False)
    clocks.time_function(
        SqliteEventLogStorage, "_initdb", "Dagster's events: make the run's SQLite file"
    )
    clocks.time_context(
        SqliteEventLogStorage, "_connect", "Dagster's events: SQLite, per event", body=True
    )
    clocks.time_context(SqliteRunStorage, "connect", "Dagster's runs: SQLite", body=True)
    clocks.time_function(execute_in_process, "create_execution_plan", "Dagster: execution plan")
    return clocks


def main() -> None:
    """Load the months and report what each took."""
    way, rows, folder = sys.argv[1:]
    os.environ.update(
        TAXI_SOURCE="sample",
        TAXI_SAMPLE_ROWS=rows,
        TAXI_DATA_DIR=folder,
        DAGSTER_HOME=str(Path(folder) / "dagster"),
    )
    clocks = set_clocks() if way == "timed run" else None
    contender = bare if way == "bare" else dagster_run
    each: list[Cost] = []
    with measured() as total, contender(read_settings()) as load:
        for month in _MONTHS:
            if clocks and month is _MONTHS[1]:
                clocks.reset()
            with measured() as cost:
                load(month)
            each.append(cost)
        seconds = clocks.stop() if clocks else {}
    later = each[1:]
    total.parts = {
        "month": statistics.median(cost.wall_seconds for cost in later) * 1000,
        "month, CPU": statistics.median(cost.cpu_seconds for cost in later) * 1000,
        **{name: value / len(later) * 1000 for name, value in seconds.items()},
    }
    report(total)


if __name__ == "__main__":
    main()
