"""Asset checks that every warehouse holds the same rows as the first one."""

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import dagster as dg

from taxi_assets.failures import dagster_failures
from taxi_assets.partitions import monthly_partitions
from taxi_assets.settings import WAREHOUSES
from taxi_assets.trips.dataset import Dataset
from taxi_assets.warehouse.check_assets import check_result, file_of_partition
from taxi_assets.warehouse.interface import Warehouse
from taxi_assets.warehouse.reconcile import compare
from taxi_assets.warehouse.registry import warehouse_in


@dataclass(frozen=True)
class Side:
    """A warehouse to compare.

    Attributes:
        warehouse: the warehouse.
        asset: its merged table.
    """

    warehouse: Warehouse
    asset: dg.AssetsDefinition


def in_fixed_order(warehouses: Iterable[str]) -> list[str]:
    """Their names, first the one that all others are compared with.

    The order of the settings must not change which one it is: the names of the checks contain it.
    """
    return sorted(warehouses, key=list(WAREHOUSES).index)


def reconcile_check_name(first: str) -> str:
    """Name of the check that a warehouse holds the rows of the first one."""
    return f"same_as_{first}"


def reconcile_checks(dataset: Dataset, sides: Sequence[Side]) -> list[dg.AssetChecksDefinition]:
    """Checks that compare each further warehouse with the first; empty if there is only one."""
    return [_reconcile_check(dataset, sides[0], side) for side in sides[1:]]


def _reconcile_check(dataset: Dataset, first: Side, side: Side) -> dg.AssetChecksDefinition:
    name = reconcile_check_name(first.warehouse.name)
    with warnings.catch_warnings():
        # Partitioned checks are a preview in Dagster.
        warnings.simplefilter("ignore", dg.PreviewWarning)
        spec = dg.AssetCheckSpec(
            name=name,
            asset=side.asset.key,
            additional_deps=[first.asset.key],
            description=(
                f"The rows are those of {first.warehouse.name}, by the digest that each database "
                "computes."
            ),
            blocking=True,
            partitions_def=monthly_partitions(dataset),
        )

    @dg.multi_asset_check(
        name=f"{name}_{side.asset.key.to_python_identifier()}",
        specs=[spec],
        required_resource_keys={first.warehouse.name, side.warehouse.name},
        pool=side.warehouse.name,
    )
    def reconciled(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        with dagster_failures():
            file = file_of_partition(context, dataset)
            here, there = (
                warehouse_in(context, each.warehouse.name).held_month(file)
                for each in (side, first)
            )
        verdict = compare(here, there, (side.warehouse.name, first.warehouse.name))
        return check_result(side.asset.key, name, verdict, blocks=True)

    return reconciled
