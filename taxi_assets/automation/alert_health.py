"""Whether alerts work: what their sensors' last ticks say."""

from __future__ import annotations

import dagster as dg

from taxi_assets.automation.dagster_internals import InstigatorState, TickStatus
from taxi_assets.automation.instance import open_instance
from taxi_assets.settings import Settings

_PREFIX = "alert_"


def broken_alerts(settings: Settings) -> list[str]:
    """The alert sensors whose last tick failed or that are switched off, with the reason each."""
    with open_instance(settings) as instance:
        states = [its for its in instance.all_instigator_state() if its.name.startswith(_PREFIX)]
        found = [_problem(instance, state) for state in states]
    return [problem for problem in found if problem]


def _problem(instance: dg.DagsterInstance, state: InstigatorState) -> str:
    if not state.is_running:
        return f"{state.name} is switched off"
    ticks = instance.get_ticks(state.instigator_origin_id, state.selector_id, limit=1)
    if ticks and ticks[0].status is TickStatus.FAILURE:
        error = ticks[0].error
        while error is not None and error.cause is not None:
            error = error.cause
        reason = error.message.strip().splitlines()[0] if error else "no reason is recorded"
        return f"{state.name} fails: {reason}"
    return ""
