"""Pipelines without Python: components that a YAML file is an instance of.

``pipeline_files`` reads the folder that ``TAXI_PIPELINES`` names and is stricter than Dagster's own
loader, which runs the code between ``{{`` and ``}}``: nothing in a file is ever evaluated here.
"""

from taxi_assets.components.http_table import HttpTable
from taxi_assets.components.trip_pipeline import TripPipeline

__all__ = ["HttpTable", "TripPipeline"]
