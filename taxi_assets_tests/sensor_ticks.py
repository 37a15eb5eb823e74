"""Ticks of sensors, as Dagster's daemon records them."""

from __future__ import annotations

import time

import dagster as dg
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

REPOSITORY = RemoteRepositoryOrigin(
    ManagedGrpcPythonEnvCodeLocationOrigin(
        LoadableTargetOrigin(module_name="taxi_assets.definitions"), "taxi_assets"
    ),
    "__repository__",
)
"""Where the daemon finds the code's definitions."""


def add_tick(
    instance: dg.DagsterInstance, name: str, status: TickStatus, at: float | None = None
) -> None:
    """A sensor that is on, and what its last tick came to, now or at that time (epoch seconds)."""
    origin = RemoteInstigatorOrigin(REPOSITORY, name)
    state = InstigatorState(origin, InstigatorType.SENSOR, InstigatorStatus.RUNNING, None)
    if instance.get_instigator_state(state.instigator_origin_id, state.selector_id) is None:
        instance.add_instigator_state(state)
    refused = SerializableErrorInfo("the webhook answers HTTP 404\n", [], "AlertNotDeliveredError")
    instance.create_tick(
        TickData(
            state.instigator_origin_id,
            name,
            InstigatorType.SENSOR,
            status,
            time.time() if at is None else at,
            selector_id=state.selector_id,
            error=refused if status is TickStatus.FAILURE else None,
        )
    )
