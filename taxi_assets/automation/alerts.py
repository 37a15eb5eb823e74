"""The sensor that keeps the list of alerts, and posts them to a webhook if there is one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import dagster as dg
from filelock import FileLock, Timeout
from pydantic import SecretStr

from taxi_assets.automation.gathering import OF_CODE, Deployed, gather
from taxi_assets.automation.outbox import ALERTS_SENSOR, Outbox, keep_outbox, read_outbox
from taxi_assets.automation.posting import AlertNotDeliveredError, body_of, post
from taxi_assets.settings import Settings
from taxi_assets.watch.troubles import Trouble

WRONG_FILES = "wrong_pipeline_files"
"""The first part of the keys of assets that stand for wrong pipeline files, and the name of their
metadata with the name of the file."""

_INTERVAL_SECONDS = 30


def _now() -> datetime:
    return datetime.now(UTC)


def alert_sensor(settings: Settings, now: Callable[[], datetime] = _now) -> dg.SensorDefinition:
    """What watches runs, backfills and the findings of the watch.

    A tick that cannot post fails: the UI shows it, and so does ``taxi-assets doctor``. What it
    would have posted is tried again.

    Args:
        settings: the webhook; without one nothing is posted, and `taxi-assets alerts` still lists
            what is open. And the taxis that are watched.
        now: the time of a tick, UTC.
    """

    @dg.sensor(
        name=ALERTS_SENSOR,
        minimum_interval_seconds=_INTERVAL_SECONDS,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Tells the webhook of each trouble once, and of its end.",
    )
    def alerts(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        locks = settings.dagster_home / "sessions"
        locks.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(locks / ALERTS_SENSOR, timeout=0):  # two daemons would tell all twice
                return dg.SkipReason(f"{_tick(context, settings, now())} open")
        except Timeout:
            return dg.SkipReason("another daemon is at it")

    return alerts


def _tick(context: dg.SensorEvaluationContext, settings: Settings, now: datetime) -> int:
    """Bring the list up to date and post what is new; how many are open."""
    instance, webhook = context.instance, settings.alert_webhook
    outbox = read_outbox(instance)
    gather(instance, outbox, now, _deployed(settings, context.repository_def, now))
    if webhook is None:
        outbox.forget_ended()
    keep_outbox(instance, outbox)
    if webhook is not None and outbox.may_post(now):
        _post(instance, outbox, webhook, now)
    return len(outbox.lasting)


def _deployed(
    settings: Settings, repository: dg.RepositoryDefinition | None, now: datetime
) -> Deployed:
    if repository is None:
        return Deployed(settings.datasets)
    ticking = {schedule.name for schedule in repository.schedule_defs}
    ticking |= {sensor.name for sensor in repository.sensor_defs}
    return Deployed(settings.datasets, ticking, list(_wrong_files(repository, now)))


def _wrong_files(repository: dg.RepositoryDefinition, now: datetime) -> Iterator[Trouble]:
    """The pipeline files that define nothing, their schedules included."""
    graph = repository.asset_graph
    for key in sorted(graph.get_all_asset_keys()):
        if key.path[0] == WRONG_FILES:
            asset = graph.get(key)
            yield Trouble(
                key=f"{OF_CODE}/{key.path[-1]}",
                kind=OF_CODE,
                title=f"the pipeline file {asset.metadata[WRONG_FILES]} is wrong",
                since=now,
                reason=f"Nothing of it runs, its schedule neither.\n  {asset.description}",
            )


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
