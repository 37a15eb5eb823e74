"""Which months a backfill was asked for, and what came of each."""

from __future__ import annotations

from collections.abc import Iterable

import dagster as dg

from taxi_assets.automation.dagster_internals import PartitionBackfill
from taxi_assets.automation.run_tags import (
    DAGSTERS_BACKFILL_TAG,
    PARTITION_TAG,
    TAXI_TAG,
    WILL_RETRY_TAG,
)
from taxi_assets.trips.datasets import DATASETS

UNSUCCESSFUL = {dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED}

Asked = tuple[str, str]
"""A taxi, and a month as Dagster's partition has it. Other jobs' partitions have no taxi."""


def asked_of(backfill: PartitionBackfill) -> list[Asked]:
    """All that a backfill was asked for, the oldest first: of a job, or of assets in the UI."""
    if not backfill.is_asset_backfill:
        taxi = backfill.tags.get(TAXI_TAG) or _taxi_of_job(backfill.partition_set_name or "")
        return sorted((taxi, key) for key in backfill.partition_names or ())
    data = backfill.asset_backfill_data
    subsets = data.target_subset.partitions_subsets_by_asset_key if data else {}
    return sorted(
        {
            (taxi_of_assets([asset]), key)
            for asset, subset in subsets.items()
            for key in subset.get_partition_keys()
        }
    )


def taxi_of_assets(assets: Iterable[dg.AssetKey]) -> str:
    """The taxi whose trips these assets hold; nothing where they are other things."""
    names = [asset.path[-1] for asset in assets]
    return next(
        (its.taxi for its in DATASETS.values() if any(n.startswith(its.table) for n in names)), ""
    )


def newest_runs(
    instance: dg.DagsterInstance, backfill: PartitionBackfill
) -> dict[Asked, dg.DagsterRun]:
    """The newest run that a backfill made of each month."""
    found: dict[Asked, dg.DagsterRun] = {}
    taxis = {key: taxi for taxi, key in asked_of(backfill)}
    filters = dg.RunsFilter(tags={DAGSTERS_BACKFILL_TAG: backfill.backfill_id})
    for run in instance.get_runs(filters):  # newest first
        if key := run.tags.get(PARTITION_TAG):
            found.setdefault((run.tags.get(TAXI_TAG) or taxis.get(key, ""), key), run)
    return found


def newest_run(instance: dg.DagsterInstance, taxi: str, key: str) -> dg.RunRecord | None:
    """The newest run of a month, whoever asked for it."""
    filters = dg.RunsFilter(tags={TAXI_TAG: taxi, PARTITION_TAG: key})
    return next(iter(instance.get_run_records(filters, limit=1)), None)


def will_go_on(run: dg.DagsterRun) -> bool:
    """Whether a run is not over, or another one takes its place by itself."""
    return not run.is_finished or run.tags.get(WILL_RETRY_TAG) == "true"


def _taxi_of_job(partition_set: str) -> str:
    return next((taxi for taxi in DATASETS if partition_set.startswith(f"load_{taxi}_")), "")
