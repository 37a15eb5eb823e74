"""Tags on runs: what was run, as the Kestra flows label it, and how urgent it is."""

from __future__ import annotations

import dagster as dg

from taxi_assets.partitions import TAXI_TAG as TAXI_TAG
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.trips.month import MONTHS_PER_YEAR, Month

FILE_TAG = "file"
BACKFILL_TAG = "backfill"
PARTITION_TAG = "dagster/partition"
PRIORITY_TAG = "dagster/priority"
DAGSTERS_BACKFILL_TAG = "dagster/backfill"
PART_TAG = "taxi_assets/part"
"""On a run of a month's job that does a part of it: ``checks``, or ``tables`` from the lake."""

WILL_RETRY_TAG = "dagster/will_retry"
RETRY_STEPS_TAG = "dagster/retry_on_asset_or_op_failure"
RETRIED_AS_TAG = "dagster/auto_retry_run_id"

_UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
]


def month_tags(file: TripFile) -> dict[str, str]:
    """The tags of a run that loads a file; of queued runs, those of newer months go first."""
    return {
        TAXI_TAG: file.dataset.taxi,
        FILE_TAG: file.filename,
        PRIORITY_TAG: month_priority(file.month),
    }


def month_priority(month: Month) -> str:
    """The value of Dagster's priority tag: the newer, the higher."""
    return str(month.year * MONTHS_PER_YEAR + month.number)


def months_in_progress(instance: dg.DagsterInstance, dataset: Dataset) -> set[Month]:
    """The dataset's months that a run is loading, or will."""
    filters = dg.RunsFilter(statuses=_UNFINISHED, tags={TAXI_TAG: dataset.taxi})
    keys = (run.tags.get(PARTITION_TAG) for run in instance.get_runs(filters))
    return {Month.parse(key) for key in keys if key}
