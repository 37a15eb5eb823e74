"""Every month that the lake or a warehouse knows, and whether their rows agree."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import NamedTuple, TypeVar

from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.lake.landing import landed_months
from taxi_assets.lake.resource import lake_of
from taxi_assets.settings import Settings
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.trips.published_counts import PublishedCount, published_count
from taxi_assets.warehouse.holdings import Holdings, holdings
from taxi_assets.warehouse.ledger import LedgerEntry
from taxi_assets.warehouse.registry import warehouses_of

_T = TypeVar("_T")


class MonthState(StrEnum):
    """State of a month. The report shows each one with its own sign and colour."""

    OK = "agrees"
    """In every warehouse, with the rows of its file and, if it is known, the published count."""
    PARTIAL = "in part"
    """In the lake, but not in every warehouse."""
    WRONG = "differs"
    """Loaded, but something does not agree: rows, ledger, published count or file version."""
    ABSENT = "not loaded"
    """Neither the lake nor a warehouse has it."""


@dataclass(frozen=True)
class Coverage:
    """One file of one month.

    Attributes:
        taxi: the dataset.
        month: such as ``2020-04``.
        format: format of the file, such as ``csv``.
        filename: the file, as the tables name it.
        lake_rows: rows of the file in the lake; None if the lake does not have it.
        published_rows: the published count; None if it is not known.
        warehouse_rows: rows in each warehouse.
        ledger_rows: rows by each warehouse's ledger; None if it has no entry.
        state: whether all these numbers agree.
        agreement: the state in words: ``ok``, or what is wrong.
        standing: how the month stands against the source, in words; empty if that is not known.
    """

    taxi: str
    month: str
    format: str
    filename: str
    lake_rows: int | None
    published_rows: int | None
    warehouse_rows: dict[str, int]
    ledger_rows: dict[str, int | None]
    state: MonthState
    agreement: str
    standing: str = ""

    def as_json(self) -> dict[str, object]:
        """The values for JSON, for scripts."""
        return asdict(self)


def coverage(settings: Settings, datasets: list[Dataset]) -> list[Coverage]:
    """The coverage of these datasets: each known file of each month, by taxi and month.

    Raises:
        WarehouseBusyError, WarehouseError: a warehouse cannot be queried.
    """
    lake, warehouses = lake_of(settings), warehouses_of(settings)
    lines = []
    for dataset in datasets:
        in_lake = dict(landed_months(lake, dataset))
        loaded = {
            warehouse.name: _loaded(dataset, holdings(warehouse, dataset))
            for warehouse in warehouses
        }
        known = {file for found in loaded.values() for file in (*found.rows, *found.entries)}
        for file in sorted({*in_lake, *known}, key=lambda file: (file.month, file.format)):
            superseded = file not in known and any(s in known for s in file.siblings)
            if not superseded:
                lines.append(_line(file, in_lake.get(file), loaded))
    return lines


def place_of(settings: Settings) -> str:
    """Where months were looked for, in words: lake, data folder and warehouses."""
    folder = settings.data_dir.resolve()
    return f"lake {lake_of(settings).url}, data folder {folder}, " + ", ".join(settings.warehouses)


@dataclass(frozen=True)
class _Loaded:
    rows: dict[TripFile, int]
    entries: dict[TripFile, LedgerEntry]


def _loaded(dataset: Dataset, found: Holdings) -> _Loaded:
    return _Loaded(_by_file(dataset, found.rows), _by_file(dataset, found.entries))


def _by_file(dataset: Dataset, named: Mapping[str, _T]) -> dict[TripFile, _T]:
    found: dict[TripFile, _T] = {}
    for filename, value in named.items():
        file = TripFile.loaded_as(dataset, filename)
        if file is not None:
            found[file] = value
    return found


def _line(file: TripFile, landed: LandedFile | None, loaded: dict[str, _Loaded]) -> Coverage:
    rows = {name: found.rows.get(file, 0) for name, found in loaded.items()}
    promised = {
        name: entry.rows if (entry := found.entries.get(file)) else None
        for name, found in loaded.items()
    }
    known = published_count(file)
    state, agreement = _agreement(file, landed, known, rows, loaded)
    return Coverage(
        taxi=file.dataset.taxi,
        month=str(file.month),
        format=file.format,
        filename=file.filename,
        lake_rows=landed.facts.rows if landed else None,
        published_rows=known.rows if known else None,
        warehouse_rows=rows,
        ledger_rows=promised,
        state=state,
        agreement=agreement,
    )


class _Agreement(NamedTuple):
    state: MonthState
    text: str


def _agreement(
    file: TripFile,
    landed: LandedFile | None,
    known: PublishedCount | None,
    rows: dict[str, int],
    loaded: dict[str, _Loaded],
) -> _Agreement:
    faults = [
        fault
        for name, found in loaded.items()
        if (fault := _fault(name, found.entries.get(file), rows[name], landed))
    ]
    if faults:
        # What differs comes before what is missing: only one of them is an error.
        faults.sort(key=lambda fault: fault.state is not MonthState.WRONG)
        return _Agreement(faults[0].state, "; ".join(fault.text for fault in faults))
    # Lake and warehouse have the same version of the file: rows that are missing were rejected.
    entries = {name: found.entries[file].rows for name, found in loaded.items()}
    rejected = {name: landed.facts.rows - count if landed else 0 for name, count in entries.items()}
    differs = known is not None and any(rows[n] + rejected[n] != known.rows for n in rows)
    if known is not None and differs and known.binds(landed.last_modified if landed else None):
        return _Agreement(MonthState.WRONG, "not the published rows")
    if landed is None:
        return _Agreement(MonthState.OK, "ok, but not in the lake")
    most = max(rejected.values())
    notes = [f"{most:,} rows rejected"] if most else []
    if known is not None and differs:
        notes.append(f"the file of {known.counted} had other rows")
    return _Agreement(MonthState.OK, f"ok, but {' and '.join(notes)}" if notes else "ok")


def _fault(
    warehouse: str, entry: LedgerEntry | None, rows: int, landed: LandedFile | None
) -> _Agreement | None:
    """The fault of the month in one warehouse; None if there is none."""
    if entry is None and rows == 0:
        return _Agreement(MonthState.PARTIAL, f"not loaded into {warehouse}")
    if entry is None:
        return _Agreement(MonthState.WRONG, f"{warehouse}: rows without a ledger")
    if entry.rows != rows:
        return _Agreement(MonthState.WRONG, f"{warehouse}: {rows:,} of {entry.rows:,} rows")
    if landed is not None and landed.sha256 != entry.sha256:
        return _Agreement(MonthState.WRONG, f"{warehouse}: the lake has another version")
    return None
