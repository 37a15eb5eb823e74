"""Sensors that load again what the source has published anew."""

from collections.abc import Callable
from datetime import UTC, datetime

import dagster as dg

from taxi_assets.automation.jobs import load_job_name
from taxi_assets.automation.loaded_months import loaded_months
from taxi_assets.automation.republished import INTERVAL, Cursor, look_for_republished
from taxi_assets.errors import TaxiAssetsError
from taxi_assets.lake.resource import lake_of
from taxi_assets.source.catalog import Catalog
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.datasets import DATASETS


def _now() -> datetime:
    return datetime.now(UTC)


def republished_sensor(
    dataset: Dataset, catalog: Catalog, now: Callable[[], datetime] = _now
) -> dg.SensorDefinition:
    """Compare loaded months with the source, a few a tick, and load those that differ.

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
            f"Asks the source within a day for every loaded month of {dataset.taxi} trips, and "
            "loads again what was published anew."
        ),
    )
    def republished(context: dg.SensorEvaluationContext) -> dg.SensorResult:
        cursor = Cursor.model_validate_json(context.cursor) if context.cursor else Cursor()
        try:
            loaded = loaded_months(settings, dataset)
        except TaxiAssetsError as error:
            return dg.SensorResult(skip_reason=str(error), cursor=context.cursor)
        lake = lake_of(settings)
        found = look_for_republished(catalog, lake, dataset, loaded, cursor, now())
        requests = [
            # One run for each version, however often it is seen.
            dg.RunRequest(run_key=f"{month} {version}", partition_key=month)
            for month, version in found.changed.items()
        ]
        return dg.SensorResult(
            run_requests=requests,
            skip_reason=None if requests else found.reason,
            cursor=found.cursor.model_dump_json(),
        )

    return republished


def republished_sensors(catalog: Catalog) -> list[dg.SensorDefinition]:
    """The sensor of each dataset."""
    return [republished_sensor(dataset, catalog) for dataset in DATASETS.values()]
