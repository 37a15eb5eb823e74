"""What a warehouse holds of a dataset: rows by file, and what its ledger says of them."""

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
        rows: how many rows each filename has.
        entries: the ledger's line for each filename.
    """

    rows: Mapping[str, int] = field(default_factory=dict)
    entries: Mapping[str, LedgerEntry] = field(default_factory=dict)


def holdings(warehouse: Warehouse, dataset: Dataset) -> Holdings:
    """Rows and ledger of the dataset; nothing where there is no database yet.

    Raises:
        WarehouseBusyError, WarehouseError: the warehouse cannot be asked.
    """
    if not warehouse.exists():
        return Holdings()
    with warehouse.session() as session:
        entries = {entry.filename: entry for entry in ledger_entries(session)}
        return Holdings(count_months(session, dataset), entries)


def ledger(warehouse: Warehouse, wait_seconds: float | None = None) -> list[LedgerEntry]:
    """The ledger's lines, by taxi and month; none where there is no database yet.

    Args:
        warehouse: whose ledger.
        wait_seconds: how long to wait at most while others hold it.

    Raises:
        WarehouseBusyError, WarehouseError: the warehouse cannot be asked.
    """
    if not warehouse.exists():
        return []
    with warehouse.session(wait_seconds) as session:
        return ledger_entries(session)
