"""Backfills whose daemon or code server is asked to stop, as `docker compose stop` does."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Iterator

import dagster as dg
import pytest
from dagster._core.errors import DagsterCodeLocationNotFoundError
from dagster._core.execution.backfill import (
    BulkActionStatus,
    cancel_backfill_runs_and_cancellation_complete,
)
from dagster._utils.error import serializable_error_info_from_exc_info

from taxi_assets.trips.month import Month
from taxi_assets_tests.backfill_lab import BackfillLab, backfill_lab, file_of

SUCCESS, FAILURE = dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BackfillLab]:
    with backfill_lab(tmp_path_factory.mktemp("services") / "data") as running:
        yield running


def begin(lab: BackfillLab, start: str, months: int) -> tuple[str, list[str]]:
    """A backfill of so many months, handed to the daemon: its id, and the months."""
    first = Month.parse(start)
    keys = [str(first.plus(number)) for number in range(months)]
    for key in keys:
        lab.publish(key, rows=20)
    return lab.backfill(keys[0], keys[-1]), keys


def assert_ends_complete(lab: BackfillLab, backfill: str, months: list[str]) -> None:
    """Every month is loaded, and the backfill says so."""
    lab.source.release(*map(file_of, months))
    lab.wait_for(lambda: lab.over(backfill), "the backfill's end")
    assert {month: lab.states(backfill, month)[:1] for month in months} == {
        month: [SUCCESS] for month in months
    }
    lab.assert_loaded(months)


def fail_as_dagster_does(lab: BackfillLab, backfill_id: str) -> None:
    """What Dagster's own daemon records of a backfill that it works on while it is stopped."""
    try:
        raise DagsterCodeLocationNotFoundError("taxi_assets does not exist in workspace")
    except DagsterCodeLocationNotFoundError:
        error = serializable_error_info_from_exc_info(sys.exc_info())
    backfill = lab.instance.get_backfill(backfill_id)
    assert backfill is not None
    failing = backfill.with_status(BulkActionStatus.FAILING).with_error(error)
    lab.instance.update_backfill(failing)
    log = logging.getLogger(__name__)
    lab.wait_for(
        lambda: cancel_backfill_runs_and_cancellation_complete(lab.instance, backfill_id, log),
        "the runs to be cancelled",
    )
    ended = failing.with_status(BulkActionStatus.FAILED).with_end_timestamp(time.time())
    lab.instance.update_backfill(ended)


def test_a_daemon_that_is_stopped_while_it_submits_goes_on_where_it_was(lab: BackfillLab) -> None:
    backfill, months = begin(lab, "2019-01", 12)
    lab.wait_for(lambda: lab.runs(backfill), "the first run")

    lab.services.ask_to_stop("daemon")
    assert lab.services.wait_for_end("daemon") == 0
    lab.services.start("daemon")

    assert_ends_complete(lab, backfill, months)


@pytest.mark.long
def test_a_daemon_that_is_stopped_while_months_wait_leaves_them_waiting(lab: BackfillLab) -> None:
    backfill, months = begin(lab, "2020-01", 6)
    lab.wait_for(lambda: len(lab.runs(backfill)) == len(months), "every run")
    lab.wait_for_downloads(2)

    lab.services.ask_to_stop("daemon")
    assert lab.services.wait_for_end("daemon") == 0
    lab.services.start("daemon")

    assert_ends_complete(lab, backfill, months)


@pytest.mark.long
def test_a_backfill_that_another_daemon_failed_meanwhile_is_taken_up_again(
    lab: BackfillLab,
) -> None:
    backfill, months = begin(lab, "2021-03", 5)
    lab.wait_for_downloads(2)
    lab.services.ask_to_stop("daemon")
    lab.services.wait_for_end("daemon")

    fail_as_dagster_does(lab, backfill)
    assert "CANCELED" in {state.value for state in lab.states(backfill)}
    lab.services.start("daemon")

    assert_ends_complete(lab, backfill, months)


@pytest.mark.long
def test_code_that_is_stopped_lets_its_runs_end_and_the_others_wait(lab: BackfillLab) -> None:
    backfill, months = begin(lab, "2020-07", 6)
    lab.wait_for_downloads(2)

    lab.services.ask_to_stop("code")
    lab.source.release(file_of(months[-1]))
    lab.wait_for(lambda: SUCCESS in lab.states(backfill, months[-1]), "a run to end meanwhile")
    lab.wait_for(lambda: lab.offered_again(backfill), "the queue to offer another month")
    lab.source.release(*map(file_of, months))
    lab.services.wait_for_end("code")
    lab.services.start("code")

    assert_ends_complete(lab, backfill, months)


@pytest.mark.long
def test_a_retry_that_is_due_while_the_code_is_away_comes_later(lab: BackfillLab) -> None:
    backfill, months = begin(lab, "2021-01", 2)
    lab.wait_for_downloads(2)
    (run,) = lab.runs(backfill, months[-1])

    lab.services.kill("code")
    lab.instance.report_run_failed(run, "the test says so")
    lab.wait_for(
        lambda: f"un {run.run_id} is run once more" in lab.services.said("daemon"),
        "the daemon to try to run it once more",
    )
    lab.services.start("code")

    assert_ends_complete(lab, backfill, months)
