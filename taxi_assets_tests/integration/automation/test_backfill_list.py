"""`taxi-assets backfills`: what is asked for, how far it is, and cancelling it."""

from __future__ import annotations

import json

import dagster as dg
import pytest
from dagster._core.execution.backfill import BulkActionStatus
from dagster_shared.error import SerializableErrorInfo

from taxi_assets.automation.backfill_list import list_backfills
from taxi_assets.automation.backfills import launch_backfill
from taxi_assets.automation.cancelling import cancel_backfill
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
        "words": "loading",
        "months": 2,
        "loaded": 0,
        "failed": ["2025-01"],
        "cancelled": [],
        "not_begun": [],
    }
    told = taxi_assets("backfills").text
    assert "green 2025-01 to 2025-02 loading: 0 of 2 months loaded; failed: 2025-01" in told


def test_a_cancelled_backfill_is_so_once_and_for_all(
    instance: dg.DagsterInstance, backfill_id: str
) -> None:
    backfill = instance.get_backfill(backfill_id)
    assert backfill is not None
    instance.update_backfill(backfill.with_status(BulkActionStatus.CANCELED))

    (line,) = list_backfills(instance)
    assert line.words == "cancelled"
    with pytest.raises(BackfillNotCancellableError, match="is over: canceled"):
        cancel_backfill(instance, backfill_id)


def test_a_backfill_that_nobody_knows_is_a_wrong_argument(
    instance: dg.DagsterInstance,
) -> None:
    answer = taxi_assets("backfills", "--cancel", "nothere")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert "there is no backfill nothere; there is none yet" in answer.text
    backfill_id = launch_backfill(instance, GREEN, MONTHS)
    answer = taxi_assets("backfills", "--cancel", "nothere", "--json")
    assert (answer.exit_code, answer.stdout) == (2, "")
    assert f"the newest are {backfill_id}" in answer.text


@pytest.mark.usefixtures("instance")
def test_without_a_daemon_nothing_is_cancelled_and_that_is_said(backfill_id: str) -> None:
    answer = taxi_assets("backfills", "--cancel", backfill_id)

    assert answer.exit_code == 1
    assert "no Dagster daemon is running" in answer.text
    assert "loading" in taxi_assets("backfills").text


def test_a_month_that_was_cancelled_or_never_begun_is_not_called_failed(
    instance: dg.DagsterInstance,
) -> None:
    months = [Month(2025, number) for number in range(1, 5)]
    backfill_id = launch_backfill(instance, GREEN, months)
    add_run(instance, backfill_id, "2025-03", dg.DagsterRunStatus.CANCELED)
    add_run(instance, backfill_id, "2025-04", dg.DagsterRunStatus.SUCCESS)
    set_state(instance, backfill_id, BulkActionStatus.CANCELED)

    told = taxi_assets("backfills").text

    assert (
        "cancelled: 1 of 4 months loaded; cancelled: 2025-03; not begun: 2025-01, 2025-02" in told
    )
    assert "failed" not in told


def test_a_month_that_is_loaded_since_is_not_missing_any_more(instance: dg.DagsterInstance) -> None:
    backfill_id = launch_backfill(instance, GREEN, MONTHS)
    add_run(instance, backfill_id, "2025-01", dg.DagsterRunStatus.FAILURE)
    add_run(instance, backfill_id, "2025-02", dg.DagsterRunStatus.SUCCESS)
    set_state(instance, backfill_id, BulkActionStatus.COMPLETED_FAILED)
    assert "over, but months are missing: 1 of 2" in taxi_assets("backfills").text

    tags = {"taxi": "green", "dagster/partition": "2025-01"}
    run = dg.DagsterRun(job_name="load_green", status=dg.DagsterRunStatus.SUCCESS, tags=tags)
    instance.run_storage.add_run(run)

    assert "complete: 2 of 2 months loaded" in taxi_assets("backfills").text


def test_a_backfill_that_dagster_failed_says_why(instance: dg.DagsterInstance) -> None:
    backfill_id = launch_backfill(instance, GREEN, MONTHS)
    error = SerializableErrorInfo("Could not find partition set load_green", [], "SomeError")
    backfill = instance.get_backfill(backfill_id)
    assert backfill is not None
    instance.update_backfill(backfill.with_status(BulkActionStatus.FAILED).with_error(error))

    told = taxi_assets("backfills").text

    assert "failed (Could not find partition set load_green): 0 of 2 months loaded" in told
    assert "not begun: 2025-01, 2025-02" in told


def add_run(
    instance: dg.DagsterInstance, backfill_id: str, month: str, status: dg.DagsterRunStatus
) -> None:
    tags = {"taxi": "green", "dagster/backfill": backfill_id, "dagster/partition": month}
    instance.run_storage.add_run(dg.DagsterRun(job_name="load_green", status=status, tags=tags))


def set_state(instance: dg.DagsterInstance, backfill_id: str, state: BulkActionStatus) -> None:
    backfill = instance.get_backfill(backfill_id)
    assert backfill is not None
    instance.update_backfill(backfill.with_status(state))
