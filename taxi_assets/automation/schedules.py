"""Schedules: each day the newest published months that are not loaded, if there are any."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import dagster as dg

from taxi_assets.automation.jobs import load_job_name
from taxi_assets.errors import InvalidMonthError, TaxiAssetsError
from taxi_assets.settings.automation import AutomationSettings
from taxi_assets.source.catalog import Catalog
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.month import Month
from taxi_assets.watch.months import Standing
from taxi_assets.watch.survey import Survey, surveyed

_TOLD = {
    Standing.NEWER: "newer at the source, tried again later",
    Standing.PUBLISHED: "published and not loaded",
    Standing.FAILING: "failing",
    Standing.OVERDUE: "overdue",
    Standing.WITHDRAWN: "no longer at the source, kept here",
    Standing.OUTSIDE: "not in the source that TAXI_SOURCE chooses",
}


def _now() -> datetime:
    return datetime.now(UTC)


def default_schedule_status(settings: AutomationSettings) -> dg.DefaultScheduleStatus:
    """Whether schedules run as soon as they are deployed."""
    if settings.schedules == "on":
        return dg.DefaultScheduleStatus.RUNNING
    return dg.DefaultScheduleStatus.STOPPED


def newest_months_schedule(
    dataset: Dataset, catalog: Catalog, now: Callable[[], datetime] = _now
) -> dg.ScheduleDefinition:
    """Load what the source has newly published of a dataset, or say why there is nothing to do.

    Args:
        dataset: whose months.
        catalog: where they are published.
        now: the time of a tick, UTC. It is not the scheduled one: a tick may be made up for.
    """
    settings = catalog.settings

    @dg.schedule(
        name=f"newest_{dataset.taxi}",
        job_name=load_job_name(dataset),
        cron_schedule=f"0 {dataset.schedule_hour} * * *",
        execution_timezone=settings.schedule_timezone,
        default_status=default_schedule_status(settings),
        description=(
            f"Loads the months of {dataset.taxi} trips that are published but not loaded, of the "
            f"last {settings.schedule_months}. TLC publishes about two months late, irregularly."
        ),
    )
    def newest(context: dg.ScheduleEvaluationContext) -> list[dg.RunRequest] | dg.SkipReason:
        return months_to_load(context.instance, catalog, dataset, now())

    return newest


def months_to_load(
    instance: dg.DagsterInstance,
    catalog: Catalog,
    dataset: Dataset,
    now: datetime,
    months: Sequence[Month] | None = None,
    job_name: str | None = None,
) -> list[dg.RunRequest] | dg.SkipReason:
    """Ask for the months that the source has and the warehouses lack, or say why for none.

    Args:
        instance: whose runs load them.
        catalog: where they are published, and how many of the newest count.
        dataset: whose months.
        now: the time of the tick, UTC, by which partitions end.
        months: the months in question; None for all that are watched.
        job_name: the job that loads them, if it is not the dataset's own.
    """
    try:
        with surveyed(instance, catalog, dataset, now, months, job_name=job_name) as survey:
            gaps = [line for line in survey.due if line.is_gap][: catalog.settings.load_gaps]
            chosen = [line for line in survey.due if not line.is_gap] + gaps
            survey.ask_for(chosen)
    except InvalidMonthError as error:
        return dg.SkipReason(str(error))
    except TaxiAssetsError as error:
        return dg.SkipReason(f"nothing could be looked up: {error}")
    if chosen:
        # Dagster wants keys; these are used once, so that none can be spent.
        return [
            dg.RunRequest(
                run_key=f"{line.month} at {now.isoformat()}", partition_key=str(line.month)
            )
            for line in chosen
        ]
    return dg.SkipReason(nothing_to_load(survey))


def nothing_to_load(survey: Survey) -> str:
    """Why a look leads to no run, in words."""
    if survey.problem:
        return f"nothing could be looked up: {survey.problem}"
    if survey.sightings.failures:
        again = f"{survey.sightings.not_before:%Y-%m-%d %H:%M} UTC"
        failure = survey.sightings.failure
        return (
            f"the source failed {survey.sightings.failures} times, and is asked again after "
            f"{again}: {failure}"
        )
    newest = [line for line in reversed(survey.lines) if line.is_newest]
    awaited = next((line for line in newest if not line.held and not line.lacking), None)
    held = next((line for line in reversed(survey.lines) if line.held), None)
    parts = [f"every month up to {held.month} is loaded"] if held else []
    if awaited is not None:
        words = "is overdue" if awaited.standing is Standing.OVERDUE else "is not published yet"
        known = f"the newest is {held.month}" if held else "nor is any month before it"
        parts = [f"{awaited.month} {words}; {known}"]
    others: dict[str, list[str]] = {}
    for line in survey.lines:
        name = "being loaded" if line.on_its_way else _TOLD.get(line.standing)
        if line.on_its_way or (name and not (line.is_newest and line.standing is Standing.OVERDUE)):
            others.setdefault(name or "", []).append(str(line.month))
    return "; ".join([*parts, *(f"{name}: {', '.join(them)}" for name, them in others.items())])


def newest_months_schedules(catalog: Catalog) -> list[dg.ScheduleDefinition]:
    """The schedule of each dataset."""
    return [newest_months_schedule(dataset, catalog) for dataset in catalog.settings.datasets]
