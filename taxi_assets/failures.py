"""Translates the project's errors into Dagster's: with the remedy, without a stack trace.

Steps have no retry policy: it would also repeat what can only fail again. What may succeed on
another attempt (the network, a database that is held by somebody) is retried where it happens.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import dagster as dg

from taxi_assets.errors import TaxiAssetsError, TransientError


@contextmanager
def dagster_failures() -> Iterator[None]:
    """Turn an error with a remedy into a failure that shows it.

    Raises:
        dagster.Failure: in place of a TaxiAssetsError. Other errors pass as they are.
    """
    try:
        yield
    except TaxiAssetsError as error:
        raise dg.Failure(
            description=str(error),
            metadata={"what": error.what, "remedy": error.remedy},
            allow_retries=isinstance(error, TransientError),
        ) from None
