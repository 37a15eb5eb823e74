"""An alert that cannot be sent is itself told of: by `taxi-assets doctor`."""

from __future__ import annotations

import time

import dagster as dg
import pytest
from dagster._core.remote_origin import (
    ManagedGrpcPythonEnvCodeLocationOrigin,
    RemoteInstigatorOrigin,
    RemoteRepositoryOrigin,
)
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    InstigatorType,
    TickData,
    TickStatus,
)
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster_shared.error import SerializableErrorInfo

from taxi_assets_tests.command_line import taxi_assets

WEBHOOK = "https://hooks.example.org/s3cret"


def add_tick(instance: dg.DagsterInstance, name: str, status: TickStatus) -> None:
    """A sensor that is on, and what its last tick came to."""
    location = ManagedGrpcPythonEnvCodeLocationOrigin(
        LoadableTargetOrigin(module_name="taxi_assets.definitions"), "taxi_assets"
    )
    origin = RemoteInstigatorOrigin(RemoteRepositoryOrigin(location, "__repository__"), name)
    state = InstigatorState(origin, InstigatorType.SENSOR, InstigatorStatus.RUNNING, None)
    instance.add_instigator_state(state)
    refused = SerializableErrorInfo("the webhook answers HTTP 404\n", [], "AlertNotDeliveredError")
    instance.create_tick(
        TickData(
            state.instigator_origin_id,
            name,
            InstigatorType.SENSOR,
            status,
            time.time(),
            selector_id=state.selector_id,
            error=refused if status is TickStatus.FAILURE else None,
        )
    )


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
