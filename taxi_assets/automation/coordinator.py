"""Dagster's queue of runs, with the newest months first and the runs of backfills marked."""

from __future__ import annotations

from contextlib import suppress

import dagster as dg
from dagster import QueuedRunCoordinator, SubmitRunContext

from taxi_assets.automation.run_tags import (
    BACKFILL_TAG,
    PARTITION_TAG,
    PRIORITY_TAG,
    month_priority,
)
from taxi_assets.errors import InvalidMonthError
from taxi_assets.trips.month import Month

_DAGSTERS_BACKFILL_TAG = "dagster/backfill"

_NARROW_POOLS = ("gemini",)
"""Those that have one place until somebody gives them more: who calls faster is refused."""


class MonthQueue(QueuedRunCoordinator):
    """Tags each run on its way into the queue, also those that the UI launches from assets."""

    def submit_run(self, context: SubmitRunContext) -> dg.DagsterRun:
        """Take a run into the queue."""
        run = context.dagster_run
        tags = {}
        if _DAGSTERS_BACKFILL_TAG in run.tags:
            tags[BACKFILL_TAG] = "true"
        if PRIORITY_TAG not in run.tags and (key := run.tags.get(PARTITION_TAG)):
            # Other partitions than months have no priority.
            with suppress(InvalidMonthError):
                tags[PRIORITY_TAG] = month_priority(Month.parse(key))
        if tags:
            self._instance.add_run_tags(run.run_id, tags)
        self._narrow_pools()
        return super().submit_run(context)

    def _narrow_pools(self) -> None:
        """Give these pools one place each, which ``dagster.yaml`` cannot for some of them."""
        storage = self._instance.event_log_storage
        chosen = {pool.name for pool in storage.get_pool_limits() if not pool.from_default}
        for name in _NARROW_POOLS:
            if name not in chosen:
                storage.set_concurrency_slots(name, 1)
