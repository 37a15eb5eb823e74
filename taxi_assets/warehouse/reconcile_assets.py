"""Asset checks that every warehouse holds the same rows as the first one."""

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import dagster as dg

from taxi_assets.failures import dagster_failures
from taxi_assets.partitions import monthly_partitions
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.check_assets import check_result, file_of_partition
from taxi_assets.warehouse.reconcile import MonthState, compare


@dataclass(frozen=True)
class Side:
    """A warehouse to be compared.

    Attributes:
        resource: key of its resource, which is its name, and name of its pool.
        asset: its merged table.
        state: takes the state of a file's month from that resource.
    """

    resource: str
    asset: dg.AssetsDefinition
    state: Callable[[object, TripFile], MonthState]


def reconcile_checks(dataset: Dataset, sides: Sequence[Side]) -> list[dg.AssetChecksDefinition]:
    """A check of each warehouse but the first against the first; none where there is one alone."""
    return [_reconcile_check(dataset, sides[0], side) for side in sides[1:]]


def _reconcile_check(dataset: Dataset, first: Side, side: Side) -> dg.AssetChecksDefinition:
    name = f"same_as_{first.resource}"
    with warnings.catch_warnings():
        # Partitioned checks are a preview in Dagster.
        warnings.simplefilter("ignore", dg.PreviewWarning)
        spec = dg.AssetCheckSpec(
            name=name,
            asset=side.asset.key,
            additional_deps=[first.asset.key],
            description=(
                f"Rows, ids and the sums of all columns are those of {first.resource}, as each "
                "database computes them."
            ),
            blocking=True,
            partitions_def=monthly_partitions(dataset),
        )

    @dg.multi_asset_check(
        name=f"{name}_{side.asset.key.to_python_identifier()}",
        specs=[spec],
        required_resource_keys={first.resource, side.resource},
        pool=side.resource,
    )
    def reconciled(context: dg.AssetCheckExecutionContext) -> dg.AssetCheckResult:
        with dagster_failures():
            file = file_of_partition(context, dataset)
            here, there = (
                each.state(getattr(context.resources, each.resource), file)
                for each in (side, first)
            )
        verdict = compare(here, there, (side.resource, first.resource))
        return check_result(side.asset.key, name, verdict, blocks=True)

    return reconciled
