"""Runs whose process died are run once more, whatever else is away when that is due.

Dagster decides on a retry once, at the event of the failure. It forgets the run for ever where the
code is away just then, where the event is seen before the run's state, and where the backfill's end
is noted in between. This looks at the runs instead, and again until each has its retry.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg

from taxi_assets.automation.dagster_internals import (
    BULK_ACTION_TERMINAL_STATUSES,
    BulkActionStatus,
    DaemonIterator,
    EventLogConsumerDaemon,
    IWorkspaceProcessContext,
    PartitionBackfill,
    RunFailureReason,
    auto_reexecution_should_retry_run,
    retry_run,
)
from taxi_assets.automation.run_tags import (
    DAGSTERS_BACKFILL_TAG,
    RETRIED_AS_TAG,
    WILL_RETRY_TAG,
)
from taxi_assets.automation.torn_backfills import was_torn

_SECONDS = 5
_LOOK_BACK = timedelta(days=1)
_PROMISED = timedelta(days=30)  # its retry was said to come, and the services were off since
_TOLD_BY = timedelta(seconds=30)  # whoever reports a failure says first that, then why, then more
_ENDED = [dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED]
_REASON_TAG = "dagster/failure_reason"
_CALLED_OFF = {
    BulkActionStatus.CANCELING,
    BulkActionStatus.CANCELED,
    BulkActionStatus.FAILING,
    BulkActionStatus.FAILED,
}


class SureRetries(EventLogConsumerDaemon):
    """In place of Dagster's daemon for retries, and under its name."""

    def __init__(self) -> None:
        """Nothing has been said yet."""
        super().__init__(interval_seconds=_SECONDS)
        self._postponed: set[str] = set()

    def run_iteration(
        self, workspace_process_context: IWorkspaceProcessContext[Any]
    ) -> DaemonIterator:
        """Run each run once more that is to be, and has not been."""
        instance = workspace_process_context.instance
        for run in list(due(instance)):
            try:
                _retry(workspace_process_context, run)
            except Exception as error:
                if run.run_id not in self._postponed:
                    self._postponed.add(run.run_id)
                    self._logger.warning(
                        "Run %s is run once more as soon as its code answers: %s",
                        run.run_id,
                        type(error).__name__,
                    )
            else:
                self._postponed.discard(run.run_id)
            yield None


def due(instance: dg.DagsterInstance) -> Iterator[dg.DagsterRun]:
    """The runs that are to be run once more; of others it is noted that they are not."""
    now = datetime.now(UTC)
    lately = dg.RunsFilter(statuses=_ENDED, updated_after=now - _LOOK_BACK)
    promised = dg.RunsFilter(
        statuses=_ENDED, updated_after=now - _PROMISED, tags={WILL_RETRY_TAG: "true"}
    )
    found = [*instance.get_run_records(lately), *instance.get_run_records(promised)]
    for record in {each.dagster_run.run_id: each for each in found}.values():
        run = record.dagster_run
        will = run.tags.get(WILL_RETRY_TAG)
        if RETRIED_AS_TAG in run.tags or will == "false":
            continue
        if run.status is dg.DagsterRunStatus.CANCELED and will is None:
            continue  # somebody meant it
        if will is None and now - record.update_timestamp.replace(tzinfo=UTC) < _TOLD_BY:
            continue
        backfill = _backfill_of(instance, run)
        if backfill is not None and was_torn(backfill):
            continue  # it is resumed first
        if _is_wanted(instance, run, backfill):
            yield run
        else:
            _set_will_retry(instance, run, False)


def _is_wanted(
    instance: dg.DagsterInstance, run: dg.DagsterRun, backfill: PartitionBackfill | None
) -> bool:
    """By Dagster's rule, unless the backfill has been called off."""
    if DAGSTERS_BACKFILL_TAG in run.tags and (backfill is None or backfill.status in _CALLED_OFF):
        return False
    if WILL_RETRY_TAG in run.tags:
        return True
    reason = run.tags.get(_REASON_TAG)
    known = RunFailureReason(reason) if reason else None
    return bool(auto_reexecution_should_retry_run(instance, run, known))


def _backfill_of(instance: dg.DagsterInstance, run: dg.DagsterRun) -> PartitionBackfill | None:
    backfill_id = run.tags.get(DAGSTERS_BACKFILL_TAG)
    return instance.get_backfill(backfill_id) if backfill_id else None


def _retry(context: IWorkspaceProcessContext[Any], run: dg.DagsterRun) -> None:
    """Run it once more; a job that is gone has no more runs."""
    instance = context.instance
    backfill = _backfill_of(instance, run)
    # Taken for over, because no run of it was in progress for a moment. Its retry belongs to it.
    if backfill is not None and backfill.status in BULK_ACTION_TERMINAL_STATUSES:
        instance.update_backfill(backfill.with_status(BulkActionStatus.REQUESTED))
    retry_run(run, context)
    now = instance.get_run_by_id(run.run_id)
    if now is None or RETRIED_AS_TAG not in now.tags:
        _set_will_retry(instance, run, False)


def _set_will_retry(instance: dg.DagsterInstance, run: dg.DagsterRun, will: bool) -> None:
    instance.add_run_tags(run.run_id, {WILL_RETRY_TAG: str(will).lower()})
