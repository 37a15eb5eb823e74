"""The row counts of the months that are loaded and proved, for the list of known counts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from taxi_assets.lake.landing import landed_months
from taxi_assets.lake.resource import lake_of
from taxi_assets.settings import Settings
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.published_counts import day_of
from taxi_assets.warehouse.full_audit import audit_month
from taxi_assets.warehouse.registry import warehouses_of
from taxi_assets.warehouse.row_proof import Proof


class ProvedCount(NamedTuple):
    """The rows of a file, and the day on which the source had it; None where that is not proved."""

    file: TripFile
    rows: int
    counted: date | None


def proved_counts(settings: Settings, datasets: Sequence[Dataset]) -> Iterator[ProvedCount]:
    """The count of each published file in the lake, once lake and warehouses are audited.

    Raises:
        WarehouseBusyError, WarehouseError: a warehouse cannot be queried.
        StorageError: the lake cannot be read.
    """
    lake, warehouses = lake_of(settings), warehouses_of(settings)
    for dataset in datasets:
        for file, landed in landed_months(lake, dataset):
            if file.format is FileFormat.SYNTHETIC:
                continue
            findings = audit_month(lake, warehouses, file, keep=False)
            loaded = any(each.held_month(file).entry for each in warehouses if each.exists())
            proved = loaded and all(finding.proof is Proof.PROVED for finding in findings)
            day = day_of(landed.last_modified) or landed.landed_at.date()
            yield ProvedCount(file, landed.facts.rows, day if proved else None)
