"""Backfills by the daemon that go on where they were, whenever it is stopped.

Dagster works on backfills in threads that outlive its view of the code. A daemon that is asked to
stop meanwhile finds no code location, marks the backfill failed, and cancels its months.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg

from taxi_assets.automation.dagster_internals import (
    BackfillDaemon,
    BulkActionsFilter,
    BulkActionStatus,
    DaemonIterator,
    IWorkspaceProcessContext,
    PartitionBackfill,
    execute_backfill_iteration,
)
from taxi_assets.automation.run_tags import DAGSTERS_BACKFILL_TAG, PARTITION_TAG, WILL_RETRY_TAG
from taxi_assets.automation.torn_backfills import TORN, was_torn

_SECONDS = 2.0  # Dagster's own daemon looks every 30


class PatientBackfills(BackfillDaemon):
    """Dagster's daemon for backfills, in one thread, which ends between two looks."""

    def __init__(self, alive_file: Path | None = None) -> None:
        """Without threads of its own.

        Args:
            alive_file: is touched at each look, for a health check that need not load Dagster.
        """
        self._alive_file = alive_file
        super().__init__({"use_threads": False})
        self._at_work = threading.Lock()
        self._is_stopping = False

    def finish(self) -> None:
        """Begin nothing more, and wait until what was begun is over."""
        self._is_stopping = True
        with self._at_work:
            pass

    def core_loop(
        self,
        workspace_process_context: IWorkspaceProcessContext[Any],
        shutdown_event: threading.Event,
    ) -> DaemonIterator:
        """Look at all backfills, every few seconds, until the daemon stops."""
        while True:
            with self._at_work:
                if self._is_stopping:
                    return
                if self._alive_file is not None:
                    self._alive_file.touch()
                resume_torn(workspace_process_context)
                found = list(execute_backfill_iteration(workspace_process_context, self._logger))
            yield from found
            yield None
            shutdown_event.wait(_SECONDS)


def resume_torn(context: IWorkspaceProcessContext[Any]) -> None:
    """Let backfills go on that failed only because the code was away, once it is there again.

    Another daemon than this project's (``dagster dev``, Dagster's Helm chart) may have failed them.
    The months that it cancelled for that are marked to be run once more (``sure_retries.py``), and
    the others submitted as before.
    """
    instance = context.instance
    for backfill in _torn(instance):
        if not _is_there(context, backfill):
            continue
        for run in _cancelled(instance, backfill):
            instance.add_run_tags(run.run_id, {WILL_RETRY_TAG: "true"})
        instance.update_backfill(backfill.with_status(BulkActionStatus.REQUESTED))


def _torn(instance: dg.DagsterInstance) -> Iterator[PartitionBackfill]:
    failed = instance.get_backfills(filters=BulkActionsFilter(statuses=[*TORN]))
    return filter(was_torn, failed)


def _is_there(context: IWorkspaceProcessContext[Any], backfill: PartitionBackfill) -> bool:
    """Whether its code answers; a backfill of assets has no location of its own."""
    workspace = context.create_request_context()
    origin = backfill.partition_set_origin
    wanted = origin and origin.repository_origin.code_location_origin.location_name
    names = [wanted] if wanted else workspace.code_location_names
    return bool(names) and all(workspace.has_code_location(name) for name in names)


def _cancelled(instance: dg.DagsterInstance, backfill: PartitionBackfill) -> list[dg.DagsterRun]:
    """Of each month the newest run, where that was cancelled."""
    newest: dict[str, dg.DagsterRun] = {}
    filters = dg.RunsFilter(tags={DAGSTERS_BACKFILL_TAG: backfill.backfill_id})
    for run in instance.get_runs(filters):
        newest.setdefault(run.tags.get(PARTITION_TAG, run.run_id), run)
    return [run for run in newest.values() if run.status is dg.DagsterRunStatus.CANCELED]
