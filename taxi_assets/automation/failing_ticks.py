"""Schedules and sensors whose ticks fail: they do nothing meanwhile, and no run tells of it."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg

from taxi_assets.automation.dagster_internals import InstigatorTick, TickStatus
from taxi_assets.automation.outbox import ALERTS_SENSOR
from taxi_assets.watch.troubles import Trouble

FAILING_TICKS = "ticks"
"""The kind of these troubles."""

_IN_A_ROW = 2
_RARE = timedelta(hours=25)
"""A tick that failed so long ago has had no other since: it is a week's or a month's."""

_OVER = [TickStatus.SUCCESS, TickStatus.SKIPPED, TickStatus.FAILURE]


def failing_ticks(
    instance: dg.DagsterInstance, now: datetime, deployed: Collection[str] | None = None
) -> Iterator[Trouble]:
    """A trouble for each that is on and failed: twice in a row, or once where it ticks rarely.

    Of the alerts' own sensor doctor tells, and the lookout.

    Args:
        instance: whose ticks.
        now: by which a tick is old, UTC.
        deployed: the schedules and sensors that there are, others are history; None for all.
    """
    is_kept = instance.schedule_storage is not None  # not where an instance is in memory alone
    for state in instance.all_instigator_state() if is_kept else ():
        is_there = deployed is None or state.name in deployed
        if state.name == ALERTS_SENSOR or not state.is_running or not is_there:
            continue
        ticks = instance.get_ticks(
            state.instigator_origin_id, state.selector_id, limit=_IN_A_ROW, statuses=_OVER
        )
        if not ticks or ticks[0].status is not TickStatus.FAILURE:
            continue
        in_a_row = [tick.status for tick in ticks] == [TickStatus.FAILURE] * _IN_A_ROW
        if in_a_row or now.timestamp() - ticks[0].timestamp >= _RARE.total_seconds():
            yield Trouble(
                key=f"ticks/{state.name}",
                kind=FAILING_TICKS,
                title=f"{state.name} fails",
                since=datetime.fromtimestamp(ticks[-1 if in_a_row else 0].timestamp, UTC),
                reason=f"{tick_error(ticks[0])}\n  What it would ask for is not loaded meanwhile. "
                f"What to do: see its ticks in the UI under Automation, and the code's log.",
            )


def tick_error(tick: InstigatorTick) -> str:
    """Why a tick failed, in a line."""
    error = tick.error
    while error is not None and error.cause is not None:
        error = error.cause
    return error.message.strip().splitlines()[0] if error else "no reason is recorded"
