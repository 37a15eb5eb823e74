"""The backfills that an instance knows, and what of each is loaded or missing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import dagster as dg

from taxi_assets.automation.asked_months import (
    UNSUCCESSFUL,
    Asked,
    asked_of,
    newest_run,
    newest_runs,
    will_go_on,
)
from taxi_assets.automation.dagster_internals import (
    BULK_ACTION_TERMINAL_STATUSES,
    BulkActionsFilter,
    BulkActionStatus,
    PartitionBackfill,
)
from taxi_assets.automation.torn_backfills import was_torn

_LISTED = 20
_WORDS = {
    BulkActionStatus.REQUESTED: "loading",
    BulkActionStatus.CANCELING: "being cancelled",
    BulkActionStatus.CANCELED: "cancelled",
    BulkActionStatus.FAILING: "failing",
    BulkActionStatus.FAILED: "failed",
}


@dataclass(frozen=True)
class BackfillLine:
    """A backfill as it stands.

    Attributes:
        backfill_id: Dagster's name of it.
        title: the taxi and the range of months.
        state: Dagster's, in lower case: ``requested``, ``completed_success``, ….
        words: the state for people: ``loading``, ``complete``, ``cancelled``, ….
        months: how many were asked for.
        loaded: how many of them are loaded, by this backfill or since.
        failed: the months whose last run failed and will not be run again by itself, oldest first.
        cancelled: the months whose last run was cancelled.
        not_begun: the months for which no run was made, and none will be where it is over.
    """

    backfill_id: str
    title: str
    state: str
    words: str
    months: int
    loaded: int
    failed: tuple[str, ...]
    cancelled: tuple[str, ...]
    not_begun: tuple[str, ...]


def list_backfills(instance: dg.DagsterInstance) -> list[BackfillLine]:
    """The newest backfills, also those of the UI, newest first."""
    return [line_of(instance, backfill) for backfill in instance.get_backfills(limit=_LISTED)]


def line_of(instance: dg.DagsterInstance, backfill: PartitionBackfill) -> BackfillLine:
    """One backfill, with what became of its months."""
    runs = newest_runs(instance, backfill)
    asked = asked_of(backfill) or sorted(runs)
    last = {each: _last(instance, backfill, runs.get(each), each) for each in asked}
    loading, failed, cancelled, not_begun, loaded = [], [], [], [], 0
    for each, run in last.items():
        if run is None:
            not_begun.append(each)
        elif run.status is dg.DagsterRunStatus.SUCCESS:
            loaded += 1
        elif will_go_on(run):
            loading.append(each)
        elif run.status is dg.DagsterRunStatus.CANCELED:
            cancelled.append(each)
        else:
            failed.append(each)
    return BackfillLine(
        backfill.backfill_id,
        backfill.title or _title(asked),
        backfill.status.value.lower(),
        _words(backfill, begun=bool(runs), loading=bool(loading), complete=loaded == len(asked)),
        len(asked),
        loaded,
        *(_named(some, asked) for some in (failed, cancelled, not_begun)),
    )


def progress(line: BackfillLine) -> str:
    """What of a backfill is loaded, and which months are not."""
    kinds = {"failed": line.failed, "cancelled": line.cancelled, "not begun": line.not_begun}
    missing = [f"{kind}: {', '.join(months)}" for kind, months in kinds.items() if months]
    return "; ".join([f"{line.loaded} of {line.months} months loaded", *missing])


def is_over(backfill: PartitionBackfill) -> bool:
    """Whether nobody works on a backfill any more."""
    return backfill.status in BULK_ACTION_TERMINAL_STATUSES and not was_torn(backfill)


def open_backfills(instance: dg.DagsterInstance) -> list[PartitionBackfill]:
    """The backfills that are not over, however many newer ones there are."""
    may_be_open = {*BulkActionStatus} - {*BULK_ACTION_TERMINAL_STATUSES}
    statuses = [*may_be_open, BulkActionStatus.FAILED]
    found = instance.get_backfills(filters=BulkActionsFilter(statuses=statuses))
    return [backfill for backfill in found if not is_over(backfill)]


def _last(
    instance: dg.DagsterInstance,
    backfill: PartitionBackfill,
    run: dg.DagsterRun | None,
    each: Asked,
) -> dg.DagsterRun | None:
    """The backfill's last run of a month; one that somebody made since, where it loaded none."""
    if run is not None and run.status not in UNSUCCESSFUL:
        return run
    newest = newest_run(instance, *each)
    if newest is not None and newest.create_timestamp.timestamp() > backfill.backfill_timestamp:
        return newest.dagster_run
    return run


def _words(backfill: PartitionBackfill, begun: bool, loading: bool, complete: bool) -> str:
    if was_torn(backfill):
        return "interrupted, goes on once the code answers"
    if backfill.status is BulkActionStatus.REQUESTED and not begun:
        return "waiting"
    if backfill.status in _WORDS:
        words = _WORDS[backfill.status]
        reason = backfill.error.message.strip().splitlines() if backfill.error else []
        return f"{words} ({reason[0]})" if words.startswith("fail") and reason else words
    if loading:
        return _WORDS[BulkActionStatus.REQUESTED]
    return "complete" if complete else "over, but months are missing"


def _title(asked: Sequence[Asked]) -> str:
    """As our own backfills are called, for those of the UI."""
    taxis = " and ".join(sorted({taxi for taxi, _ in asked if taxi})) or "other"
    keys = sorted(key for _, key in asked)
    return f"{taxis} {keys[0]} to {keys[-1]}" if keys else taxis


def _named(some: Iterable[Asked], asked: Sequence[Asked]) -> tuple[str, ...]:
    """The months; with their taxi where the backfill is of several."""
    several = len({taxi for taxi, _ in asked}) > 1
    return tuple(f"{taxi} {key}" if several else key for taxi, key in some)
