"""The files of a dataset in a warehouse: their numbers of rows, and their ledger entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from taxi_assets.lake.lake import Lake
from taxi_assets.lake.landing import landed_months
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.trips.month import Month
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


def known_months(lake: Lake, warehouses: Sequence[Warehouse], dataset: Dataset) -> list[Month]:
    """Every month of a dataset that lake, table or ledger knows, in order.

    Raises:
        WarehouseBusyError, WarehouseError: a warehouse cannot be queried.
    """
    found = {file.month for file, _ in landed_months(lake, dataset)}
    for warehouse in warehouses:
        held = holdings(warehouse, dataset)
        files = (TripFile.loaded_as(dataset, name) for name in {*held.rows, *held.entries})
        found |= {file.month for file in files if file is not None}
    return sorted(found)


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
