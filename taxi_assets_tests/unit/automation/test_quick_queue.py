"""The queue looks again as soon as there is room, and else once a second."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import dagster as dg
import pytest

from taxi_assets.automation.quick_queue import wait_for_room
from taxi_assets_tests.sensor_ticks import REPOSITORY

LONG, SHORT = 60.0, 0.3


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as opened:
        yield opened


def add_run(instance: dg.DagsterInstance, status: dg.DagsterRunStatus) -> dg.DagsterRun:
    origin = REPOSITORY.get_job_origin("hello")
    return instance.run_storage.add_run(
        dg.DagsterRun("hello", status=status, remote_job_origin=origin)
    )


def seconds_of_the_wait(
    instance: dg.DagsterInstance, longest: float, stop: threading.Event | None = None
) -> float:
    begin = time.monotonic()
    wait_for_room(instance, stop or threading.Event(), longest)
    return time.monotonic() - begin


def test_a_run_that_ends_ends_the_wait_while_another_one_is_queued(
    instance: dg.DagsterInstance,
) -> None:
    run = add_run(instance, dg.DagsterRunStatus.STARTED)
    add_run(instance, dg.DagsterRunStatus.QUEUED)
    ending = threading.Timer(SHORT, instance.report_run_failed, [run])
    ending.start()

    assert seconds_of_the_wait(instance, LONG) < LONG
    ending.join()


@pytest.mark.parametrize("other", [dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.QUEUED])
def test_where_nothing_waits_or_nothing_runs_the_wait_is_as_long_as_it_was(
    instance: dg.DagsterInstance, other: dg.DagsterRunStatus
) -> None:
    add_run(instance, other)

    assert seconds_of_the_wait(instance, SHORT) >= SHORT


def test_the_daemons_end_ends_the_wait(instance: dg.DagsterInstance) -> None:
    stop = threading.Event()
    stop.set()

    assert seconds_of_the_wait(instance, LONG, stop) < LONG
