"""The project's assets as Dagster runs them by default: each step in a process of its own."""

import dagster as dg
from dagster_shared.record import copy

from taxi_assets.definitions import build_definitions
from taxi_assets.settings import read_settings


@dg.definitions
def defs() -> dg.Definitions:
    """The code location with Dagster's default executor."""
    return copy(build_definitions(read_settings()), executor=dg.multi_or_in_process_executor)
