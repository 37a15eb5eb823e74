"""The component ``ExistingJob``: a further schedule for a job that the project has already."""

from typing import Literal

import dagster as dg

from taxi_assets.automation.freshness import FRESHNESS_JOB
from taxi_assets.automation.jobs import ZONES_JOB
from taxi_assets.components.pipeline import Cron, Pipeline
from taxi_assets.report.assets import SUMMARY_JOB
from taxi_assets.settings import Settings

_JOBS = {"zones": ZONES_JOB, "freshness": FRESHNESS_JOB, "summaries": SUMMARY_JOB}


class ExistingJob(Pipeline):
    """A schedule for a job that is there.

    Attributes:
        job: ``zones`` loads the taxi zones, ``freshness`` looks for months that are late,
            ``summaries`` brings the summary tables up to date.
        schedule: a cron expression.
    """

    job: Literal["zones", "freshness", "summaries"]
    schedule: Cron

    @property
    def used_warehouses(self) -> tuple[str, ...]:
        """None of its own: the job knows its warehouses."""
        return ()

    @property
    def title(self) -> str:
        """What the pipeline does, in one line."""
        return f"the job {_JOBS[self.job]}"

    def job_name(self, _name: str) -> str:
        """Name of the job that is there."""
        return _JOBS[self.job]

    def definitions(self, name: str, settings: Settings) -> dg.Definitions:
        """The schedule."""
        return dg.Definitions(schedules=self.schedules(name, settings))
