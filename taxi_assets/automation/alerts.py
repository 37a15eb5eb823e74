"""The sensor that keeps the list of alerts, and posts them to a webhook if there is one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import dagster as dg
from pydantic import SecretStr

from taxi_assets.automation.open_troubles import gather
from taxi_assets.automation.outbox import ALERTS_SENSOR, Outbox, keep_outbox, read_outbox
from taxi_assets.automation.posting import AlertNotDeliveredError, body_of, post
from taxi_assets.trips.dataset import Dataset

_INTERVAL_SECONDS = 30


def _now() -> datetime:
    return datetime.now(UTC)


def alert_sensor(
    webhook: SecretStr | None, watched: Sequence[Dataset], now: Callable[[], datetime] = _now
) -> dg.SensorDefinition:
    """What watches runs, backfills and the findings of the watch.

    A tick that cannot post fails: the UI shows it, and so does ``taxi-assets doctor``. What it
    would have posted is tried again.

    Args:
        webhook: where to; None posts nothing, and `taxi-assets alerts` still lists what is open.
        watched: the datasets that the settings chose.
        now: the time of a tick, UTC.
    """

    @dg.sensor(
        name=ALERTS_SENSOR,
        minimum_interval_seconds=_INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells the webhook of each trouble once, and of its end.",
    )
    def alerts(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        time = now()
        outbox = read_outbox(context.instance)
        gather(context.instance, outbox, watched, time)
        if webhook is None:
            outbox.forget_ended()
        keep_outbox(context.instance, outbox)
        if webhook is not None and outbox.may_post(time):
            _post(context.instance, outbox, webhook, time)
        return dg.SkipReason(f"{len(outbox.lasting)} open")

    return alerts


def _post(instance: dg.DagsterInstance, outbox: Outbox, webhook: SecretStr, now: datetime) -> None:
    new, over = outbox.untold()
    if not new and not over:
        return
    try:
        post(webhook, body_of(new, over))
    except AlertNotDeliveredError:
        outbox.was_refused(now)
        keep_outbox(instance, outbox)
        raise
    outbox.was_taken([*new, *over], now)
    keep_outbox(instance, outbox)
