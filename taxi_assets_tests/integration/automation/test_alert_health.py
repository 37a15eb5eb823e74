"""An alert that cannot be sent is itself told of: by `taxi-assets doctor`."""

from __future__ import annotations

import dagster as dg
import pytest
from dagster._core.scheduler.instigation import TickStatus

from taxi_assets_tests.command_line import taxi_assets
from taxi_assets_tests.sensor_ticks import add_tick

WEBHOOK = "https://hooks.example.org/s3cret"


def test_doctor_names_the_alert_that_fails_and_why(
    instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TAXI_ALERT_WEBHOOK", WEBHOOK)
    add_tick(instance, "alert_run_failed", TickStatus.FAILURE)  # of an older version
    assert "no sensor of alerts has failed" in taxi_assets("doctor").text

    add_tick(instance, "alerts", TickStatus.FAILURE)

    answer = taxi_assets("doctor")
    assert answer.exit_code == 1
    assert "the sensor alerts fails: the webhook answers HTTP 404" in answer.text
    assert "s3cret" not in answer.text
