"""Dagster's queue, which starts a run as soon as another one has made room for it."""

from __future__ import annotations

import sys
import threading
import time
from typing import Any

import dagster as dg

from taxi_assets.automation.dagster_internals import (
    DaemonIterator,
    IWorkspaceProcessContext,
    QueuedRunCoordinatorDaemon,
    serializable_error_info_from_exc_info,
)

_LOOK_SECONDS = 0.1
_QUEUED = dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED])
_IN_PROGRESS = dg.RunsFilter(
    statuses=[
        dg.DagsterRunStatus.STARTING,
        dg.DagsterRunStatus.STARTED,
        dg.DagsterRunStatus.CANCELING,
    ]
)


class QuickQueue(QueuedRunCoordinatorDaemon):
    """In place of Dagster's daemon of the queue, which pauses for a second or longer every time.

    A tiny month takes less: the two places of a warehouse would be empty half of the time.
    """

    def core_loop(
        self,
        workspace_process_context: IWorkspaceProcessContext[Any],
        shutdown_event: threading.Event,
    ) -> DaemonIterator:
        """Start what there is room for, until the daemon stops."""
        while True:
            try:
                yield from self.run_iteration(workspace_process_context)
            except Exception:  # as Dagster's own loop: it is told, and tried again
                error = serializable_error_info_from_exc_info(sys.exc_info())
                self._logger.error("Caught error:\n%s", error)
                yield error
            yield None
            wait_for_room(workspace_process_context.instance, shutdown_event, self.interval_seconds)


def wait_for_room(
    instance: dg.DagsterInstance, shutdown_event: threading.Event, longest_seconds: float
) -> None:
    """Wait until a run in progress has ended while others are queued, but not longer.

    Args:
        instance: where the runs are.
        shutdown_event: ends the wait.
        longest_seconds: how long at most.
    """
    end = time.monotonic() + longest_seconds
    before = set(instance.get_run_ids(_IN_PROGRESS))
    if not before or not instance.get_run_ids(_QUEUED, limit=1):
        shutdown_event.wait(longest_seconds)
        return
    while time.monotonic() < end and not shutdown_event.wait(_LOOK_SECONDS):
        if not before <= set(instance.get_run_ids(_IN_PROGRESS)):
            return
