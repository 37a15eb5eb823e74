"""Dagster's queue of runs, with the newest months first and the runs of backfills marked."""

from __future__ import annotations

from contextlib import suppress

import dagster as dg
from dagster import QueuedRunCoordinator, SubmitRunContext

from taxi_assets.automation.asked_months import taxi_of_assets
from taxi_assets.automation.dagster_internals import (
    BulkActionStatus,
    PartitionTagsSnap,
    RepositorySelector,
)
from taxi_assets.automation.jobs import load_job_name
from taxi_assets.automation.run_tags import (
    BACKFILL_TAG,
    DAGSTERS_BACKFILL_TAG,
    FILE_TAG,
    PARTITION_TAG,
    PRIORITY_TAG,
    TAXI_TAG,
    month_priority,
)
from taxi_assets.errors import InvalidMonthError
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.month import Month

_CALLED_OFF = {BulkActionStatus.CANCELING, BulkActionStatus.CANCELED}

_NARROW_POOLS = ("gemini",)
"""Those that have one place until somebody gives them more: who calls faster is refused."""


class MonthQueue(QueuedRunCoordinator):
    """Tags each run on its way into the queue, also those that the UI launches from assets."""

    def submit_run(self, context: SubmitRunContext) -> dg.DagsterRun:
        """Take a run into the queue, unless its backfill has been cancelled meanwhile.

        Dagster submits a backfill's runs 25 at a time, and notices in between that it is cancelled.
        """
        run = context.dagster_run
        if self._is_called_off(run):
            self._instance.report_run_canceled(run, "Its backfill has been cancelled.")
            return self._instance.get_run_by_id(run.run_id) or run
        tags = {}
        if DAGSTERS_BACKFILL_TAG in run.tags:
            tags[BACKFILL_TAG] = "true"
        key = run.tags.get(PARTITION_TAG)
        # The schedules see by the taxi that a month is being loaded, the queue by the file.
        taxi = run.tags.get(TAXI_TAG) or taxi_of_assets(run.asset_selection or ())
        if taxi and TAXI_TAG not in run.tags:
            tags[TAXI_TAG] = taxi
        if taxi and key and FILE_TAG not in run.tags and (file := self._file(context, taxi, key)):
            tags[FILE_TAG] = file
        if key and PRIORITY_TAG not in run.tags:
            # Other partitions than months have no priority.
            with suppress(InvalidMonthError):
                tags[PRIORITY_TAG] = month_priority(Month.parse(key))
        if tags:
            self._instance.add_run_tags(run.run_id, tags)
        self._narrow_pools()
        return super().submit_run(context)

    def _is_called_off(self, run: dg.DagsterRun) -> bool:
        backfill_id = run.tags.get(DAGSTERS_BACKFILL_TAG)
        backfill = self._instance.get_backfill(backfill_id) if backfill_id else None
        return backfill is not None and backfill.status in _CALLED_OFF

    def _file(self, context: SubmitRunContext, taxi: str, key: str) -> str | None:
        """The file that holds a month, as the code tags the runs of the taxi's own job."""
        origin = context.dagster_run.remote_job_origin
        if origin is None or taxi not in DATASETS:
            return None
        repository = origin.repository_origin
        selector = RepositorySelector(
            location_name=repository.code_location_origin.location_name,
            repository_name=repository.repository_name,
        )
        job = load_job_name(DATASETS[taxi])
        try:
            found = context.workspace.get_partition_tags(selector, job, key, self._instance, None)
        except dg.DagsterError:  # the code is away: the run is launched, or fails, without it
            return None
        file = found.tags.get(FILE_TAG) if isinstance(found, PartitionTagsSnap) else None
        return None if file is None else str(file)

    def _narrow_pools(self) -> None:
        """Give these pools one place each, which ``dagster.yaml`` cannot for some of them."""
        storage = self._instance.event_log_storage
        chosen = {pool.name for pool in storage.get_pool_limits() if not pool.from_default}
        for name in _NARROW_POOLS:
            if name not in chosen:
                storage.set_concurrency_slots(name, 1)
