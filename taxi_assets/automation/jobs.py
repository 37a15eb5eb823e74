"""Jobs: all of a dataset from source to every warehouse, checks included."""

import dagster as dg

from taxi_assets.automation.run_tags import TAXI_TAG, month_tags
from taxi_assets.errors import InvalidMonthError
from taxi_assets.partitions import monthly_partitions
from taxi_assets.source.catalog import Catalog
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.month import Month

MonthConfiguration = dg.PartitionedConfig[dg.MonthlyPartitionsDefinition]

ZONES_JOB = "load_zones"


def load_job_name(dataset: Dataset) -> str:
    """Name of the job that loads a month of the dataset."""
    return f"load_{dataset.taxi}"


def load_job(
    dataset: Dataset,
    assets: list[dg.AssetsDefinition],
    checks: list[dg.AssetChecksDefinition],
    catalog: Catalog,
) -> dg.Definitions:
    """The job that loads a month of the dataset, and checks it.

    Args:
        dataset: whose months it loads.
        assets: its assets, from the lake to the merged tables.
        checks: the checks of a month in them; that of freshness is none.
        catalog: which file holds a month.
    """
    load = dg.define_asset_job(
        load_job_name(dataset),
        dg.AssetSelection.assets(*assets).without_checks() | dg.AssetSelection.checks(*checks),
        description=f"A month of {dataset.taxi} trips, from its source to every warehouse.",
        tags={TAXI_TAG: dataset.taxi},
        config=month_configuration(dataset, catalog),
    )
    return dg.Definitions(jobs=[load])


def month_configuration(dataset: Dataset, catalog: Catalog) -> MonthConfiguration:
    """A job's partitions, the dataset's months, and the tags of a month's run."""

    def tags(key: str) -> dict[str, str]:
        try:
            return month_tags(catalog.file(dataset, Month.parse(key)))
        except InvalidMonthError:
            return {}  # the run fails with this error, and says what to do

    return dg.PartitionedConfig(
        partitions_def=monthly_partitions(dataset),
        run_config_for_partition_key_fn=lambda _: {},
        tags_for_partition_key_fn=tags,
    )


def zones_job(assets: list[dg.AssetsDefinition]) -> dg.Definitions:
    """The job that loads the taxi zones and their shapes."""
    load = dg.define_asset_job(
        ZONES_JOB,
        dg.AssetSelection.assets(*assets),
        description="The taxi zones and their shapes, from their source to every warehouse.",
    )
    return dg.Definitions(jobs=[load])
