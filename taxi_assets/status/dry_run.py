"""What loading months would do: asked of source, lake and warehouses, of which none is changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.lake.landing import lake_name
from taxi_assets.lake.resource import lake_of
from taxi_assets.settings import Settings, Warehouse
from taxi_assets.source.catalog import Catalog
from taxi_assets.source.public_url import public_url
from taxi_assets.source.transfer import Absent
from taxi_assets.status.coverage import holdings
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.bigquery.estimate import estimate_load
from taxi_assets.warehouse.holdings import Holdings

KEEP = "unchanged"
"""Of a file or a month that is there already."""


@dataclass(frozen=True)
class MonthPlan:
    """What loading a month would do.

    Attributes:
        taxi: the dataset.
        month: such as ``2020-04``.
        lake: ``fetch``, ``fetch anew``, ``unchanged``, or that it is not published.
        warehouses: in each, ``load``, what would be replaced, or ``unchanged``.
        bigquery_bytes: what BigQuery says the queries would read; None where it is not asked.
        bigquery_usd: their price on demand.
    """

    taxi: str
    month: str
    lake: str
    warehouses: Mapping[str, str]
    bigquery_bytes: int | None = None
    bigquery_usd: float | None = None


def plan_load(
    settings: Settings, months: Sequence[tuple[Dataset, Month]], force: bool
) -> Iterator[MonthPlan]:
    """What loading these months would do, one after the other.

    Raises:
        SourceUnavailableError, SourceRefusedError: the source does not answer.
        WarehouseBusyError, WarehouseError: a warehouse cannot be asked.
    """
    catalog, lake = Catalog(settings), lake_of(settings)
    held: dict[tuple[Warehouse, str], Holdings] = {}
    for dataset, month in months:
        file = catalog.file(dataset, month)
        landed = lake.find(lake_name(file))
        lake_step = _lake_step(catalog, file, landed)
        steps: dict[str, str] = {}
        for name in settings.warehouses:
            if (name, dataset.taxi) not in held:
                held[name, dataset.taxi] = holdings(settings, name, dataset)
            found = held[name, dataset.taxi]
            stays = landed.sha256 if landed and lake_step == KEEP and not force else None
            steps[str(name)] = _step(file, lake_step, stays, found)
        plan = MonthPlan(dataset.taxi, str(month), lake_step, steps)
        if steps.get(str(Warehouse.BIGQUERY), KEEP).startswith(("load", "replace")):
            cost = estimate_load(settings, file)
            price = round(cost.price_usd, 6)
            plan = MonthPlan(dataset.taxi, str(month), lake_step, steps, cost.bytes_billed, price)
        yield plan


def _lake_step(catalog: Catalog, file: TripFile, landed: LandedFile | None) -> str:
    version = catalog.look(file)
    if isinstance(version, Absent):
        return "not published" if landed is None else "no longer published, kept"
    if landed is None:
        return "fetch"
    from_here = landed.url == public_url(catalog.url(file))
    return KEEP if from_here and landed.is_version(version) else "fetch anew"


def _step(file: TripFile, lake_step: str, stays: str | None, found: Holdings) -> str:
    """What would happen in a warehouse.

    Args:
        file: the month's.
        lake_step: what would happen in the lake.
        stays: hash of the file that would stay in the lake and need not be loaded again.
        found: what the warehouse holds.
    """
    if lake_step in ("not published", "no longer published, kept"):
        return "nothing"
    names = [sibling.filename for sibling in file.siblings]
    entries = [found.entries[name] for name in names if name in found.entries]
    rows = sum(found.rows.get(name, 0) for name in names)
    if not entries and not rows:
        return "load"
    same = [(e.filename, e.sha256, e.rows) for e in entries] == [(file.filename, stays, rows)]
    return KEEP if same else f"replace {rows:,} rows"
