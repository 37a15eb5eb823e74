"""Schedules: each day the newest published months that are not loaded, if there are any."""

from collections.abc import Sequence
from datetime import UTC, date

import dagster as dg

from taxi_assets.automation.jobs import load_job_name
from taxi_assets.automation.loaded_months import loaded_months
from taxi_assets.automation.outlook import look_up, newest_months
from taxi_assets.automation.run_tags import months_in_progress
from taxi_assets.errors import InvalidMonthError, TaxiAssetsError
from taxi_assets.settings.automation import AutomationSettings
from taxi_assets.source.catalog import Catalog
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.month import Month


def default_schedule_status(settings: AutomationSettings) -> dg.DefaultScheduleStatus:
    """Whether schedules run as soon as they are deployed."""
    if settings.schedules == "on":
        return dg.DefaultScheduleStatus.RUNNING
    return dg.DefaultScheduleStatus.STOPPED


def newest_months_schedule(dataset: Dataset, catalog: Catalog) -> dg.ScheduleDefinition:
    """Load what the source has newly published of a dataset, or say why there is nothing to do."""
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
        # Partitions end by UTC, whatever the time zone of the schedule.
        today = context.scheduled_execution_time.astimezone(UTC).date()
        try:
            months = newest_months(catalog, dataset, today)
        except InvalidMonthError as error:
            return dg.SkipReason(str(error))
        return months_to_load(context.instance, catalog, dataset, months, today)

    return newest


def months_to_load(
    instance: dg.DagsterInstance,
    catalog: Catalog,
    dataset: Dataset,
    months: Sequence[Month],
    today: date,
) -> list[dg.RunRequest] | dg.SkipReason:
    """Ask for those of the months that are published but not loaded, or say why for none.

    A tick has a minute: of the months that are not loaded it looks for the first few.

    Args:
        instance: whose runs may be loading some of them.
        catalog: where they are published, and how many a tick looks for.
        dataset: whose months.
        months: the months in question, newest first.
        today: a month that fails is asked for again on another day.
    """
    settings = catalog.settings
    try:
        loaded = loaded_months(settings, dataset)
        in_progress = months_in_progress(instance, dataset)
        done = {*loaded, *in_progress}
        open_months = [month for month in months if month not in done][: settings.schedule_months]
        known = [month for month in months if month in done]
        outlook = look_up(catalog, dataset, sorted([*open_months, *known], reverse=True), done)
    except TaxiAssetsError as error:
        return dg.SkipReason(f"nothing could be looked up: {error}")
    if not outlook.missing:
        underway = f"; being loaded: {_listed(in_progress)}" if in_progress else ""
        return dg.SkipReason(outlook.nothing_to_load + underway)
    return [
        dg.RunRequest(run_key=f"{month} on {today}", partition_key=str(month))
        for month in outlook.missing
    ]


def newest_months_schedules(catalog: Catalog) -> list[dg.ScheduleDefinition]:
    """The schedule of each dataset."""
    return [newest_months_schedule(dataset, catalog) for dataset in DATASETS.values()]


def _listed(months: set[Month]) -> str:
    return ", ".join(map(str, sorted(months)))
