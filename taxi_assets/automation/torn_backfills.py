"""Tells backfills that only the absence of the code made fail; the daemon resumes them."""

from __future__ import annotations

import time

from taxi_assets.automation.dagster_internals import BulkActionStatus, PartitionBackfill

TORN = (BulkActionStatus.FAILING, BulkActionStatus.FAILED)
"""The states that such a backfill is in."""

_RESUMED_SECONDS = 86_400
_LOCATION_AWAY = frozenset(
    {
        "DagsterCodeLocationNotFoundError",
        "DagsterCodeLocationLoadError",
        "DagsterUserCodeUnreachableError",
    }
)


def was_torn(backfill: PartitionBackfill) -> bool:
    """Whether a backfill failed only because the code was away, and has yet to be resumed.

    That may be for a day: older ones are history, and somebody may have meant it since.
    """
    ended = backfill.backfill_end_timestamp
    is_old = ended is not None and time.time() - ended >= _RESUMED_SECONDS
    if backfill.status not in TORN or is_old:
        return False
    error = backfill.error
    while error is not None:
        if error.cls_name in _LOCATION_AWAY:
            return True
        error = error.cause or error.context
    return False
