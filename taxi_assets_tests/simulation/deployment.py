"""The deployment: its daemons tick when they are told to."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

import dagster as dg
import duckdb
import yaml
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import InProcessWorkspaceLoadTarget
from dagster._daemon.run_coordinator.queued_run_coordinator_daemon import (
    QueuedRunCoordinatorDaemon,
)
from dagster._daemon.sensor import execute_sensor_iteration
from dagster._scheduler.scheduler import ScheduleIterationTimes, launch_scheduled_runs

from taxi_assets.automation.instance import open_instance
from taxi_assets.automation.sqlite_files import free_disk
from taxi_assets.definitions import build_definitions
from taxi_assets.settings import read_settings
from taxi_assets.warehouse.duckdb.connection import DuckDBFile
from taxi_assets_tests.simulation.clock import Clock
from taxi_assets_tests.simulation.launcher import HereAndNow
from taxi_assets_tests.simulation.quick_sqlite import quick_sqlite

_SHIPPED = Path(__file__).resolve().parents[2] / "dagster.yaml"
_HERE = "taxi_assets_tests.simulation"
_LAUNCHER: Mapping[str, Any] = {
    "run_launcher": {"module": f"{_HERE}.launcher", "class": "HereAndNow"},
}
_STORAGE: Mapping[str, Any] = {
    "storage": {
        "custom": {"module": f"{_HERE}.quick_sqlite", "class": "QuickStorage", "config": {}}
    },
}
_STOPPED = ("daily_freshness", "daily_purge", "weekly_audit")
"""They take as long as all other ticks."""

_LOGGER = logging.getLogger("simulation")


@dataclass
class Deployment:
    """Scheduler, sensors and queue of a deployment, in one process.

    Attributes:
        instance: what it records.
        clock: its time.
        workspace: its code.
        tables: its DuckDB, kept open, since opening it takes as long as all other steps of a tick.
        is_up: whether its daemons tick.
        slowest_seconds: what all schedules or all sensors took together, at most, without runs.
    """

    instance: dg.DagsterInstance
    clock: Clock
    workspace: WorkspaceProcessContext
    tables: duckdb.DuckDBPyConnection
    is_up: bool = True
    slowest_seconds: float = 0.0

    def __post_init__(self) -> None:
        self._times: dict[str, ScheduleIterationTimes] = {}
        self._queue = QueuedRunCoordinatorDaemon(interval_seconds=1)

    def tick(self, passed: timedelta) -> None:
        """Let time pass, then let each daemon tick once, and the runs that they ask for run."""
        self.clock.move(passed)
        if not self.is_up:
            return
        now, times = self.clock.now, self._times
        self._let_tick(lambda: launch_scheduled_runs(self.workspace, _LOGGER, now, times))
        self._let_tick(lambda: execute_sensor_iteration(self.workspace, _LOGGER, None, None))

    def _let_tick(self, daemon: Callable[[], Iterable[object]]) -> None:
        """Let what a daemon is for tick once, then what that asked for run."""
        begin = time.perf_counter()
        list(daemon())
        self.slowest_seconds = max(self.slowest_seconds, time.perf_counter() - begin)
        self._work()

    def _work(self) -> None:
        """Let the queue go until it is empty."""
        queued = dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED])
        while self.instance.get_runs_count(queued):
            now = self.clock.now.timestamp()
            list(self._queue.run_iteration(self.workspace, fixed_iteration_time=now))


@contextmanager
def deployment(clock: Clock, whole: bool = False) -> Iterator[Deployment]:
    """A deployment with the settings of the environment.

    Args:
        clock: its time.
        whole: with its daily jobs, and its history as it is on a disk, which takes much longer.
    """
    settings = read_settings()
    settings.dagster_home.mkdir(parents=True, exist_ok=True)
    configuration = yaml.safe_load(_SHIPPED.read_text()) | _LAUNCHER | ({} if whole else _STORAGE)
    (settings.dagster_home / "dagster.yaml").write_text(yaml.safe_dump(configuration))
    target = LoadableTargetOrigin(module_name="taxi_assets.definitions")
    origin = InProcessCodeLocationOrigin(target, location_name="taxi_assets")
    HereAndNow.definitions = build_definitions(settings)
    file = DuckDBFile(settings.duckdb_file, settings.duckdb_memory_gb, wait_seconds=0)
    with (
        _all_files_old() if whole else quick_sqlite(),
        # Nobody waits for a step to be tried again: the clock stands.
        mock.patch("taxi_assets.failures._PAUSES_SECONDS", ()),
        open_instance(settings) as instance,
        # Ticks would open the same databases anew, which takes most of a tick's time.
        mock.patch.object(dg.DagsterInstance, "from_ref", return_value=nullcontext(instance)),
        WorkspaceProcessContext(instance, InProcessWorkspaceLoadTarget([origin])) as workspace,
        duckdb.connect(file.path, config=file._config()) as tables,
    ):
        for schedule in () if whole else _STOPPED:
            _stop(instance, workspace, schedule)
        logging.disable(logging.WARNING)  # hundreds of thousands of lines
        try:
            yield Deployment(instance, clock, workspace, tables)
        finally:
            logging.disable(logging.NOTSET)


@contextmanager
def _all_files_old() -> Iterator[None]:
    """What a purge finds on the disk is from today, by the disk's clock."""
    now = partial(free_disk, young_seconds=0)
    with mock.patch("taxi_assets.automation.old_runs.free_disk", now):
        yield


def _stop(instance: dg.DagsterInstance, workspace: WorkspaceProcessContext, name: str) -> None:
    """Switch a schedule off."""
    (location,) = workspace.create_request_context().code_locations
    (repository,) = location.get_repositories().values()
    schedule = repository.get_schedule(name)
    instance.stop_schedule(schedule.get_remote_origin_id(), schedule.selector_id, schedule)
