"""Makes the report from settings, warehouses and Dagster's records."""

from __future__ import annotations

from taxi_assets.automation.instance import open_instance
from taxi_assets.definitions import build_definitions
from taxi_assets.report.check_states import check_states
from taxi_assets.report.content import gather
from taxi_assets.report.page.page import render
from taxi_assets.settings import Settings


def make_report(settings: Settings) -> str:
    """The report as HTML.

    Raises:
        WarehouseBusyError, WarehouseError: a warehouse cannot be queried.
    """
    keys = build_definitions(settings).resolve_asset_graph().asset_check_keys
    with open_instance(settings) as instance:
        states = check_states(instance, keys)
    return render(gather(settings, states))
