"""Makes the report from settings, warehouses and Dagster's records."""

from __future__ import annotations

from collections.abc import Collection

import dagster as dg

from taxi_assets.assistant.evaluation.checks import CHECKS, EVALUATION
from taxi_assets.automation.instance import open_instance
from taxi_assets.automation.recorded_checks import trip_check_keys
from taxi_assets.report.check_states import check_states
from taxi_assets.report.content import gather
from taxi_assets.report.page.page import render
from taxi_assets.settings import Settings
from taxi_assets.trips.datasets import DATASETS


def make_report(settings: Settings) -> str:
    """The report as HTML.

    Raises:
        WarehouseBusyError, WarehouseError: a warehouse cannot be queried.
    """
    with open_instance(settings) as instance:
        states = check_states(instance, check_keys(settings))
    return render(gather(settings, states))


def check_keys(settings: Settings) -> Collection[dg.AssetCheckKey]:
    """The asset checks that there are. Only for those of pipelines, definitions have to be made."""
    if settings.pipelines.is_dir():
        from taxi_assets.definitions import build_definitions

        every = settings.including(DATASETS.values())
        return build_definitions(every).resolve_asset_graph().asset_check_keys
    return [
        *trip_check_keys(settings),
        *(dg.AssetCheckKey(EVALUATION, name) for name in CHECKS),
    ]
