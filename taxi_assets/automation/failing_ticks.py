"""Schedules and sensors whose ticks fail: they do nothing meanwhile, and no run tells of it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg

from taxi_assets.automation.dagster_internals import InstigatorTick, TickStatus
from taxi_assets.automation.outbox import ALERTS_SENSOR
from taxi_assets.watch.troubles import Trouble

FAILING_TICKS = "ticks"
"""The kind of these troubles."""

_IN_A_ROW = 2
# Some tick once a week. A pipeline that is gone is forgotten then.
_LATELY = timedelta(days=8)
_OVER = [TickStatus.SUCCESS, TickStatus.SKIPPED, TickStatus.FAILURE]


def failing_ticks(instance: dg.DagsterInstance, now: datetime) -> Iterator[Trouble]:
    """A trouble for each that is on and failed twice in a row; of the alerts' own, doctor tells."""
    is_kept = instance.schedule_storage is not None  # not where an instance is in memory alone
    for state in instance.all_instigator_state() if is_kept else ():
        if state.name == ALERTS_SENSOR or not state.is_running:
            continue
        ticks = instance.get_ticks(
            state.instigator_origin_id,
            state.selector_id,
            after=(now - _LATELY).timestamp(),
            limit=_IN_A_ROW,
            statuses=_OVER,
        )
        if [tick.status for tick in ticks] == [TickStatus.FAILURE] * _IN_A_ROW:
            yield Trouble(
                key=f"ticks/{state.name}",
                kind=FAILING_TICKS,
                title=f"{state.name} fails",
                since=datetime.fromtimestamp(ticks[-1].timestamp, UTC),
                reason=f"{tick_error(ticks[0])}\n  What it would ask for is not loaded meanwhile. "
                f"What to do: see its ticks in the UI under Automation, and the code's log.",
            )


def tick_error(tick: InstigatorTick) -> str:
    """Why a tick failed, in a line."""
    error = tick.error
    while error is not None and error.cause is not None:
        error = error.cause
    return error.message.strip().splitlines()[0] if error else "no reason is recorded"
