"""Brings the list of alerts up to date, part by part: what one cannot find out hides no other."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

import dagster as dg

from taxi_assets.automation.failing_ticks import FAILING_TICKS, failing_ticks
from taxi_assets.automation.open_troubles import of_backfills, of_runs, of_watch
from taxi_assets.automation.outbox import ALERTS_SENSOR, Outbox
from taxi_assets.automation.unending_runs import UNENDING, unending_runs
from taxi_assets.settings import variable
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.watch.troubles import Trouble

OF_CODE = "code"
"""The kind of troubles that are found when the code is loaded."""

_BLIND = "alerts"
_AWAKE = timedelta(minutes=10)


@dataclass(frozen=True)
class Deployed:
    """What the code has just now: what it has no more is in no trouble.

    Attributes:
        datasets: those that are watched.
        ticking: the names of all schedules and sensors; None where they are not known.
        troubles: what was found when the code was loaded, such as wrong pipeline files.
    """

    datasets: Sequence[Dataset] = tuple(DATASETS.values())
    ticking: Collection[str] | None = None
    troubles: Sequence[Trouble] = ()


def gather(
    instance: dg.DagsterInstance,
    outbox: Outbox,
    now: datetime,
    deployed: Deployed = Deployed(),
) -> None:
    """Bring an outbox up to date with what is the case.

    What cannot be found out twice in a row is a trouble itself.
    """
    awake = outbox.runs_until is not None and now - outbox.runs_until < _AWAKE
    parts: dict[str, Callable[..., None]] = {
        **{
            f"the watch of {each.taxi}": partial(of_watch, dataset=each)
            for each in deployed.datasets
        },
        "runs": of_runs,
        "backfills": of_backfills,
        "schedules and sensors": partial(_ticks, ticking=deployed.ticking),
        "runs that do not end": partial(_unending, awake=awake),
        "the code": partial(_code, deployed=deployed),
    }
    failed, blind = [], []
    for name, part in parts.items():
        try:
            part(instance, outbox, now=now)
        except Exception as error:  # whatever it is, the others are told of
            failed.append(name)
            if name in outbox.failed:
                blind.append(_blind(name, error, now))
    _keep(outbox, _BLIND, blind, now)
    outbox.failed = failed


def _blind(name: str, error: Exception, now: datetime) -> Trouble:
    """That nobody would hear of these troubles."""
    said = str(error).strip().splitlines() or [""]
    return Trouble(
        key=f"{_BLIND}/{name}",
        kind=_BLIND,
        title=f"no alerts of {name}",
        since=now,
        reason=f"They cannot be made: {type(error).__name__}: {said[0]}\n  All others are. What to "
        f"do: see the ticks of the sensor {ALERTS_SENSOR} in the UI, and the code's log.",
    )


def _keep(outbox: Outbox, kind: str, found: Iterable[Trouble], now: datetime) -> None:
    """Open these troubles, and end all others of their kind."""
    keys = set()
    for trouble in found:
        keys.add(trouble.key)
        outbox.open(trouble, now)
    for key, alert in outbox.alerts.items():
        if alert.trouble.kind == kind and key not in keys:
            outbox.end(key, now)


def _ticks(
    instance: dg.DagsterInstance, outbox: Outbox, now: datetime, ticking: Collection[str] | None
) -> None:
    """Take over which schedules and sensors fail."""
    _keep(outbox, FAILING_TICKS, failing_ticks(instance, now, ticking), now)


def _unending(instance: dg.DagsterInstance, outbox: Outbox, now: datetime, awake: bool) -> None:
    """Take over which runs do not end; when all services were off, they have time to end first."""
    if awake:
        _keep(outbox, UNENDING, unending_runs(instance, now), now)


def _code(_instance: dg.DagsterInstance, outbox: Outbox, now: datetime, deployed: Deployed) -> None:
    """Take over what is wrong with the code, and end the alerts of a taxi that is gone."""
    _keep(outbox, OF_CODE, deployed.troubles, now)
    taxis = {dataset.taxi for dataset in deployed.datasets}
    gone = {*outbox.reports} - taxis  # since the last time
    for key, alert in outbox.alerts.items():
        taxi, of_run = alert.trouble.dataset, "run_id" in alert.trouble.about
        # A run by hand may fail, and is told of; nothing mends those from before.
        if taxi and taxi not in taxis and (taxi in gone or not of_run):
            outbox.end(key, now, f"{taxi} is no longer among {variable('taxis')}")
    outbox.reports = {taxi: at for taxi, at in outbox.reports.items() if taxi in taxis}
