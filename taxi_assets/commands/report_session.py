"""Makes the report from settings, warehouses and Dagster's records."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import dagster as dg

from taxi_assets.assistant.evaluation.checks import CHECKS, EVALUATION
from taxi_assets.automation.instance import open_instance
from taxi_assets.automation.recorded_checks import trip_check_keys
from taxi_assets.lake.zone_assets import SHAPES_CHECK
from taxi_assets.report.check_states import check_states
from taxi_assets.report.content import gather
from taxi_assets.report.machine import as_json
from taxi_assets.report.page.page import as_html, as_markdown
from taxi_assets.report.period import Choice
from taxi_assets.report.story import tell
from taxi_assets.settings import Settings
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.zones import ZONE_SHAPES

FORMS = {"html": as_html, "markdown": as_markdown, "json": as_json}
"""What turns the content into a page, by the name of its format."""


@dataclass(frozen=True)
class Report:
    """A report.

    Attributes:
        text: the page.
        sentences: for each taxi, a heading and the sentences about it.
    """

    text: str
    sentences: Sequence[tuple[str, Sequence[str]]]


def make_report(settings: Settings, form: str = "html", choice: Choice | None = None) -> Report:
    """Make the report.

    Args:
        settings: they name lake and warehouses.
        form: one of `FORMS`.
        choice: taxis and months; by default the newest month of each taxi.

    Raises:
        WarehouseBusyError, WarehouseError: a warehouse cannot be queried.
    """
    with open_instance(settings) as instance:
        states = check_states(instance, check_keys(settings))
    content = gather(settings, states, choice or Choice(tuple(DATASETS.values())))
    told = [
        (report.heading, [sentence.text for sentence in tell(report, content.zones)])
        for report in content.taxis
    ]
    return Report(FORMS[form](content), told)


def check_keys(settings: Settings) -> Collection[dg.AssetCheckKey]:
    """The asset checks that there are: definitions are made for pipelines and models alone."""
    if settings.pipelines.is_dir() or settings.analytics != "off":
        from taxi_assets.definitions import build_definitions

        every = settings.including(DATASETS.values())
        return build_definitions(every).resolve_asset_graph().asset_check_keys
    return [
        *trip_check_keys(settings),
        dg.AssetCheckKey(dg.AssetKey(["lake", ZONE_SHAPES.name]), SHAPES_CHECK),
        *(dg.AssetCheckKey(EVALUATION, name) for name in CHECKS),
    ]
