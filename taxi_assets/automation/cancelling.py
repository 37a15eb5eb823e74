"""Cancelling a backfill: nothing of it is made or started once this has returned."""

from __future__ import annotations

import logging
import time

import dagster as dg

from taxi_assets.automation.backfills import require_daemon
from taxi_assets.automation.dagster_internals import (
    BULK_ACTION_TERMINAL_STATUSES,
    BulkActionStatus,
    PartitionBackfill,
    cancel_backfill_runs_and_cancellation_complete,
)
from taxi_assets.errors import ArgumentError, BackfillNotCancellableError

_NAMED = 5
_POLL_SECONDS = 0.2
_LIMIT_SECONDS = 120.0  # runs in progress have a minute to end
_LOG = logging.getLogger(__name__)


def cancel_backfill(instance: dg.DagsterInstance, backfill_id: str) -> None:
    """End a backfill's runs, and wait until the daemon has noticed that it may make no more.

    Queued runs are cancelled here: the daemon may be submitting others, which it does in one go.
    Those that it submits from now on are refused (``automation/coordinator.py``).

    Raises:
        ArgumentError: there is none of that id.
        BackfillNotCancellableError: it is over, or the daemon does not say within two minutes that
            it has noticed.
        DaemonNotRunningError: nobody would notice.
    """
    backfill = instance.get_backfill(backfill_id)
    if backfill is None:
        known = ", ".join(each.backfill_id for each in instance.get_backfills(limit=_NAMED))
        raise ArgumentError(
            f"there is no backfill {backfill_id}; "
            + (f"the newest are {known}" if known else "there is none yet"),
            "name one of them; `taxi-assets backfills` says what each loads",
        )
    if backfill.status in BULK_ACTION_TERMINAL_STATUSES:
        state = backfill.status.value.lower()
        raise BackfillNotCancellableError(
            f"backfill {backfill_id} is over: {state}", "`taxi-assets backfills` lists them"
        )
    require_daemon(instance)
    end = time.monotonic() + _LIMIT_SECONDS
    while not _is_cancelled(instance, backfill):
        if time.monotonic() > end:
            raise BackfillNotCancellableError(
                f"backfill {backfill_id} starts no more runs, but the daemon has not confirmed it",
                "see whether the daemon runs; it cancels the backfill when it does",
            )
        time.sleep(_POLL_SECONDS)


def _is_cancelled(instance: dg.DagsterInstance, backfill: PartitionBackfill) -> bool:
    """One step of it; true once all is over."""
    now = instance.get_backfill(backfill.backfill_id)
    if now is None:
        return True
    is_over = now.status in BULK_ACTION_TERMINAL_STATUSES
    # The daemon may have written back what it had read before.
    if not is_over and now.status is not BulkActionStatus.CANCELING:
        instance.update_backfill(now.with_status(BulkActionStatus.CANCELING))
    runs_are = cancel_backfill_runs_and_cancellation_complete(instance, now.backfill_id, _LOG)
    return is_over and runs_are
