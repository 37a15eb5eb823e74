"""Names the jobs of one attempt at a piece of work. Each further attempt runs its own jobs."""

from __future__ import annotations

from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.bigquery.jobs import Jobs
from taxi_assets.warehouse.bigquery.place import BigQueryPlace
from taxi_assets.warehouse.interface import Attempt


def labels_of(file: TripFile) -> dict[str, str]:
    """The labels that tell which month a job is for."""
    return {"taxi": file.dataset.taxi, "month": str(file.month)}


def jobs_of_attempt(place: BigQueryPlace, file: TripFile, attempt: Attempt) -> Jobs:
    """The jobs of one attempt at a month."""
    labels = {**labels_of(file), "dagster-run": attempt.run_id}
    return Jobs(place, labels, token_of(attempt, f"{file.dataset.taxi}_{file.month}"))


def token_of(attempt: Attempt, subject: str) -> str:
    """A token for job ids. It is different for each attempt at each subject."""
    run = attempt.run_id.replace("-", "")
    return f"{subject.replace('-', '_')}_{run}_{attempt.retry}"
