"""What Dagster recorded of the checks of months: whether all were made, and none blocks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

import dagster as dg

from taxi_assets.settings import Settings
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.check_list import checks_of
from taxi_assets.warehouse.reconcile_assets import in_fixed_order, reconcile_check_name

FRESHNESS_CHECK = "newest_months_loaded"

_PASSED, _FAILED = "SUCCEEDED", "FAILED"


def checked_months(
    instance: dg.DagsterInstance,
    dataset: Dataset,
    warehouses: Sequence[str],
    months: Collection[Month],
    judged_anew: Collection[str] = (),
) -> set[Month]:
    """Those of the months whose last loads were checked, without a blocking check that failed.

    Args:
        instance: where the checks are recorded.
        dataset: whose months.
        warehouses: names of the warehouses in use.
        months: the months in question.
        judged_anew: checks whose recorded failure does not count.
    """
    blocks = month_check_keys(dataset, warehouses)
    done: dict[Month, set[dg.AssetCheckKey]] = defaultdict(set)
    found = instance.event_log_storage.get_asset_check_partition_info(
        list(blocks), partition_keys=[str(month) for month in months]
    )
    for each in found:
        key, status = each.check_key, each.latest_execution_status.value
        may_fail = not blocks[key] or key.name in judged_anew
        if each.is_current and (status == _PASSED or (status == _FAILED and may_fail)):
            done[Month.parse(each.partition_key or "")].add(key)
    return {month for month, keys in done.items() if keys == blocks.keys()}


def trip_check_keys(settings: Settings) -> list[dg.AssetCheckKey]:
    """The checks of all merged tables: those of months, and of freshness."""
    return [
        *(
            key
            for dataset in DATASETS.values()
            for key in month_check_keys(dataset, settings.warehouses)
        ),
        *(
            dg.AssetCheckKey(dg.AssetKey([name, dataset.table]), FRESHNESS_CHECK)
            for dataset in DATASETS.values()
            for name in settings.warehouses
        ),
    ]


def month_check_keys(dataset: Dataset, warehouses: Sequence[str]) -> dict[dg.AssetCheckKey, bool]:
    """The checks of a month in all these warehouses, and whether each one blocks."""
    blocks = {check.name: check.blocks for check in checks_of(dataset)}
    first, *others = in_fixed_order(warehouses)
    same = {reconcile_check_name(first): True}
    return {
        dg.AssetCheckKey(dg.AssetKey([name, dataset.table]), check): blocking
        for name in (first, *others)
        for check, blocking in (blocks | (same if name in others else {})).items()
    }
