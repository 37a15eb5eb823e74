"""What the ledgers say of a dataset: which months are loaded, and from which files."""

from __future__ import annotations

from collections import defaultdict

from taxi_assets.settings import Settings
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.holdings import ledger
from taxi_assets.warehouse.ledger import LedgerEntry
from taxi_assets.warehouse.registry import warehouses_of

# A tick of a schedule or sensor has a minute, and a load may hold a warehouse for longer.
_WAIT_SECONDS = 20.0


def loaded_months(settings: Settings, dataset: Dataset) -> dict[Month, tuple[LedgerEntry, ...]]:
    """The months that every warehouse has, each with the lines of all ledgers.

    Raises:
        WarehouseBusyError, WarehouseUnavailableError, WarehouseError: a ledger cannot be read.
    """
    found: dict[Month, list[LedgerEntry]] = defaultdict(list)
    for warehouse in warehouses_of(settings):
        for entry in ledger(warehouse, _WAIT_SECONDS):
            if entry.taxi == dataset.taxi:
                found[Month.parse(entry.month)].append(entry)
    complete = len(settings.warehouses)
    return {month: tuple(entries) for month, entries in found.items() if len(entries) >= complete}
