"""Dagster's monthly partitions of each dataset, and the tag that its assets and runs have."""

import dagster as dg

from taxi_assets.trips.dataset import Dataset

TAXI_TAG = "taxi"
"""The UI filters by it: ``tag: taxi=green``."""


def monthly_partitions(dataset: Dataset) -> dg.MonthlyPartitionsDefinition:
    """The dataset's months, from its first to the last that has ended, keyed ``2020-04``."""
    return dg.MonthlyPartitionsDefinition(start_date=str(dataset.first_month), fmt="%Y-%m")
