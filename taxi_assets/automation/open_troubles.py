"""What the alerts tell of months: what the watch found, runs that failed, backfills that ended."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

import dagster as dg

from taxi_assets.automation.asked_months import will_go_on
from taxi_assets.automation.backfill_list import is_over, line_of, open_backfills, progress
from taxi_assets.automation.jobs import load_job_name
from taxi_assets.automation.month_outcomes import recorded_outcome, settled_assets
from taxi_assets.automation.outbox import Outbox
from taxi_assets.automation.run_tags import PART_TAG, PARTITION_TAG, TAXI_TAG
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.watch.survey import last_report
from taxi_assets.watch.troubles import Trouble, month_key

_BACKFILLS = 20
_OVERLAP = timedelta(minutes=2)
_SEEN_BY_ITSELF = ("ledger", "unreachable")
_WHOLE = (None, None, None)
_TOLD = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]


def of_watch(instance: dg.DagsterInstance, outbox: Outbox, dataset: Dataset, now: datetime) -> None:
    """Take over what the last look at the source found; each look once."""
    report = last_report(instance, dataset)
    if report is None or outbox.reports.get(dataset.taxi) == report.at:
        return
    outbox.reports[dataset.taxi] = report.at
    for trouble in report.troubles:
        if trouble.is_sure or trouble.key in outbox.alerts:
            outbox.open(trouble, now)
    found = {trouble.key for trouble in report.troubles}
    unsure = {trouble.subject for trouble in report.troubles if not trouble.is_sure}
    fine = {month_key(dataset.taxi, month) for month in report.fine}
    for key, alert in outbox.alerts.items():
        if key in found or alert.trouble.dataset != dataset.taxi:
            continue
        if alert.trouble.subject in unsure:  # whatever it was told of last, it still is
            continue
        if alert.trouble.subject and key == month_key(dataset.taxi, alert.trouble.subject):
            # It lasts until the month is fine; a run of it may have failed since that look.
            is_fine = key in fine and alert.opened <= report.at
            of_run = "run_id" in alert.trouble.about
            has_left = alert.trouble.subject not in report.watched and not report.is_blind
            is_over = is_fine or (has_left and not of_run)
        else:
            is_over = alert.trouble.kind in _SEEN_BY_ITSELF or not report.hides_months
        if is_over:
            outbox.end(key, now)


def of_runs(instance: dg.DagsterInstance, outbox: Outbox, now: datetime) -> None:
    """Take over what the runs came to that ended since the last time, the oldest first."""
    # What ended before the first look is history; a clock may have been ahead at the last one.
    since = min(outbox.runs_until or now, now)
    filters = dg.RunsFilter(statuses=_TOLD, updated_after=since - _OVERLAP)
    records = instance.get_run_records(filters)
    if outbox.runs_until is None:
        outbox.runs_seen = _over(records)
    for record in sorted(records, key=lambda record: (record.end_time or 0, record.storage_id)):
        run = record.dagster_run
        if run.run_id in outbox.runs_seen or will_go_on(run):
            continue
        if run.status is dg.DagsterRunStatus.SUCCESS:
            for key, alert in outbox.alerts.items():
                if alert.ended is None and _mends(instance, run, alert.trouble):
                    outbox.end(key, now)
        else:
            outbox.open(_of_run(instance, run, record.update_timestamp), now)
    outbox.runs_seen = _over(records)
    outbox.runs_until = now
    _forget_deleted(instance, outbox, now)


def _over(records: Iterable[dg.RunRecord]) -> list[str]:
    """Those that are over for good: the retry of another one may still be called off."""
    runs = (record.dagster_run for record in records)
    return [run.run_id for run in runs if not will_go_on(run)]


def _forget_deleted(instance: dg.DagsterInstance, outbox: Outbox, now: datetime) -> None:
    """End the alerts of runs that somebody has deleted: nothing else may ever mend them."""
    keys = {
        str(alert.trouble.about["run_id"]): key
        for key, alert in outbox.alerts.items()
        if alert.ended is None and "run_id" in alert.trouble.about
    }
    there = instance.get_run_ids(dg.RunsFilter(run_ids=[*keys])) if keys else ()
    for run_id in keys.keys() - {*there}:
        outbox.end(keys[run_id], now)


def _loaded_month(run: dg.DagsterRun) -> tuple[str, str] | None:
    """The taxi and month that a run is of, whatever job or assets were launched."""
    taxi, month = run.tags.get(TAXI_TAG), run.tags.get(PARTITION_TAG)
    return (taxi, month) if taxi in DATASETS and month else None


def _run_key(run: dg.DagsterRun) -> str:
    if loaded := _loaded_month(run):
        return month_key(*loaded)
    return f"run/{_name(run)}/{run.tags.get(PARTITION_TAG, '')}"


def _name(run: dg.DagsterRun) -> str:
    """The job; of what is launched from assets, which has none of its own, the assets."""
    is_own = not run.job_name.startswith("__")
    assets = sorted(key.to_user_string() for key in run.asset_selection or ())
    return run.job_name if is_own or not assets else ", ".join(assets)


def _mends(instance: dg.DagsterInstance, run: dg.DagsterRun, trouble: Trouble) -> bool:
    """Whether a run that succeeded did what had failed: a month's file alone is not its rows."""
    month, about = _loaded_month(run), trouble.about
    if (month is None or trouble.key != month_key(*month)) and _place(run) != _place_of(trouble):
        return False
    if month is not None and _launched(run) == (load_job_name(DATASETS[month[0]]), *_WHOLE):
        return True
    before = instance.get_run_by_id(str(about.get("run_id")))
    if before is not None and _launched(before) == _launched(run):
        return True
    failed = about.get("assets")
    return isinstance(failed, list) and settled_assets(instance, run).issuperset(map(str, failed))


