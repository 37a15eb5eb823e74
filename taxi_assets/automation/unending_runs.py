"""Runs that do not end, and a queue that stands still: no event tells of either."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg

from taxi_assets.automation.run_tags import PARTITION_TAG, TAXI_TAG
from taxi_assets.watch.troubles import Trouble

UNENDING = "unending"
"""The kind of these troubles."""

_LONG = timedelta(days=1)
_BEGUN = [
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]
_NOT_QUEUED = [each for each in dg.DagsterRunStatus if each is not dg.DagsterRunStatus.QUEUED]
_SHOWN = 20


def unending_runs(instance: dg.DagsterInstance, now: datetime) -> Iterator[Trouble]:
    """A trouble for each run that was begun a day ago, and one for a queue that moves no more.

    A long backfill keeps runs in the queue for days, while others end. The queue stands still where
    nothing was begun or ended for a day.
    """
    begun = dg.RunsFilter(statuses=_BEGUN, created_before=now - _LONG)
    for record in instance.get_run_records(begun, limit=_SHOWN, ascending=True):
        since = _begun(record)
        if now - since >= _LONG:
            yield _of_run(record.dagster_run, since)
    queued = dg.RunsFilter(statuses=[dg.DagsterRunStatus.QUEUED], created_before=now - _LONG)
    oldest = instance.get_run_records(queued, limit=1, ascending=True)
    moved = dg.RunsFilter(statuses=_NOT_QUEUED, updated_after=now - _LONG)
    if oldest and not instance.get_run_records(moved, limit=1):
        yield Trouble(
            key=f"{UNENDING}/queue",
            kind=UNENDING,
            title="the queue of runs stands still",
            since=oldest[0].create_timestamp.replace(tzinfo=UTC),
            reason="No run was begun or ended for a day, while some wait. What to do: see the "
            "queue in the UI under Runs, and terminate what holds its places.",
        )


def _begun(record: dg.RunRecord) -> datetime:
    if record.start_time is not None:
        return datetime.fromtimestamp(record.start_time, UTC)
    return record.create_timestamp.replace(tzinfo=UTC)


def _of_run(run: dg.DagsterRun, since: datetime) -> Trouble:
    taxi, part = run.tags.get(TAXI_TAG, ""), run.tags.get(PARTITION_TAG, "")
    name = " ".join(filter(None, (taxi or run.job_name, part)))
    return Trouble(
        key=f"{UNENDING}/{run.run_id}",
        kind=UNENDING,
        title=f"the run of {name} does not end",
        since=since,
        reason="What it loads stays as it was, and its place is taken. What to do: see "
        "in the UI what it waits for, and terminate it; a watched month is asked for again.",
        about={"job": run.job_name, "run_id": run.run_id},
    )
