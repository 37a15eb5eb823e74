"""What the alerts have to tell of: what the watch found, runs that failed, backfills that ended."""

from __future__ import annotations

from datetime import datetime, timedelta

import dagster as dg

from taxi_assets.automation.asked_months import will_go_on
from taxi_assets.automation.backfill_list import is_over, line_of, progress
from taxi_assets.automation.jobs import load_job_name
from taxi_assets.automation.month_outcomes import recorded_outcome
from taxi_assets.automation.outbox import Outbox
from taxi_assets.automation.run_tags import PARTITION_TAG, TAXI_TAG
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.watch.survey import last_report
from taxi_assets.watch.troubles import Trouble, month_key

_BACKFILLS = 20
_OVERLAP = timedelta(minutes=2)
_SEEN_BY_ITSELF = ("ledger", "unreachable")
_TOLD = [dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE]


def gather(instance: dg.DagsterInstance, outbox: Outbox, now: datetime) -> None:
    """Bring an outbox up to date with what is the case."""
    for dataset in DATASETS.values():
        _watch(instance, outbox, dataset, now)
    _runs(instance, outbox, now)
    _backfills(instance, outbox, now)


def _watch(instance: dg.DagsterInstance, outbox: Outbox, dataset: Dataset, now: datetime) -> None:
    """Take over what the last look at the source found; each look once."""
    report = last_report(instance, dataset)
    if report is None or outbox.reports.get(dataset.taxi) == report.at:
        return
    outbox.reports[dataset.taxi] = report.at
    for trouble in report.troubles:
        if trouble.is_sure or trouble.key in outbox.alerts:
            outbox.open(trouble, now)
    found = {trouble.key for trouble in report.troubles}
    fine = {month_key(dataset.taxi, month) for month in report.fine}
    for key, alert in outbox.alerts.items():
        if key in found or alert.trouble.dataset != dataset.taxi:
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


def _runs(instance: dg.DagsterInstance, outbox: Outbox, now: datetime) -> None:
    """Take over what the runs came to that ended since the last time, the oldest first."""
    # What ended before the first look is history; a clock may have been ahead at the last one.
    since = min(outbox.runs_until or now, now)
    filters = dg.RunsFilter(statuses=_TOLD, updated_after=since - _OVERLAP)
    records = instance.get_run_records(filters)
    if outbox.runs_until is None:
        outbox.runs_seen = [record.dagster_run.run_id for record in records]
    for record in sorted(records, key=lambda record: (record.end_time or 0, record.storage_id)):
        run = record.dagster_run
        if run.run_id in outbox.runs_seen or will_go_on(run):
            continue
        if run.status is dg.DagsterRunStatus.SUCCESS:
            outbox.end(_run_key(run), now)
        else:
            outbox.open(_of_run(instance, run, record.update_timestamp), now)
    outbox.runs_seen = [record.dagster_run.run_id for record in records]
    outbox.runs_until = now


def _loaded_month(run: dg.DagsterRun) -> tuple[str, str] | None:
    """The taxi and month that a run of a dataset's own job loads."""
    taxi, month = run.tags.get(TAXI_TAG), run.tags.get(PARTITION_TAG)
    if taxi in DATASETS and month and run.job_name == load_job_name(DATASETS[taxi]):
        return taxi, month
    return None


def _run_key(run: dg.DagsterRun) -> str:
    if loaded := _loaded_month(run):
        return month_key(*loaded)
    return f"run/{run.job_name}/{run.tags.get(PARTITION_TAG, '')}"


def _of_run(instance: dg.DagsterInstance, run: dg.DagsterRun, since: datetime) -> Trouble:
    taxi, month = run.tags.get(TAXI_TAG), run.tags.get(PARTITION_TAG)
    name = f"{taxi} {month}" if taxi and month else run.job_name
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
            "job": run.job_name,
            "run_id": run.run_id,
            **({"assets": [*outcome.assets]} if outcome.assets else {}),
            "tags": {name: value for name, value in run.tags.items() if "/" not in name},
        },
    )


def _backfills(instance: dg.DagsterInstance, outbox: Outbox, now: datetime) -> None:
    """Take over which backfills ended without all of their months; each is told of once."""
    outbox.backfills_since = outbox.backfills_since or now
    incomplete = []
    for backfill in instance.get_backfills(limit=_BACKFILLS):
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
