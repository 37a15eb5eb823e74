"""Which months `--failed` loads again: by each month's newest run alone."""

from __future__ import annotations

import dagster as dg
from dagster._core.utils import make_new_run_id

from taxi_assets.automation.backfills import failed_months
from taxi_assets.automation.run_tags import PARTITION_TAG, TAXI_TAG
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.month import Month


def test_a_month_has_failed_where_its_newest_run_did() -> None:
    failed, success = dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS
    history = [
        ("green", "2020-01", failed),
        ("green", "2020-01", success),
        ("green", "2020-02", success),
        ("green", "2020-02", failed),
        ("green", "2020-03", dg.DagsterRunStatus.CANCELED),
        ("yellow", "2020-04", failed),
    ]
    months = [Month(2020, number) for number in range(1, 6)]
    with dg.DagsterInstance.ephemeral() as instance:
        for taxi, key, status in history:
            tags = {TAXI_TAG: taxi, PARTITION_TAG: key}
            run = dg.DagsterRun("load", make_new_run_id(), status=status, tags=tags)
            instance.run_storage.add_run(run)

        assert failed_months(instance, DATASETS["green"], months) == [
            Month(2020, 2),
            Month(2020, 3),
        ]
