"""The backfills that an instance knows: how far each is, and how to cancel one."""

from __future__ import annotations

from dataclasses import dataclass

import dagster as dg
from dagster._core.execution.backfill import BULK_ACTION_TERMINAL_STATUSES, BulkActionStatus

from taxi_assets.automation.run_tags import PARTITION_TAG
from taxi_assets.errors import BackfillNotCancellableError

_LISTED = 20
_DAGSTERS_BACKFILL_TAG = "dagster/backfill"


@dataclass(frozen=True)
class BackfillLine:
    """A backfill as it stands.

    Attributes:
        backfill_id: Dagster's name of it.
        title: the taxi and the range of months.
        state: Dagster's, in lower case: ``requested``, ``completed_success``, ….
        months: how many were asked for, as far as Dagster counts partitions.
        loaded: how many months' last run succeeded.
        failed: the months whose last run failed or was cancelled, oldest first.
    """

    backfill_id: str
    title: str
    state: str
    months: int
    loaded: int
    failed: tuple[str, ...]


def list_backfills(instance: dg.DagsterInstance) -> list[BackfillLine]:
    """The newest backfills, also those of the UI, newest first."""
    lines = []
    for backfill in instance.get_backfills(limit=_LISTED):
        last: dict[str, dg.DagsterRunStatus] = {}
        filters = dg.RunsFilter(tags={_DAGSTERS_BACKFILL_TAG: backfill.backfill_id})
        for run in instance.get_runs(filters):  # newest first
            if key := run.tags.get(PARTITION_TAG):
                last.setdefault(key, run.status)
        bad = {dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED}
        lines.append(
            BackfillLine(
                backfill.backfill_id,
                backfill.title or "",
                backfill.status.value.lower(),
                len(backfill.partition_names or ()) or len(last),
                sum(status is dg.DagsterRunStatus.SUCCESS for status in last.values()),
                tuple(sorted(key for key, status in last.items() if status in bad)),
            )
        )
    return lines


def cancel_backfill(instance: dg.DagsterInstance, backfill_id: str) -> None:
    """Ask the daemon to start no more of its runs and to end those that go on, as the UI does.

    Raises:
        BackfillNotCancellableError: there is none of that id, or it is over.
    """
    backfill = instance.get_backfill(backfill_id)
    remedy = "`taxi-assets backfills` lists them"
    if backfill is None:
        raise BackfillNotCancellableError(f"there is no backfill {backfill_id}", remedy)
    if backfill.status in BULK_ACTION_TERMINAL_STATUSES:
        state = backfill.status.value.lower()
        raise BackfillNotCancellableError(f"backfill {backfill_id} is over: {state}", remedy)
    instance.update_backfill(backfill.with_status(BulkActionStatus.CANCELING))
