"""What Dagster's runs say of a month: whether one is on its way, and how often it was tried."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import dagster as dg

from taxi_assets.automation.asked_months import asked_of, newest_runs, will_go_on
from taxi_assets.automation.backfill_list import open_backfills
from taxi_assets.automation.run_tags import (
    PART_TAG,
    PARTITION_TAG,
    TAXI_TAG,
    WILL_RETRY_TAG,
    months_in_progress,
)
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.month import Month
from taxi_assets.watch.sightings import growing_pause

_MEMORY = timedelta(days=7)
_TRIES = 8
_RETRIES = 200
_RETRY_BEGINS = timedelta(days=1)


@dataclass(frozen=True)
class Tries:
    """The runs of a month that are over.

    Attributes:
        rests_until: no other run is asked for before that time; None where there was none lately.
        failing_since: the first of the failures in a row with which they end; None if there is
            none.
        failed: the last of these runs.
    """

    rests_until: datetime | None = None
    failing_since: datetime | None = None
    failed: dg.DagsterRun | None = None


def tries(
    instance: dg.DagsterInstance, job_name: str, dataset: Dataset, month: Month, now: datetime
) -> Tries:
    """What came of a month's last runs.

    The pause after a run grows with the runs of the last week, up to a day, whatever ended them: a
    run may succeed and bring the old file, where the source's own copies disagree.
    """
    tags = {TAXI_TAG: dataset.taxi, PARTITION_TAG: str(month)}
    filters = dg.RunsFilter(job_name=job_name, tags=tags)
    records = [
        record
        for record in instance.get_run_records(filters, limit=_TRIES)
        if record.dagster_run.is_finished and PART_TAG not in record.dagster_run.tags
    ]
    ends = [_end(record) for record in records]
    lately = [end for end in ends if timedelta(0) <= now - end < _MEMORY]
    rests_until = max(lately) + growing_pause(len(lately)) if lately else None
    failing_since, failed = None, None
    for record, end in zip(records, ends, strict=True):
        if record.dagster_run.status is not dg.DagsterRunStatus.FAILURE:
            break
        failing_since, failed = end, failed or record.dagster_run
    return Tries(rests_until, failing_since, failed)


def months_on_their_way(
    instance: dg.DagsterInstance, dataset: Dataset, now: datetime
) -> set[Month]:
    """The months that a run is loading or will, also by a backfill or a retry to come."""
    found = months_in_progress(instance, dataset)
    retried = dg.RunsFilter(
        tags={TAXI_TAG: dataset.taxi, WILL_RETRY_TAG: "true"}, updated_after=now - _RETRY_BEGINS
    )
    for run in instance.get_runs(retried, limit=_RETRIES):
        key = run.tags.get(PARTITION_TAG)
        if key and will_go_on(run) and not _has_been_retried(instance, run):
            found.add(Month.parse(key))
    for backfill in open_backfills(instance):
        runs = newest_runs(instance, backfill)
        found.update(
            Month.parse(key)
            for taxi, key in asked_of(backfill)
            if taxi == dataset.taxi
            and ((last := runs.get((taxi, key))) is None or will_go_on(last))
        )
    return found


def _has_been_retried(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    filters = dg.RunsFilter(tags={"dagster/parent_run_id": run.run_id})
    return bool(instance.get_run_ids(filters, limit=1))


def _end(record: dg.RunRecord) -> datetime:
    if record.end_time is not None:
        return datetime.fromtimestamp(record.end_time, UTC)
    return record.update_timestamp
