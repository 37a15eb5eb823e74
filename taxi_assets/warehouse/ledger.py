"""The ledger: which file each month in a warehouse came from, written with its rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.trips.file import TripFile

LEDGER_TABLE = "tripdata_files"


@dataclass(frozen=True)
class LedgerEntry:
    """One month in one warehouse.

    Attributes:
        filename: as in the column ``filename`` of the month's rows.
        taxi: the dataset.
        month: such as ``2020-04``.
        source_url: where the file was published.
        sha256: hash of the published bytes.
        rows: rows of the file, counted when it landed, less those that were rejected.
        jagged_rows: how many of them were short of trailing columns.
        loaded_at: when the month was loaded, UTC.
        run_id: Dagster's run that loaded it; empty outside Dagster.
    """

    filename: str
    taxi: str
    month: str
    source_url: str
    sha256: str
    rows: int
    jagged_rows: int
    loaded_at: datetime
    run_id: str

    @classmethod
    def of(
        cls, file: TripFile, landed: LandedFile, loaded_at: datetime, run_id: str
    ) -> LedgerEntry:
        """The entry of a landed file that is being loaded."""
        return cls(
            filename=file.filename,
            taxi=file.dataset.taxi,
            month=str(file.month),
            source_url=landed.url,
            sha256=landed.sha256,
            rows=landed.facts.rows,
            jagged_rows=landed.facts.jagged_rows,
            loaded_at=loaded_at,
            run_id=run_id,
        )
