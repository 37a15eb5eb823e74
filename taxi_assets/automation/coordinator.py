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
        return super().submit_run(context)
