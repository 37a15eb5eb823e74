"""A clock that only the simulation moves: for Dagster, and for the project's own modules."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta, tzinfo
from unittest import mock

from dagster._core.test_utils import get_freezable_log_manager

_MODULES = (
    "taxi_assets.automation.alerts",
    "taxi_assets.automation.freshness",
    "taxi_assets.automation.old_runs",
    "taxi_assets.automation.republished",
    "taxi_assets.automation.schedules",
    "taxi_assets.components.trip_pipeline",
    "taxi_assets.lake.assets",
    "taxi_assets.lake.landing",
)


class Clock:
    """The time of the simulation."""

    def __init__(self, start: datetime) -> None:
        self.now = start

    def timestamp(self) -> float:
        """The time in Unix seconds."""
        return self.now.timestamp()

    def move(self, by: timedelta) -> None:
        """Let time pass."""
        self.now += by


@contextmanager
def moved_clock(start: datetime) -> Iterator[Clock]:
    """A clock that stands where it is put, for the time of the context."""
    clock = Clock(start)

    class Moved(datetime):
        @classmethod
        def now(cls, tz: tzinfo | None = None) -> Moved:
            found = clock.now.astimezone(tz or UTC)
            return cls(*found.timetuple()[:6], found.microsecond, tzinfo=found.tzinfo)

    with ExitStack() as stack:
        time = "dagster._time._mockable_get_current_"
        stack.enter_context(mock.patch(f"{time}datetime", side_effect=lambda: clock.now))
        stack.enter_context(mock.patch(f"{time}timestamp", side_effect=clock.timestamp))
        stack.enter_context(
            mock.patch(
                "dagster._core.log_manager.DagsterLogManager", new=get_freezable_log_manager()
            )
        )
        ledger = "taxi_assets.warehouse.ledger.utc_now"
        stack.enter_context(
            mock.patch(ledger, side_effect=lambda: Moved.now(UTC).replace(tzinfo=None))
        )
        for module in _MODULES:
            stack.enter_context(mock.patch(f"{module}.datetime", Moved))
        yield clock
