"""Deletes old runs with their events, but none that tells what state anything is in.

Dagster knows a partition's state from the events of its last runs, and forgets them with the run:
a month would look missing though its rows are there. What such a run says, no newer one does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import dagster as dg

from taxi_assets.automation.backfill_list import open_backfills
from taxi_assets.automation.outbox import read_outbox
from taxi_assets.automation.run_tags import DAGSTERS_BACKFILL_TAG, PARTITION_TAG
from taxi_assets.automation.sqlite_files import free_disk

_FINISHED = [
    dg.DagsterRunStatus.SUCCESS,
    dg.DagsterRunStatus.FAILURE,
    dg.DagsterRunStatus.CANCELED,
]
_PARENT_TAG = "dagster/parent_run_id"
_PAGE = 200

AT_ONCE = 1_000
"""Runs that a day's purge deletes, at most; the next one goes on."""


@dataclass(frozen=True)
class Purge:
    """What was deleted, or would be.

    Attributes:
        runs: the runs, oldest first.
        kept: older than the limit, but still needed.
        freed_bytes: disk that is free again, also of runs that were deleted before.
    """

    runs: tuple[dg.DagsterRun, ...]
    kept: int
    freed_bytes: int = 0


def purge_old_runs(
    instance: dg.DagsterInstance,
    days: float,
    dry_run: bool = False,
    at_once: int = AT_ONCE,
    jobs: Collection[str] = (),
) -> Purge:
    """Delete runs that are over and older than so many days, with their events and output.

    Kept are: the runs with the last materialization or observation of an asset's partition, each
    job's newest run of a partition, the parent of a run that is kept, runs of unfinished backfills,
    runs of open alerts, which would end with them.

    Args:
        instance: whose runs.
        days: older than that they are deleted, by the time they were made.
        dry_run: delete nothing, and say what would be.
        at_once: how many to delete, at most.
        jobs: delete runs of these jobs alone; of all jobs where none is named.
    """
    needed = _last_to_speak(instance) | _told_of(instance)
    open_ids = {backfill.backfill_id for backfill in open_backfills(instance)}
    newest: dict[tuple[str, str | None], str] = {}
    chosen: list[dg.DagsterRun] = []
    kept = 0
    for run in _old_runs(instance, datetime.now(UTC) - timedelta(days=days), jobs):
        if len(chosen) == at_once:
            break
        key = (run.job_name, run.tags.get(PARTITION_TAG))
        if key not in newest:
            newest[key] = _newest(instance, *key)
        if (
            run.run_id in needed
            or run.run_id == newest[key]
            or run.tags.get(DAGSTERS_BACKFILL_TAG) in open_ids
            or _has_child(instance, run)
        ):
            kept += 1
        else:
            chosen.append(run)
    if dry_run:
        return Purge(tuple(chosen), kept)
    for run in chosen:
        instance.delete_run(run.run_id)
        instance.compute_log_manager.delete_logs(prefix=[run.run_id])
    return Purge(tuple(chosen), kept, free_disk(instance))


def _old_runs(
    instance: dg.DagsterInstance, before: datetime, jobs: Collection[str]
) -> Iterator[dg.DagsterRun]:
    """Oldest first, job by job where jobs are named."""
    for job in jobs or (None,):
        filters = dg.RunsFilter(job_name=job, statuses=_FINISHED, created_before=before)
        cursor = None
        while page := instance.get_run_records(filters, limit=_PAGE, ascending=True, cursor=cursor):
            yield from (record.dagster_run for record in page)
            cursor = page[-1].dagster_run.run_id


def _last_to_speak(instance: dg.DagsterInstance) -> set[str]:
    """The runs that made the last materialization or observation of anything."""
    found: set[str] = set()
    for asset in instance.get_asset_keys():
        for event, fetch in (
            (dg.DagsterEventType.ASSET_MATERIALIZATION, instance.fetch_materializations),
            (dg.DagsterEventType.ASSET_OBSERVATION, instance.fetch_observations),
        ):
            found.update(record.run_id for record in fetch(asset, limit=1).records)
            latest = instance.event_log_storage.get_latest_storage_id_by_partition(asset, event)
            ids = list(latest.values())
            for start in range(0, len(ids), _PAGE):
                some = ids[start : start + _PAGE]
                wanted = dg.AssetRecordsFilter(asset_key=asset, storage_ids=some)
                found.update(record.run_id for record in fetch(wanted, limit=_PAGE).records)
    return found


def _told_of(instance: dg.DagsterInstance) -> set[str]:
    """The runs that open alerts are of."""
    return {str(alert.trouble.about.get("run_id")) for alert in read_outbox(instance).lasting}


def _newest(instance: dg.DagsterInstance, job_name: str, partition: str | None) -> str:
    tags = {PARTITION_TAG: partition} if partition else {}
    (run,) = instance.get_runs(dg.RunsFilter(job_name=job_name, tags=tags), limit=1)
    return run.run_id


def _has_child(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    return bool(instance.get_run_ids(dg.RunsFilter(tags={_PARENT_TAG: run.run_id}), limit=1))
