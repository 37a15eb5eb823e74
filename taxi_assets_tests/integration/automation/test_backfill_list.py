"""`taxi-assets backfills`: what is asked for, how far it is, and cancelling it."""

from __future__ import annotations

import json

import dagster as dg
import pytest
from dagster._core.execution.backfill import BulkActionStatus

from taxi_assets.automation.backfill_list import cancel_backfill, list_backfills
from taxi_assets.automation.backfills import launch_backfill
from taxi_assets.errors import BackfillNotCancellableError
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets_tests.command_line import taxi_assets

MONTHS = [Month.parse("2025-01"), Month.parse("2025-02")]


@pytest.fixture
def backfill_id(instance: dg.DagsterInstance) -> str:
    """A backfill of two months: one failed, one is being loaded."""
    backfill_id = launch_backfill(instance, GREEN, MONTHS)
    states = (dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.STARTED)
    for month, status in zip(MONTHS, states, strict=True):
        tags = {"dagster/backfill": backfill_id, "dagster/partition": str(month)}
        run = dg.DagsterRun(job_name="load_green", status=status, tags=tags)
        instance.run_storage.add_run(run)
    return backfill_id


def test_a_backfill_is_listed_with_its_months_and_those_that_failed(backfill_id: str) -> None:
    answer = taxi_assets("backfills", "--json")

    assert answer.exit_code == 0, answer.text
    (line,) = json.loads(answer.stdout)
    assert line == {
        "backfill_id": backfill_id,
        "title": "green 2025-01 to 2025-02",
        "state": "requested",
        "months": 2,
        "loaded": 0,
        "failed": ["2025-01"],
    }
    assert "0 of 2 months loaded, failed: 2025-01" in taxi_assets("backfills").text


def test_a_cancelled_backfill_is_so_once_and_for_all(
    instance: dg.DagsterInstance, backfill_id: str
) -> None:
    cancel_backfill(instance, backfill_id)

    assert [line.state for line in list_backfills(instance)] == ["canceling"]
    backfill = instance.get_backfill(backfill_id)
    assert backfill is not None
    instance.update_backfill(backfill.with_status(BulkActionStatus.CANCELED))
    with pytest.raises(BackfillNotCancellableError, match="is over: canceled"):
        cancel_backfill(instance, backfill_id)


def test_a_backfill_that_nobody_knows_is_an_error(instance: dg.DagsterInstance) -> None:
    with pytest.raises(BackfillNotCancellableError, match="there is no backfill nothere"):
        cancel_backfill(instance, "nothere")


@pytest.mark.usefixtures("instance")
def test_without_a_daemon_nothing_is_cancelled_and_that_is_said(backfill_id: str) -> None:
    answer = taxi_assets("backfills", "--cancel", backfill_id)

    assert answer.exit_code == 1
    assert "no Dagster daemon is running" in answer.text
    assert "requested" in taxi_assets("backfills").text
