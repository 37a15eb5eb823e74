"""Pipelines without Python: each YAML file is an instance of one of these components.

``pipeline_files`` reads the folder that ``TAXI_PIPELINES`` names. It is stricter than Dagster's own
loader, which runs the code between ``{{`` and ``}}``: it never evaluates anything in a file.
"""

from taxi_assets.components.copy_table import CopyTable
from taxi_assets.components.existing_job import ExistingJob
from taxi_assets.components.http_table import HttpTable
from taxi_assets.components.report import Report
from taxi_assets.components.sql_table import SqlTable
from taxi_assets.components.trip_pipeline import TripPipeline

__all__ = ["CopyTable", "ExistingJob", "HttpTable", "Report", "SqlTable", "TripPipeline"]
