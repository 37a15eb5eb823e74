"""Gathers the content of the report, before it is rendered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from taxi_assets.lake.landing import landed_months
from taxi_assets.lake.resource import lake_of
from taxi_assets.report.check_states import CheckState
from taxi_assets.report.homework import Answer, answers
from taxi_assets.settings import Settings
from taxi_assets.status.coverage import Coverage, coverage
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.warehouse.holdings import ledger
from taxi_assets.warehouse.ledger import LedgerEntry
from taxi_assets.warehouse.registry import warehouses_of
from taxi_assets.warehouse.summaries import Summaries, fresh_summaries


@dataclass(frozen=True)
class Content:
    """Everything that the report shows.

    Attributes:
        made_at: when it was gathered, UTC.
        warehouse: the warehouse of the trips' figures: the first one in the settings.
        coverage: every month that the lake or a warehouse knows.
        summaries: figures of the loaded months.
        answers: answers to the homework's questions.
        ledgers: entries of each warehouse's ledger.
        checks: the last results of the asset checks.
    """

    made_at: datetime
    warehouse: str
    coverage: Sequence[Coverage]
    summaries: Summaries
    answers: Sequence[Answer]
    ledgers: Mapping[str, Sequence[LedgerEntry]]
    checks: Sequence[CheckState]


def gather(settings: Settings, checks: Sequence[CheckState]) -> Content:
    """Query lake and warehouses, and summarize months that were loaded since the last report.

    Raises:
        WarehouseBusyError, WarehouseError: a warehouse cannot be queried.
    """
    datasets = list(DATASETS.values())
    warehouses = warehouses_of(settings)
    first = warehouses[0]
    _, summaries = fresh_summaries(first, datasets)
    lines = coverage(settings, datasets)
    lake = lake_of(settings)
    landed = [found for dataset in datasets for found in landed_months(lake, dataset)]
    return Content(
        datetime.now(UTC),
        first.name,
        lines,
        summaries,
        answers(lines, landed, first.name),
        {warehouse.name: ledger(warehouse) for warehouse in warehouses},
        checks,
    )
