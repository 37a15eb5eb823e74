"""What to say where a package of the extra ``dbt`` is not installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from taxi_assets.errors import AnalyticsError


@contextmanager
def needs_extra() -> Iterator[None]:
    """Turn a missing package into an error that says how to install it."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise AnalyticsError(
            f"the models need the package {error.name}, which is not installed",
            "install the extra, `pip install 'taxi-assets[dbt]'`, or set TAXI_ANALYTICS=off",
        ) from None
