"""The files of a dataset in a warehouse: their numbers of rows, and their ledger entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from taxi_assets.trips.dataset import Dataset
from taxi_assets.warehouse.interface import Warehouse
from taxi_assets.warehouse.ledger import LedgerEntry
from taxi_assets.warehouse.measuring import count_months
from taxi_assets.warehouse.records import ledger_entries


@dataclass(frozen=True)
class Holdings:
    """The files in a merged table.

    Attributes:
        rows: number of rows of each filename.
        entries: the ledger's entry of each filename.
    """

    rows: Mapping[str, int] = field(default_factory=dict)
    entries: Mapping[str, LedgerEntry] = field(default_factory=dict)


def holdings(warehouse: Warehouse, dataset: Dataset) -> Holdings:
    """Rows by file of the dataset, and the ledger; empty if there is no database yet.

    Raises:
        WarehouseBusyError, WarehouseError: the warehouse cannot be queried.
    """
    if not warehouse.exists():
        return Holdings()
    with warehouse.session() as session:
        entries = {entry.filename: entry for entry in ledger_entries(session)}
        return Holdings(count_months(session, dataset), entries)


def ledger(warehouse: Warehouse, wait_seconds: float | None = None) -> list[LedgerEntry]:
    """The ledger's entries, by taxi and month; empty if there is no database yet.

    Args:
        warehouse: the warehouse of the ledger.
        wait_seconds: how long to wait at most while other processes hold the warehouse.

    Raises:
        WarehouseBusyError, WarehouseError: the warehouse cannot be queried.
    """
    if not warehouse.exists():
        return []
    with warehouse.session(wait_seconds) as session:
        return ledger_entries(session)
