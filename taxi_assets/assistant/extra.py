"""What to say where a package of the extra ``assistant`` is not installed."""

from collections.abc import Iterator
from contextlib import contextmanager

from taxi_assets.errors import AssistantError


@contextmanager
def needs_extra() -> Iterator[None]:
    """Turn a missing package into an error that says how to install it."""
    try:
        yield
    except ModuleNotFoundError as error:
        raise AssistantError(
            f"the assistant needs the package {error.name}, which is not installed",
            "install the extra: pip install 'taxi-assets[assistant]'",
        ) from None
