"""The daily job that deletes old runs on a server."""

import dagster as dg

from taxi_assets.automation.freshness import FRESHNESS_JOB
from taxi_assets.automation.old_runs import purge_old_runs
from taxi_assets.automation.schedules import default_schedule_status
from taxi_assets.settings import Settings

PURGE_JOB = "purge_old_runs"
LOOKS = (FRESHNESS_JOB, PURGE_JOB)
"""Jobs that run each day and load nothing. What they found stays as results of checks."""

LOOKS_DAYS = 30
"""Days that runs of `LOOKS` are kept, where others are kept for longer."""

_HOUR = 3  # before the schedules that load


def maintenance_definitions(settings: Settings) -> dg.Definitions:
    """The job and its schedule."""
    days = settings.keep_runs_days
    what = f"Deletes runs of {' and '.join(LOOKS)} older than {LOOKS_DAYS} days"
    what += f", and all runs older than {days} days." if days else "."

    @dg.op(name="delete_old_runs", description=what)
    def delete(context: dg.OpExecutionContext) -> None:
        purges = [purge_old_runs(context.instance, LOOKS_DAYS, jobs=LOOKS)]
        if days:
            purges.append(purge_old_runs(context.instance, days))
        for purge in purges:
            context.log.info(
                f"{len(purge.runs)} runs deleted, {purge.kept} old ones still needed, "
                f"{purge.freed_bytes / 1e6:.1f} MB freed"
            )

    @dg.job(name=PURGE_JOB, description=what)
    def purge() -> None:
        delete()

    daily = dg.ScheduleDefinition(
        name="daily_purge",
        job=purge,
        cron_schedule=f"0 {_HOUR} * * *",
        execution_timezone=settings.schedule_timezone,
        default_status=default_schedule_status(settings),
        description=f"Each day. {what}",
    )
    return dg.Definitions(jobs=[purge], schedules=[daily])
