"""The daily job that deletes old runs on a server."""

import dagster as dg

from taxi_assets.automation.old_runs import purge_old_runs
from taxi_assets.automation.schedules import default_schedule_status
from taxi_assets.settings import Settings

PURGE_JOB = "purge_old_runs"
_HOUR = 3  # before the schedules that load


def maintenance_definitions(settings: Settings) -> dg.Definitions:
    """The job and its schedule; nothing where all runs are kept."""
    days = settings.keep_runs_days
    if not days:
        return dg.Definitions()

    @dg.op(name="delete_old_runs", description=f"Deletes runs older than {days} days.")
    def delete(context: dg.OpExecutionContext) -> None:
        purge = purge_old_runs(context.instance, days)
        context.log.info(
            f"{len(purge.runs)} runs deleted, {purge.kept} old ones still needed, "
            f"{purge.freed_bytes / 1e6:.1f} MB freed"
        )

    @dg.job(name=PURGE_JOB, description="Deletes old runs with their events.")
    def purge() -> None:
        delete()

    daily = dg.ScheduleDefinition(
        name="daily_purge",
        job=purge,
        cron_schedule=f"0 {_HOUR} * * *",
        execution_timezone=settings.schedule_timezone,
        default_status=default_schedule_status(settings),
        description=f"Each day: deletes runs older than {days} days with their events.",
    )
    return dg.Definitions(jobs=[purge], schedules=[daily])
