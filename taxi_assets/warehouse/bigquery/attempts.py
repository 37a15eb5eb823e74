"""The jobs of one try at a piece of work: another try runs its jobs anew."""

from __future__ import annotations

from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.bigquery.jobs import Jobs
from taxi_assets.warehouse.bigquery.place import BigQueryPlace
from taxi_assets.warehouse.interface import Attempt


def labels_of(file: TripFile) -> dict[str, str]:
    """What says of a job which month it is for."""
    return {"taxi": file.dataset.taxi, "month": str(file.month)}


def jobs_of_attempt(place: BigQueryPlace, file: TripFile, attempt: Attempt) -> Jobs:
    """The jobs of a month in one try."""
    labels = {**labels_of(file), "dagster-run": attempt.run_id}
    return Jobs(place, labels, token_of(attempt, str(file.month)))


def token_of(attempt: Attempt, month: str = "all") -> str:
    """What tells the jobs of this try from those of every other one."""
    run = attempt.run_id.replace("-", "")
    return f"{month.replace('-', '_')}_{run}_{attempt.retry}"
