"""Plans a load without doing it: asks source, lake and warehouses, and changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.lake.landing import lake_name
from taxi_assets.lake.resource import lake_of
from taxi_assets.settings import Settings
from taxi_assets.source.catalog import Catalog
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.comparison import Held, LakeStep, held_as, lake_step
from taxi_assets.warehouse.holdings import Holdings, holdings
from taxi_assets.warehouse.interface import Estimate
from taxi_assets.warehouse.registry import warehouses_of


class Action(StrEnum):
    """What a load would do with a month in a warehouse."""

    LOAD = "load"
    REPLACE = "replace"
    KEEP = "unchanged"
    NOTHING = "nothing"


@dataclass(frozen=True)
class WarehouseStep:
    """What a load would do in a warehouse, and to how many rows of the month."""

    action: Action
    rows: int = 0

    def __str__(self) -> str:
        return f"{self.action} {self.rows:,} rows" if self.action is Action.REPLACE else self.action


@dataclass(frozen=True)
class MonthPlan:
    """What loading a month would do.

    Attributes:
        taxi: the dataset.
        month: such as ``2020-04``.
        lake: what it would do in the lake.
        warehouses: what it would do in each warehouse.
        estimate: the cost; None if nothing is billed or nothing would be done.
    """

    taxi: str
    month: str
    lake: LakeStep
    warehouses: Mapping[str, WarehouseStep]
    estimate: Estimate | None = None

    def as_json(self) -> dict[str, object]:
        """The values for JSON, for scripts."""
        return {
            "taxi": self.taxi,
            "month": self.month,
            "lake": self.lake,
            "warehouses": {name: str(step) for name, step in self.warehouses.items()},
            "bigquery_bytes": self.estimate.bytes_billed if self.estimate else None,
            "bigquery_usd": round(self.estimate.price_usd, 6) if self.estimate else None,
        }


def plan_load(
    settings: Settings, months: Sequence[tuple[Dataset, Month]], force: bool
) -> Iterator[MonthPlan]:
    """Plan the load of these months, one after the other.

    Raises:
        SourceUnavailableError, SourceRefusedError: the source does not answer.
        WarehouseBusyError, WarehouseError: a warehouse cannot be queried.
    """
    catalog, lake = Catalog(settings), lake_of(settings)
    warehouses = warehouses_of(settings)
    known: dict[tuple[str, str], Holdings] = {}
    for dataset, month in months:
        file = catalog.file(dataset, month)
        landed = lake.find(lake_name(file))
        step_in_lake = lake_step(catalog, file, landed, catalog.look(file))
        stays = landed if landed and step_in_lake is LakeStep.KEEP and not force else None
        steps: dict[str, WarehouseStep] = {}
        estimate = None
        for warehouse in warehouses:
            key = warehouse.name, dataset.taxi
            if key not in known:
                known[key] = holdings(warehouse, dataset)
            step = _step(file, step_in_lake, stays, known[key])
            steps[warehouse.name] = step
            if step.action in (Action.LOAD, Action.REPLACE):
                estimate = warehouse.estimate(file) or estimate
        yield MonthPlan(dataset.taxi, str(month), step_in_lake, steps, estimate)


def _step(
    file: TripFile, in_lake: LakeStep, stays: LandedFile | None, found: Holdings
) -> WarehouseStep:
    """What a load would do in a warehouse.

    Args:
        file: the month's file.
        in_lake: what the load would do in the lake.
        stays: the file in the lake, if it would stay there and need not be loaded again.
        found: the files that the warehouse has.
    """
    if in_lake in (LakeStep.NOT_PUBLISHED, LakeStep.KEEP_WITHDRAWN):
        return WarehouseStep(Action.NOTHING)
    names = [sibling.filename for sibling in file.siblings]
    entries = [found.entries[name] for name in names if name in found.entries]
    rows = sum(found.rows.get(name, 0) for name in names)
    if not entries and not rows:
        return WarehouseStep(Action.LOAD)
    same = stays is not None and [(held_as(file, stays, e), e.rows) for e in entries] == [
        (Held.THIS, rows)
    ]
    return WarehouseStep(Action.KEEP if same else Action.REPLACE, rows)
