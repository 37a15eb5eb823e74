"""Freshness: red where a month has been published for days and a table still lacks it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import dagster as dg

from taxi_assets.automation.loaded_months import loaded_months
from taxi_assets.automation.outlook import Outlook, look_ahead
from taxi_assets.errors import InvalidMonthError
from taxi_assets.failures import dagster_failures
from taxi_assets.settings import SourceChoice
from taxi_assets.settings.automation import AutomationSettings
from taxi_assets.source.catalog import Catalog
from taxi_assets.source.transfer import Version
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.month import Month

FRESHNESS_JOB = "check_freshness"
FRESHNESS_CHECK = "newest_months_loaded"
_LAST_HOUR = 23


def freshness_checks(catalog: Catalog) -> list[dg.AssetChecksDefinition]:
    """A check for each merged table; they block nothing: older months can be loaded anyway."""
    return [
        _freshness_check(dataset, str(warehouse), catalog)
        for dataset in DATASETS.values()
        for warehouse in catalog.settings.warehouses
    ]


def freshness_job(
    checks: Sequence[dg.AssetChecksDefinition], settings: AutomationSettings
) -> dg.Definitions:
    """The job that evaluates them, and its daily schedule."""
    job = dg.define_asset_job(
        FRESHNESS_JOB,
        dg.AssetSelection.checks(*checks),
        description="Are the newest published months loaded?",
    )
    on = settings.schedules == "on"
    daily = dg.ScheduleDefinition(
        name="daily_freshness",
        job=job,
        cron_schedule=f"0 {_hour()} * * *",
        execution_timezone=settings.schedule_timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING if on else dg.DefaultScheduleStatus.STOPPED,
    )
    return dg.Definitions(asset_checks=checks, jobs=[job], schedules=[daily])


def _hour() -> int:
    """The hour after the schedules that load."""
    return min(_LAST_HOUR, max(dataset.schedule_hour for dataset in DATASETS.values()) + 1)


def late_months(outlook: Outlook, max_days: float, now: datetime) -> list[Month]:
    """The missing months that have been published for more than so many days.

    Where the source does not say since when, a month is late at once.
    """
    return sorted(
        month
        for month, version in outlook.missing.items()
        if (days := _days_published(version, now)) is None or days > max_days
    )


def _days_published(version: Version, now: datetime) -> float | None:
    try:
        changed = parsedate_to_datetime(version.last_modified or "")
    except ValueError:
        return None
    return (now - changed).total_seconds() / 86_400


def _freshness_check(
    dataset: Dataset, warehouse: str, catalog: Catalog
) -> dg.AssetChecksDefinition:
    settings = catalog.settings
    alone = settings.model_copy(
        update={"warehouses": tuple(name for name in settings.warehouses if name == warehouse)}
    )

    @dg.asset_check(
        name=FRESHNESS_CHECK,
        asset=dg.AssetKey([warehouse, dataset.table]),
        description=(
            f"No month of the last {settings.schedule_months} has been published for more than "
            f"{settings.max_lag_days:g} days without being loaded."
        ),
    )
    def fresh() -> dg.AssetCheckResult:
        if settings.source is SourceChoice.SAMPLE:
            return dg.AssetCheckResult(passed=True, description="synthetic months are never late")
        now = datetime.now(UTC)
        with dagster_failures():
            try:
                outlook = look_ahead(catalog, dataset, loaded_months(alone, dataset), now.date())
            except InvalidMonthError as error:
                return dg.AssetCheckResult(passed=True, description=f"nothing is late: {error}")
        late = late_months(outlook, settings.max_lag_days, now)
        if late:
            listed = ", ".join(map(str, late))
            reason = f"published for more than {settings.max_lag_days:g} days, not loaded: {listed}"
        else:
            reason = f"nothing is late; the newest month is {outlook.newest}"
        return dg.AssetCheckResult(
            passed=not late, severity=dg.AssetCheckSeverity.ERROR, description=reason
        )

    return fresh
