"""Translates the project's errors into Dagster's: with the remedy, without a stack trace.

Steps have no retry policy, because it would also repeat permanent errors. A transient error
requests another attempt itself. In runs of the command line it is shown at once, since a person is
waiting.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from taxi_assets.errors import TaxiAssetsError, TransientError

ATTENDED_TAG = "taxi_assets/session"
"""The tag of runs of the command line, where a person is waiting."""

_PAUSES_SECONDS = (30, 120, 480)
"""Pauses before further attempts. Each attempt has its own retries, for about four minutes."""


@contextmanager
def dagster_failures() -> Iterator[None]:
    """Turn an error with a remedy into a failure that shows it.

    Raises:
        dagster.RetryRequested: in place of a TransientError, the first few times.
        dagster.Failure: in place of a TaxiAssetsError. Other errors pass as they are.
    """
    try:
        yield
    except TaxiAssetsError as error:
        if isinstance(error, TransientError) and (seconds := _pause_before_another_attempt(error)):
            raise dg.RetryRequested(
                max_retries=len(_PAUSES_SECONDS), seconds_to_wait=seconds
            ) from error
        raise dg.Failure(
            description=str(error),
            metadata={"what": error.what, "remedy": error.remedy},
            allow_retries=isinstance(error, TransientError),
        ) from None


def _pause_before_another_attempt(error: TransientError) -> int | None:
    """How long to wait before another attempt, in seconds; None if there is none."""
    context = dg.OpExecutionContext.get()
    if ATTENDED_TAG in context.run.tags or context.retry_number >= len(_PAUSES_SECONDS):
        return None
    return error.wait_seconds or _PAUSES_SECONDS[context.retry_number]
