"""What to say where a package of the extras ``dbt`` and ``dbt-bigquery`` is not installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec

from taxi_assets.errors import AnalyticsError

_EXTRAS = {"bigquery": "dbt-bigquery"}
"""The extra with dbt's adapter for a warehouse, where it is another one than ``dbt``."""


@contextmanager
def needs_extra() -> Iterator[None]:
    """Turn a missing package into an error that says how to install it."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise _missing(str(error.name), "dbt") from None


def has_adapter(warehouse: str) -> bool:
    """Whether dbt's adapter for a warehouse is installed."""
    with needs_extra():
        return find_spec(f"dbt.adapters.{warehouse}") is not None


def no_adapter(warehouse: str) -> AnalyticsError:
    """The error where dbt's adapter for a warehouse is not installed."""
    return _missing(f"dbt-{warehouse}", _EXTRAS.get(warehouse, "dbt"))


def _missing(package: str, extra: str) -> AnalyticsError:
    return AnalyticsError(
        f"the models need the package {package}, which is not installed",
        f"install the extra, `pip install 'taxi-assets[{extra}]'`, or set TAXI_ANALYTICS=off",
    )
