"""Hello world: what it says, how long it waits, when it is scheduled."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import dagster as dg

from taxi_assets.settings import ThirdRun
from taxi_assets.starter.hello_world import hello_world_definitions
from taxi_assets_tests.integration.starter.conftest import Run

NO_PAUSE = {"seconds": 0}


def test_it_greets_passes_a_text_on_and_says_goodbye_at_the_level_of_the_flow(
    run: Callable[..., Run],
) -> None:
    done = run("hello_world", pause=NO_PAUSE)
    assert done.success
    assert done.said == [
        (logging.ERROR, "Hello, Will!"),
        (logging.ERROR, "This is an output: I was generated during this workflow."),
        (logging.ERROR, "Goodbye, Will!"),
    ]


def test_the_name_is_configured(run: Callable[..., Run]) -> None:
    done = run("hello_world", hello={"name": "Ada"}, pause=NO_PAUSE)
    assert [text for _, text in done.said][::2] == ["Hello, Ada!", "Goodbye, Ada!"]


def test_it_waits_as_long_as_it_is_told(run: Callable[..., Run]) -> None:
    started = time.monotonic()
    assert run("hello_world", pause={"seconds": 1.5}).success
    assert time.monotonic() - started > 1.5


def test_it_waits_15_seconds_unless_told(run: Callable[..., Run]) -> None:
    job = hello_world_definitions(ThirdRun.REFUSE).resolve_job_def("hello_world")
    defaults = dg.validate_run_config(job, {})
    assert defaults["ops"]["pause"]["config"] == {"seconds": 15.0}
    assert defaults["ops"]["hello"]["config"] == {"name": "Will"}


def test_a_wait_below_zero_is_refused(run: Callable[..., Run]) -> None:
    done = run("hello_world", pause={"seconds": -1})
    assert not done.success
    assert "Goodbye, Will!" not in [text for _, text in done.said]


def test_the_schedule_greets_sarah_at_ten_and_is_off_until_turned_on() -> None:
    (schedule,) = hello_world_definitions(ThirdRun.REFUSE).schedules or ()
    assert isinstance(schedule, dg.ScheduleDefinition)
    assert schedule.cron_schedule == "0 10 * * *"
    assert schedule.default_status is dg.DefaultScheduleStatus.STOPPED
    with dg.build_schedule_context() as context:
        (request,) = schedule.evaluate_tick(context).run_requests or ()
    assert request.run_config["ops"]["hello"]["config"] == {"name": "Sarah"}
