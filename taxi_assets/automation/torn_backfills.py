"""Backfills that Dagster marked failed only because the code was away.

Commands that list backfills need no more than this of them; the daemon's part takes a quarter of a
second to import.
"""

from __future__ import annotations

from taxi_assets.automation.dagster_internals import BulkActionStatus, PartitionBackfill

TORN_STATUSES = (BulkActionStatus.FAILING, BulkActionStatus.FAILED)
"""What such a backfill is in."""

_LOCATION_AWAY = frozenset(
    {
        "DagsterCodeLocationNotFoundError",
        "DagsterCodeLocationLoadError",
        "DagsterUserCodeUnreachableError",
    }
)


def was_torn(backfill: PartitionBackfill) -> bool:
    """Whether a backfill failed only because the code was away, and has yet to be resumed."""
    if backfill.status not in TORN_STATUSES:
        return False
    error = backfill.error
    while error is not None:
        if error.cls_name in _LOCATION_AWAY:
            return True
        error = error.cause or error.context
    return False
