"""Every month that the lake or a warehouse knows, and whether their rows agree."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TypeVar

from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.lake.landing import landed_months
from taxi_assets.lake.resource import lake_of
from taxi_assets.settings import Settings, Warehouse
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.trips.published_counts import published_rows
from taxi_assets.warehouse.bigquery.holdings import bigquery_holdings
from taxi_assets.warehouse.duckdb.holdings import duckdb_holdings
from taxi_assets.warehouse.holdings import Holdings
from taxi_assets.warehouse.ledger import LedgerEntry
from taxi_assets.warehouse.postgres.holdings import postgres_holdings

_T = TypeVar("_T")


@dataclass(frozen=True)
class Coverage:
    """One file of one month.

    Attributes:
        taxi: the dataset.
        month: such as ``2020-04``.
        format: the form that the month came in, such as ``csv``.
        filename: the file, as the tables name it.
        lake_rows: rows of the file in the lake; None where it is not there.
        published_rows: the published count, where known.
        warehouse_rows: rows in each warehouse.
        ledger_rows: rows that each warehouse's ledger promises; None where it has no line.
        agreement: ``ok``, or what is wrong in words.
    """

    taxi: str
    month: str
    format: str
    filename: str
    lake_rows: int | None
    published_rows: int | None
    warehouse_rows: dict[str, int]
    ledger_rows: dict[str, int | None]
    agreement: str

    def as_json(self) -> dict[str, object]:
        """The same for a script."""
        return asdict(self)


def coverage(settings: Settings, datasets: list[Dataset]) -> list[Coverage]:
    """What is there of these datasets, by taxi and month.

    Raises:
        WarehouseBusyError, WarehouseError: a warehouse cannot be asked.
    """
    lake = lake_of(settings)
    lines = []
    for dataset in datasets:
        in_lake = dict(landed_months(lake, dataset))
        held = {name: _held(settings, name, dataset) for name in settings.warehouses}
        loaded = {file for found in held.values() for file in (*found.rows, *found.entries)}
        for file in sorted({*in_lake, *loaded}, key=lambda file: (file.month, file.format)):
            superseded = file not in loaded and any(s in loaded for s in file.siblings)
            if not superseded:
                lines.append(_line(file, in_lake.get(file), held))
    return lines


@dataclass(frozen=True)
class _Held:
    rows: dict[TripFile, int]
    entries: dict[TripFile, LedgerEntry]


def holdings(settings: Settings, warehouse: Warehouse, dataset: Dataset) -> Holdings:
    """What a warehouse holds of a dataset.

    Raises:
        WarehouseBusyError, WarehouseError: the warehouse cannot be asked.
    """
    return _HOLDINGS[warehouse](settings, dataset)


def _held(settings: Settings, warehouse: Warehouse, dataset: Dataset) -> _Held:
    found = holdings(settings, warehouse, dataset)
    return _Held(_by_file(dataset, found.rows), _by_file(dataset, found.entries))


_HOLDINGS: Mapping[Warehouse, Callable[[Settings, Dataset], Holdings]] = {
    Warehouse.DUCKDB: duckdb_holdings,
    Warehouse.POSTGRES: postgres_holdings,
    Warehouse.BIGQUERY: bigquery_holdings,
}


def _by_file(dataset: Dataset, named: Mapping[str, _T]) -> dict[TripFile, _T]:
    found: dict[TripFile, _T] = {}
    for filename, value in named.items():
        file = TripFile.loaded_as(dataset, filename)
        if file is not None:
            found[file] = value
    return found


def _line(file: TripFile, landed: LandedFile | None, held: dict[Warehouse, _Held]) -> Coverage:
    rows = {str(name): found.rows.get(file, 0) for name, found in held.items()}
    promised = {
        str(name): entry.rows if (entry := found.entries.get(file)) else None
        for name, found in held.items()
    }
    known = published_rows(file)
    return Coverage(
        taxi=file.dataset.taxi,
        month=str(file.month),
        format=file.format,
        filename=file.filename,
        lake_rows=landed.facts.rows if landed else None,
        published_rows=known,
        warehouse_rows=rows,
        ledger_rows=promised,
        agreement=_agreement(file, landed, known, rows, held),
    )


def _agreement(
    file: TripFile,
    landed: LandedFile | None,
    known: int | None,
    rows: dict[str, int],
    held: dict[Warehouse, _Held],
) -> str:
    for name, found in held.items():
        count, entry = rows[name], found.entries.get(file)
        if entry is None:
            return f"not loaded into {name}" if count == 0 else f"{name}: rows without a ledger"
        if entry.rows != count:
            return f"{name}: {count:,} of {entry.rows:,} rows"
        if landed is not None and landed.sha256 != entry.sha256:
            return f"{name}: the lake has another version"
    # Of one version of a file, all rows are loaded that were not rejected.
    entries = {str(name): found.entries[file].rows for name, found in held.items()}
    rejected = {name: landed.facts.rows - count if landed else 0 for name, count in entries.items()}
    if known is not None and any(rows[name] + rejected[name] != known for name in rows):
        return "not the published rows"
    if landed is None:
        return "ok, but not in the lake"
    return f"ok, but {most:,} rows rejected" if (most := max(rejected.values())) else "ok"
