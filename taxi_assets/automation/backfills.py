"""Backfills: ranges of months that the daemon loads, a run each, and what came of them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence

import dagster as dg
from dagster._core.execution.backfill import (
    BULK_ACTION_TERMINAL_STATUSES,
    BulkActionStatus,
    PartitionBackfill,
)
from dagster._core.remote_origin import (
    ManagedGrpcPythonEnvCodeLocationOrigin,
    RemotePartitionSetOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.utils import make_new_backfill_id
from dagster._daemon.controller import all_daemons_live

from taxi_assets.automation.jobs import load_job_name
from taxi_assets.automation.month_runs import MonthOutcome, recorded_outcome
from taxi_assets.automation.run_tags import BACKFILL_TAG, PARTITION_TAG, TAXI_TAG
from taxi_assets.errors import DaemonNotRunningError
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.month import Month

_LOCATION = "taxi_assets"  # as workspace.yaml names it
_POLL_SECONDS = 1.0
_FINISHED = {
    dg.DagsterRunStatus.SUCCESS,
    dg.DagsterRunStatus.FAILURE,
    dg.DagsterRunStatus.CANCELED,
}
_WILL_RETRY_TAG = "dagster/will_retry"


def launch_backfill(instance: dg.DagsterInstance, dataset: Dataset, months: Sequence[Month]) -> str:
    """Hand months to the daemon, which loads the newest first. Returns the backfill's id."""
    backfill_id = make_new_backfill_id()
    names = [str(month) for month in sorted(months, reverse=True)]
    location = ManagedGrpcPythonEnvCodeLocationOrigin(
        LoadableTargetOrigin(module_name="taxi_assets.definitions"), _LOCATION
    )
    instance.add_backfill(
        PartitionBackfill(
            backfill_id=backfill_id,
            status=BulkActionStatus.REQUESTED,
            from_failure=False,
            tags={BACKFILL_TAG: "true", TAXI_TAG: dataset.taxi},
            backfill_timestamp=time.time(),
            title=f"{dataset.taxi} {names[-1]} to {names[0]}",
            partition_set_origin=RemotePartitionSetOrigin(
                repository_origin=RemoteRepositoryOrigin(location, "__repository__"),
                partition_set_name=f"{load_job_name(dataset)}_partition_set",
            ),
            partition_names=names,
        )
    )
    return backfill_id


def failed_months(
    instance: dg.DagsterInstance, dataset: Dataset, months: Sequence[Month]
) -> list[Month]:
    """Those of the months whose last run did not succeed."""
    return [month for month in months if _last_run_failed(instance, dataset, month)]


def _last_run_failed(instance: dg.DagsterInstance, dataset: Dataset, month: Month) -> bool:
    """Asked month by month, so that years of runs are not read for it."""
    filters = dg.RunsFilter(tags={TAXI_TAG: dataset.taxi, PARTITION_TAG: str(month)})
    newest = instance.get_runs(filters, limit=1)
    failed = {dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED}
    return any(run.status in failed for run in newest)


def require_daemon(instance: dg.DagsterInstance) -> None:
    """Make sure that somebody will work on a backfill.

    Raises:
        DaemonNotRunningError: no daemon has given a sign of life lately.
    """
    if not all_daemons_live(instance):
        raise DaemonNotRunningError(
            "no Dagster daemon is running on this instance: nobody would work on the backfill",
            "start one (`taxi-assets dev`), or load the months here: `taxi-assets load`",
        )


def follow(
    instance: dg.DagsterInstance, dataset: Dataset, backfill_id: str, months: Sequence[Month]
) -> Iterator[MonthOutcome]:
    """What comes of a backfill's months, each as soon as it is over, until all are."""
    waiting = {str(month) for month in months}
    while waiting:
        over = _is_over(instance, backfill_id)
        filters = dg.RunsFilter(tags={"dagster/backfill": backfill_id})
        latest: dict[str, dg.DagsterRun] = {}
        for run in instance.get_runs(filters):
            latest.setdefault(run.tags[PARTITION_TAG], run)
        for key in sorted(waiting & latest.keys(), reverse=True):
            run = latest[key]
            if run.status in _FINISHED and run.tags.get(_WILL_RETRY_TAG) != "true":
                waiting.remove(key)
                yield recorded_outcome(instance, f"{dataset.taxi} {key}", run)
        if over:
            for key in sorted(waiting - latest.keys(), reverse=True):
                waiting.remove(key)
                yield recorded_outcome(instance, f"{dataset.taxi} {key}", None)
        if waiting:
            time.sleep(_POLL_SECONDS)


def _is_over(instance: dg.DagsterInstance, backfill_id: str) -> bool:
    backfill = instance.get_backfill(backfill_id)
    return backfill is None or backfill.status in BULK_ACTION_TERMINAL_STATUSES
