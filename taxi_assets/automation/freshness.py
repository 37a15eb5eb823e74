"""Freshness: red where the source has had a month for days and a table still lacks it."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import dagster as dg

from taxi_assets.automation.recorded_checks import FRESHNESS_CHECK
from taxi_assets.errors import InvalidMonthError
from taxi_assets.failures import dagster_failures
from taxi_assets.settings import Settings, SourceChoice
from taxi_assets.source.catalog import Catalog
from taxi_assets.trips.dataset import Dataset
from taxi_assets.watch.months import MonthLine
from taxi_assets.watch.survey import surveyed
from taxi_assets.watch.troubles import OF_SOURCE, Trouble

FRESHNESS_JOB = "check_freshness"
_LAST_HOUR = 23
_WARNED = {"gap", "overdue", *OF_SOURCE}


def _now() -> datetime:
    return datetime.now(UTC)


def freshness_checks(
    catalog: Catalog, now: Callable[[], datetime] = _now
) -> list[dg.AssetChecksDefinition]:
    """A check for each merged table; they block nothing: older months can be loaded anyway.

    Args:
        catalog: where months are published.
        now: the time of an evaluation, UTC.
    """
    return [
        _freshness_check(dataset, warehouse, catalog, now)
        for dataset in catalog.settings.datasets
        for warehouse in catalog.settings.warehouses
    ]


def freshness_job(checks: Sequence[dg.AssetChecksDefinition], settings: Settings) -> dg.Definitions:
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
        cron_schedule=f"0 {_hour(settings.datasets)} * * *",
        execution_timezone=settings.schedule_timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING if on else dg.DefaultScheduleStatus.STOPPED,
        description="Each day: evaluates whether the newest published months are loaded.",
    )
    return dg.Definitions(asset_checks=checks, jobs=[job], schedules=[daily])


def _hour(datasets: Sequence[Dataset]) -> int:
    """The hour after the schedules that load."""
    return min(_LAST_HOUR, max(dataset.schedule_hour for dataset in datasets) + 1)


def _freshness_check(
    dataset: Dataset, warehouse: str, catalog: Catalog, now: Callable[[], datetime]
) -> dg.AssetChecksDefinition:
    settings = catalog.settings
    alone = Catalog(settings.model_copy(update={"warehouses": (warehouse,)}))
    only = settings.warehouses == (warehouse,)

    @dg.asset_check(
        name=FRESHNESS_CHECK,
        asset=dg.AssetKey([warehouse, dataset.table]),
        description=(
            f"No month has been at the source for more than {settings.max_lag_days:g} days without "
            "being loaded. Gaps between loaded months, and a source that falls silent, are a "
            "warning."
        ),
    )
    def fresh(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        if settings.source is SourceChoice.SAMPLE:
            return dg.AssetCheckResult(passed=True, description="synthetic months are never late")
        time = now()
        with dagster_failures():
            try:
                with surveyed(context.instance, alone, dataset, time, report=only) as survey:
                    lines, troubles = survey.lines, survey.troubles
            except InvalidMonthError as error:
                return dg.AssetCheckResult(passed=True, description=f"nothing is late: {error}")
        return _verdict(lines, troubles, settings.max_lag_days, time)

    return fresh


def _verdict(
    lines: Sequence[MonthLine], troubles: Sequence[Trouble], max_days: float, now: datetime
) -> dg.AssetCheckResult:
    """Red where a month is late; a warning where something else stands in the way."""
    late = [line for line in lines if line.is_late(max_days, now)]
    if late:
        listed = ", ".join(str(line.month) for line in late)
        return dg.AssetCheckResult(
            passed=False,
            severity=dg.AssetCheckSeverity.ERROR,
            description=f"at the source for more than {max_days:g} days, not loaded: {listed}",
        )
    warnings = [trouble for trouble in troubles if trouble.kind in _WARNED]
    if warnings:
        return dg.AssetCheckResult(
            passed=False,
            severity=dg.AssetCheckSeverity.WARN,
            description="; ".join(trouble.title for trouble in warnings),
        )
    newest = max((line.month for line in lines if line.held), default=None)
    known = f"the newest month is {newest}" if newest else "no month is published or loaded yet"
    return dg.AssetCheckResult(passed=True, description=f"nothing is late; {known}")
