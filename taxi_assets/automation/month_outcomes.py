"""What came of a month's run, from the events that it left."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

import dagster as dg
from dagster_shared.error import SerializableErrorInfo

from taxi_assets.automation.dagster_internals import (
    AssetCheckEvaluation,
    JobFailureData,
)

_CHECKS_FAILED = "DagsterAssetCheckFailedError"
_OF_DAGSTER = re.compile(r"^dagster\.[\w.]+: ")
_INTERRUPTS = {"DagsterExecutionInterruptedError", "KeyboardInterrupt", "InterruptException"}


class State(StrEnum):
    """What became of a month."""

    LOADED = "loaded"
    UNCHANGED = "unchanged"
    NOT_PUBLISHED = "not published yet"
    CHECKED = "checked"
    FAILED = "failed"


@dataclass(frozen=True)
class CheckOutcome:
    """One asset check of one month.

    Attributes:
        asset: the table, such as ``duckdb/green_tripdata``.
        name: of the check.
        passed: whether it did.
        blocks: whether a failure is an error; otherwise it warns.
        reason: what was found, in words.
        figures: the numbers behind it.
    """

    asset: str
    name: str
    passed: bool
    blocks: bool
    reason: str
    figures: Mapping[str, int | float] = field(default_factory=dict)


@dataclass(frozen=True)
class MonthOutcome:
    """What came of a run.

    Attributes:
        name: what was run, such as ``green 2020-04``.
        state: what became of it.
        rows: rows of the month in its tables, or in its file where no table says more.
        message: why it failed, with the remedy; of an audit, how it was repaired.
        checks: the checks that were evaluated.
        run_id: Dagster's run, to look it up in the UI.
        assets: those that failed, such as ``postgres/green_tripdata``, as far as they are recorded.
        rejected_rows: rows of the file that are not in the tables, but in ``tripdata_rejects``.
    """

    name: str
    state: State
    rows: int = 0
    message: str = ""
    checks: tuple[CheckOutcome, ...] = field(default=())
    run_id: str = ""
    assets: tuple[str, ...] = ()
    rejected_rows: int = 0

    @property
    def warnings(self) -> tuple[CheckOutcome, ...]:
        """The checks that did not pass but block nothing."""
        return tuple(check for check in self.checks if not check.passed and not check.blocks)

    @property
    def failed_checks(self) -> tuple[CheckOutcome, ...]:
        """The blocking checks that did not pass."""
        return tuple(check for check in self.checks if not check.passed and check.blocks)


def recorded_outcome(
    instance: dg.DagsterInstance, name: str, run: dg.DagsterRun | None
) -> MonthOutcome:
    """What came of a run that another process made, from the events it left.

    Args:
        instance: where the run is recorded.
        name: what was run, such as ``green 2020-04``.
        run: one that is over; None where there never was one.
    """
    if run is None:
        return MonthOutcome(name, State.FAILED, message="no run was made for it")
    entries = instance.all_logs(run.run_id)
    events = [entry.dagster_event for entry in entries if entry.dagster_event is not None]
    succeeded = run.status is dg.DagsterRunStatus.SUCCESS
    message = _failure_in(events) or ("" if succeeded else f"the run is {run.status.value.lower()}")
    outcome = _outcome(
        name,
        [e.asset_check_evaluation_data for e in events if _is(e, "ASSET_CHECK_EVALUATION")],
        [
            e.step_materialization_data.materialization.metadata
            for e in events
            if _is(e, "ASSET_MATERIALIZATION")
        ],
        message,
        succeeded,
        run.run_id,
    )
    failed = {check.asset for check in outcome.failed_checks} | _failed_assets(events)
    return replace(outcome, assets=tuple(sorted(failed)))


def _failed_assets(events: Sequence[dg.DagsterEvent]) -> set[str]:
    """The assets whose steps failed, by what the run planned for each step."""
    failed = {e.step_key for e in events if _is(e, "STEP_FAILURE")}
    planned = [e for e in events if _is(e, "ASSET_MATERIALIZATION_PLANNED")]
    return {e.asset_key.to_user_string() for e in planned if e.step_key in failed and e.asset_key}


def settled_assets(instance: dg.DagsterInstance, run: dg.DagsterRun) -> set[str]:
    """The assets that a run materialized, or observed that there is nothing to materialize."""
    kinds = {dg.DagsterEventType.ASSET_MATERIALIZATION, dg.DagsterEventType.ASSET_OBSERVATION}
    events = [entry.dagster_event for entry in instance.all_logs(run.run_id, of_type=kinds)]
    return {event.asset_key.to_user_string() for event in events if event and event.asset_key}


def _is(event: dg.DagsterEvent, kind: str) -> bool:
    return event.event_type_value == kind


def outcome_of(name: str, result: dg.ExecuteInProcessResult) -> MonthOutcome:
    """What came of a run of this process.

    Raises:
        KeyboardInterrupt: Ctrl-C ended it.
    """
    return _outcome(
        name,
        result.get_asset_check_evaluations(),
        [event.materialization.metadata for event in result.get_asset_materialization_events()],
        failure_of(result),
        result.success,
        result.run_id,
    )


def _outcome(
    name: str,
    evaluations: Iterable[AssetCheckEvaluation],
    metadata: Sequence[Mapping[str, dg.MetadataValue]],
    failure: str,
    success: bool,
    run_id: str,
) -> MonthOutcome:
    checks = tuple(
        CheckOutcome(
            asset=evaluation.asset_key.to_user_string(),
            name=evaluation.check_name,
            passed=evaluation.passed,
            blocks=evaluation.severity is dg.AssetCheckSeverity.ERROR,
            reason=evaluation.description or "",
            figures={
                name: value.value
                for name, value in evaluation.metadata.items()
                if isinstance(value, dg.IntMetadataValue | dg.FloatMetadataValue)
                and value.value is not None
            },
        )
        for evaluation in evaluations
    )
    # A table says how many rows it rejected; the file in the lake counts them among its own.
    of_tables = [found for found in metadata if "rejected_rows" in found] or metadata
    rows = max((_number(found, "dagster/partition_row_count") for found in of_tables), default=0)
    rejected = max((int(check.figures.get("rejected_rows", 0)) for check in checks), default=0)
    if failure or not success or any(not c.passed and c.blocks for c in checks):
        state = State.FAILED
    elif not metadata:
        state = State.CHECKED if checks else State.NOT_PUBLISHED
    elif _changed(metadata):
        state = State.LOADED
    else:
        state = State.UNCHANGED
    return MonthOutcome(name, state, rows, failure, checks, run_id, rejected_rows=rejected)


def _changed(metadata: Sequence[Mapping[str, dg.MetadataValue]]) -> bool:
    """Whether anything was written; what does not say so writes each time it runs."""
    changes = [found["changed"].value for found in metadata if "changed" in found]
    return any(changes) or not changes


def _number(metadata: object, key: str) -> int:
    value = metadata.get(key) if isinstance(metadata, dict) else None
    return int(value.value) if isinstance(value, dg.IntMetadataValue) and value.value else 0


def _was_interrupted(error: object) -> bool:
    """Whether Ctrl-C ended a step: Dagster records it as a failure like any other."""
    while error is not None:
        if getattr(error, "cls_name", None) in _INTERRUPTS:
            return True
        error = getattr(error, "cause", None) or getattr(error, "context", None)
    return False


def failure_of(result: dg.ExecuteInProcessResult) -> str:
    """Why a run failed, with the remedy; nothing if it did not.

    Raises:
        KeyboardInterrupt: Ctrl-C ended it.
    """
    return _failure_in(result.all_events, interrupts=True)


def _failure_in(events: Sequence[dg.DagsterEvent], interrupts: bool = False) -> str:
    for event in events:
        if event.event_type is dg.DagsterEventType.STEP_FAILURE:
            data = event.step_failure_data
            if interrupts and _was_interrupted(data.error):
                raise KeyboardInterrupt
            if data.user_failure_data and data.user_failure_data.description:
                return str(data.user_failure_data.description)
            return _in_words(data.error)
    return _run_failure(events)


def _in_words(error: SerializableErrorInfo | None) -> str:
    """What went wrong at first; the traces stand among the run's events."""
    while error is not None and error.cause is not None:
        error = error.cause
    if error is None:
        return "failed"
    if error.cls_name == _CHECKS_FAILED:
        return "blocking checks failed"  # each of them is told of by itself
    return _OF_DAGSTER.sub("", error.message.strip())


def _run_failure(events: Sequence[dg.DagsterEvent]) -> str:
    """Why a run failed that no step of it did; nothing where it did not."""
    for event in events:
        if event.event_type is dg.DagsterEventType.RUN_FAILURE:
            # Whoever reports a failure from outside, such as run monitoring, may give no data.
            data = event.event_specific_data
            error = data.error if isinstance(data, JobFailureData) else None
            return _in_words(error) if error else event.message or "failed"
    return ""
