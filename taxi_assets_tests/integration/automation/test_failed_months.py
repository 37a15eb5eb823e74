"""Which months `--failed` loads again: those that were asked for and are not loaded."""

from __future__ import annotations

import dagster as dg
from dagster._core.execution.backfill import BulkActionStatus
from dagster._core.utils import make_new_run_id

from taxi_assets.automation.backfills import launch_backfill, missing_months
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

        assert missing_months(instance, DATASETS["green"], months) == [
            Month(2020, 2),
            Month(2020, 3),
        ]


def test_a_month_that_its_backfill_never_came_to_is_missing_until_it_is_loaded() -> None:
    green = DATASETS["green"]
    months = [Month(2020, number) for number in range(1, 5)]
    with dg.DagsterInstance.ephemeral() as instance:
        over = launch_backfill(instance, green, months[:2])
        launch_backfill(instance, green, months[2:3])  # goes on
        assert missing_months(instance, green, months) == []

        backfill = instance.get_backfill(over)
        assert backfill is not None
        instance.update_backfill(backfill.with_status(BulkActionStatus.FAILED))
        assert missing_months(instance, green, months) == months[:2]

        tags = {TAXI_TAG: "green", PARTITION_TAG: "2020-01"}
        success = dg.DagsterRunStatus.SUCCESS
        instance.run_storage.add_run(
            dg.DagsterRun("load_green", make_new_run_id(), status=success, tags=tags)
        )
        assert missing_months(instance, green, months) == [months[1]]


def test_a_month_whose_retry_is_due_is_not_missing() -> None:
    tags = {TAXI_TAG: "green", PARTITION_TAG: "2020-01", "dagster/will_retry": "true"}
    run = dg.DagsterRun(
        "load_green", make_new_run_id(), status=dg.DagsterRunStatus.FAILURE, tags=tags
    )
    with dg.DagsterInstance.ephemeral() as instance:
        instance.run_storage.add_run(run)
        assert missing_months(instance, DATASETS["green"], [Month(2020, 1)]) == []
