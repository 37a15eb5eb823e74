"""Backfills: ranges of months that the daemon loads, a run each, and what came of them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence

import dagster as dg

from taxi_assets.automation.asked_months import (
    UNSUCCESSFUL,
    asked_of,
    newest_run,
    will_go_on,
)
from taxi_assets.automation.backfill_list import is_over
from taxi_assets.automation.dagster_internals import (
    BulkActionStatus,
    LoadableTargetOrigin,
    ManagedGrpcPythonEnvCodeLocationOrigin,
    PartitionBackfill,
    RemotePartitionSetOrigin,
    RemoteRepositoryOrigin,
    all_daemons_live,
    make_new_backfill_id,
)
from taxi_assets.automation.jobs import load_job_name
from taxi_assets.automation.month_outcomes import MonthOutcome, recorded_outcome
from taxi_assets.automation.run_tags import (
    BACKFILL_TAG,
    DAGSTERS_BACKFILL_TAG,
    PARTITION_TAG,
    TAXI_TAG,
)
from taxi_assets.errors import DaemonNotRunningError
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.month import Month

_LOCATION = "taxi_assets"  # as workspace.yaml names it
_POLL_SECONDS = 1.0


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


def missing_months(
    instance: dg.DagsterInstance, dataset: Dataset, months: Sequence[Month]
) -> list[Month]:
    """Those of the months that were asked for, are not loaded, and will not be by themselves.

    Asked for is a month that a run or a backfill was made for, whoever made it. Also one that a
    backfill never came to, because it was cancelled or failed.
    """
    begun: set[str] = set()
    forgotten: dict[str, float] = {}
    for backfill in instance.get_backfills():
        for taxi, key in asked_of(backfill):
            if taxi != dataset.taxi:
                continue
            if not is_over(backfill):
                begun.add(key)
            else:
                forgotten[key] = max(backfill.backfill_timestamp, forgotten.get(key, 0.0))
    return [
        month
        for month in months
        if str(month) not in begun and _is_missing(instance, dataset, month, forgotten)
    ]


def _is_missing(
    instance: dg.DagsterInstance, dataset: Dataset, month: Month, asked: Mapping[str, float]
) -> bool:
    """Asked month by month, so that years of runs are not read for it."""
    key = str(month)
    newest = newest_run(instance, dataset.taxi, key)
    if newest is None:
        return key in asked
    if will_go_on(newest.dagster_run):
        return False
    if newest.dagster_run.status in UNSUCCESSFUL:
        return True
    return newest.create_timestamp.timestamp() < asked.get(key, 0.0)


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
        filters = dg.RunsFilter(tags={DAGSTERS_BACKFILL_TAG: backfill_id})
        latest: dict[str, dg.DagsterRun] = {}
        for run in instance.get_runs(filters):
            latest.setdefault(run.tags[PARTITION_TAG], run)
        for key in sorted(waiting & latest.keys(), reverse=True):
            run = latest[key]
            if not will_go_on(run):
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
    return backfill is None or is_over(backfill)
