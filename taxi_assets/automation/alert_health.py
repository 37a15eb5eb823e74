"""Whether alerts work: what their sensor's last tick says, and what was not taken."""

from __future__ import annotations

import dagster as dg

from taxi_assets.automation.dagster_internals import InstigatorState, TickStatus
from taxi_assets.automation.failing_ticks import tick_error
from taxi_assets.automation.instance import open_instance
from taxi_assets.automation.outbox import ALERTS_SENSOR, read_outbox
from taxi_assets.settings import Settings


def broken_alerts(settings: Settings) -> list[str]:
    """What keeps alerts from being posted: their sensor is off or fails, or posts are refused."""
    with open_instance(settings) as instance:
        states = [s for s in instance.all_instigator_state() if s.name == ALERTS_SENSOR]
        found = [problem for state in states if (problem := _problem(instance, state))]
        outbox = read_outbox(instance)
    if outbox.failures:
        waiting = sum(map(len, outbox.untold()))
        found.append(f"{waiting} alerts wait: {outbox.failures} posts in a row were not taken")
    return found


def _problem(instance: dg.DagsterInstance, state: InstigatorState) -> str:
    if not state.is_running:
        return f"the sensor {state.name} is switched off"
    ticks = instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=1)
    if ticks and ticks[0].status is TickStatus.FAILURE:
        return f"the sensor {state.name} fails: {tick_error(ticks[0])}"
    return ""
