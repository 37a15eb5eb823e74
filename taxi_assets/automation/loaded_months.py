"""What the ledgers say of a dataset: which months are loaded, and from which files."""

from __future__ import annotations

import time
from collections import defaultdict

from taxi_assets.settings import Settings
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.holdings import ledger
from taxi_assets.warehouse.ledger import LedgerEntry
from taxi_assets.warehouse.registry import warehouses_of

# A tick of a schedule or sensor has a minute, and a load may hold a warehouse for longer.
_WAIT_SECONDS = 15.0


def loaded_months(settings: Settings, dataset: Dataset) -> dict[Month, tuple[LedgerEntry, ...]]:
    """The months that every warehouse has, each with the lines of all ledgers.

    Raises:
        WarehouseBusyError, WarehouseUnavailableError, WarehouseError: a ledger cannot be read.
    """
    complete = len(settings.warehouses)
    found = ledger_lines(settings, dataset)
    return {month: entries for month, entries in found.items() if len(entries) >= complete}


def ledger_lines(settings: Settings, dataset: Dataset) -> dict[Month, tuple[LedgerEntry, ...]]:
    """The months that any warehouse has, each with the lines of all ledgers.

    All warehouses together are waited for no longer than a tick can take.

    Raises:
        WarehouseBusyError, WarehouseUnavailableError, WarehouseError: a ledger cannot be read.
    """
    found: dict[Month, list[LedgerEntry]] = defaultdict(list)
    end = time.monotonic() + _WAIT_SECONDS
    for warehouse in warehouses_of(settings):
        for entry in ledger(warehouse, max(1.0, end - time.monotonic())):
            if entry.taxi == dataset.taxi:
                found[Month.parse(entry.month)].append(entry)
    return {month: tuple(entries) for month, entries in found.items()}