def _place(run: dg.DagsterRun) -> tuple[str, str]:
    return run.tags.get(TAXI_TAG, ""), run.tags.get(PARTITION_TAG, "")


def _place_of(trouble: Trouble) -> tuple[str, str] | None:
    """Taxi and partition of the run that failed; None where none did."""
    tags = trouble.about.get("tags")
    if "run_id" not in trouble.about or not isinstance(tags, dict):
        return None
    return str(tags.get(TAXI_TAG, "")), trouble.subject


def _launched(run: dg.DagsterRun) -> tuple[object, ...]:
    selected = run.asset_selection or None, run.asset_check_selection or None
    return run.job_name, *selected, run.tags.get(PART_TAG)


def _of_run(instance: dg.DagsterInstance, run: dg.DagsterRun, since: datetime) -> Trouble:
    taxi, month = run.tags.get(TAXI_TAG), run.tags.get(PARTITION_TAG)
    name = f"{taxi} {month}" if taxi and month else _name(run)
    outcome = recorded_outcome(instance, name, run)
    reasons = [
        outcome.message,
        *(f"{check.asset}: {check.name}: {check.reason}" for check in outcome.failed_checks),
    ]
    dataset, subject = _loaded_month(run) or ("", month or "")
    return Trouble(
        key=_run_key(run),
        kind="failing",
        title=f"{name} failed",
        since=since,
        reason="\n".join(filter(None, reasons)),
        dataset=dataset,
        subject=subject,
        about={
            **({"taxi": dataset, "month": subject} if dataset else {}),
            "job": run.job_name,
            "run_id": run.run_id,
            **({"assets": [*outcome.assets]} if outcome.assets else {}),
            "tags": {name: value for name, value in run.tags.items() if "/" not in name},
        },
    )


def of_backfills(instance: dg.DagsterInstance, outbox: Outbox, now: datetime) -> None:
    """Take over which backfills ended without all of their months; each is told of once."""
    outbox.backfills_since = outbox.backfills_since or now
    incomplete = []
    newest = {found.backfill_id: found for found in instance.get_backfills(limit=_BACKFILLS)}
    # One may end after many newer ones were made.
    older = map(instance.get_backfill, {*outbox.backfills_open} - newest.keys())
    for backfill in [*newest.values(), *filter(None, older)]:
        ended = backfill.backfill_end_timestamp or 0
        if not is_over(backfill) or ended < outbox.backfills_since.timestamp():
            continue
        line = line_of(instance, backfill)
        if line.words == "complete":
            continue
        incomplete.append(backfill.backfill_id)
        if backfill.backfill_id not in outbox.backfills_told:
            trouble = Trouble(
                key=f"backfill/{backfill.backfill_id}",
                kind="backfill",
                title=f"backfill {line.title}: {line.words}",
                since=now,
                reason=progress(line),
                is_event=True,
                about={"backfill_id": backfill.backfill_id},
            )
            outbox.open(trouble, now)
    outbox.backfills_told = incomplete
    outbox.backfills_open = [backfill.backfill_id for backfill in open_backfills(instance)]
