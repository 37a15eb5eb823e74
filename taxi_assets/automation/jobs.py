"""Jobs: all of a dataset from source to every warehouse, checks included."""

import dagster as dg

from taxi_assets.trips.dataset import Dataset

ZONES_JOB = "load_zones"


def load_job_name(dataset: Dataset) -> str:
    """Name of the job that loads a month of the dataset."""
    return f"load_{dataset.taxi}"


def load_job(dataset: Dataset, assets: list[dg.AssetsDefinition]) -> dg.Definitions:
    """The job that loads a month of the dataset, and checks it.

    Args:
        dataset: whose months it loads.
        assets: its assets, from the lake to the merged tables.
    """
    load = dg.define_asset_job(
        load_job_name(dataset),
        dg.AssetSelection.assets(*assets),
        description=f"A month of {dataset.taxi} trips, from its source to every warehouse.",
        tags={"taxi": dataset.taxi},
    )
    return dg.Definitions(jobs=[load])


def zones_job(assets: list[dg.AssetsDefinition]) -> dg.Definitions:
    """The job that loads the taxi zones."""
    load = dg.define_asset_job(
        ZONES_JOB,
        dg.AssetSelection.assets(*assets),
        description="The taxi zones, from their source to every warehouse.",
    )
    return dg.Definitions(jobs=[load])
