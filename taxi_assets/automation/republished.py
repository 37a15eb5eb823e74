"""Sensors that ask the source for every watched month in a round, and load what differs."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import dagster as dg

from taxi_assets.automation.jobs import load_job_name
from taxi_assets.automation.schedules import nothing_to_load
from taxi_assets.errors import TaxiAssetsError
from taxi_assets.source.catalog import Catalog
from taxi_assets.trips.dataset import Dataset
from taxi_assets.watch.looking import LOOKS_A_TICK
from taxi_assets.watch.survey import surveyed

INTERVAL = timedelta(minutes=30)
"""Time between two ticks."""


def _now() -> datetime:
    return datetime.now(UTC)


def republished_sensor(
    dataset: Dataset, catalog: Catalog, now: Callable[[], datetime] = _now
) -> dg.SensorDefinition:
    """Compare months with the source, a few a tick, and load those that differ.

    Args:
        dataset: whose months.
        catalog: where they are published.
        now: the time of a tick, UTC.
    """
    settings = catalog.settings
    on = settings.schedules == "on"

    @dg.sensor(
        name=f"republished_{dataset.taxi}",
        job_name=load_job_name(dataset),
        minimum_interval_seconds=int(INTERVAL.total_seconds()),
        default_status=dg.DefaultSensorStatus.RUNNING if on else dg.DefaultSensorStatus.STOPPED,
        description=(
            f"Asks the source in a round for every watched month of {dataset.taxi} trips, and "
            "loads what is new there, or published anew."
        ),
    )
    def republished(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        try:
            with surveyed(context.instance, catalog, dataset, now(), in_round=True) as survey:
                chosen = [line for line in survey.due if not line.is_gap][:LOOKS_A_TICK]
                survey.ask_for(chosen)
        except TaxiAssetsError as error:
            return dg.SensorResult(skip_reason=str(error))
        if chosen:
            # Without a key: Dagster would drop a later request with the same one for ever.
            requests = [dg.RunRequest(partition_key=str(line.month)) for line in chosen]
            return dg.SensorResult(run_requests=requests)
        return dg.SensorResult(skip_reason=nothing_to_load(survey))

    return republished


def republished_sensors(catalog: Catalog) -> list[dg.SensorDefinition]:
    """The sensor of each dataset."""
    return [republished_sensor(dataset, catalog) for dataset in catalog.settings.datasets]
