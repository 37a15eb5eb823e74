"""The ledger: the file that each month in a warehouse is from, written with the month's rows."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime

from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.rows.reading import OpenMonth
from taxi_assets.rows.row_digest import Digests
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.record_tables import RecordTable, recorded


@dataclass(frozen=True)
class LedgerEntry:
    """One month in one warehouse."""

    filename: str = recorded("The file, as the column filename of the month's rows says.")
    taxi: str = recorded("Kind of taxi.")
    month: str = recorded("The month, such as 2020-04.")
    source_url: str = recorded("Where the file was published.")
    sha256: str = recorded("Hash of the published bytes, in hex.")
    rows: int = recorded("Rows of the file, counted when it landed, less those rejected.")
    jagged_rows: int = recorded("How many of them were short of trailing columns.")
    loaded_at: datetime = recorded("When the month was loaded, UTC.")
    run_id: str = recorded("The run of Dagster that loaded it; empty outside Dagster.")
    left_out: str | None = recorded(
        "Columns of the file that were not loaded, as a JSON list; NULL where all were.",
        default=None,
    )
    digest: str | None = recorded(
        "Digest of the month's rows, the same in every database; NULL where it was not computed.",
        default=None,
    )
    engine_digest: str | None = recorded(
        "Digest of the rows by the database's own hash, behind its version; NULL without one.",
        default=None,
    )

    @property
    def digests(self) -> Digests:
        """The digests of the month's rows when they were loaded or audited."""
        engine, _, found = (self.engine_digest or "").rpartition(" ")
        return Digests(self.digest, engine, found)

    @property
    def left_out_columns(self) -> tuple[str, ...]:
        """The columns of the file that were not loaded: they are not declared."""
        try:
            return tuple(map(str, json.loads(self.left_out or "[]")))
        except (ValueError, TypeError):
            return (str(self.left_out),)  # somebody changed it: no file has such a column

    def is_of(self, file: TripFile, landed: LandedFile) -> bool:
        """Whether these rows are from this version of the file, with every declared column."""
        return (self.filename, self.sha256, self.left_out_columns) == (
            file.filename,
            landed.sha256,
            landed.facts.undeclared(file),
        )

    @classmethod
    def of(cls, month: OpenMonth, digests: Digests, run_id: str) -> LedgerEntry:
        """The entry of a month that is being loaded."""
        file, landed = month.file, month.landed
        left_out = landed.facts.undeclared(file)
        return cls(
            filename=file.filename,
            taxi=file.dataset.taxi,
            month=str(file.month),
            source_url=landed.url,
            sha256=landed.sha256,
            rows=landed.facts.rows,
            jagged_rows=landed.facts.jagged_rows,
            loaded_at=utc_now(),
            run_id=run_id,
            left_out=json.dumps(left_out) if left_out else None,
            digest=digests.digest,
            engine_digest=digests.engine_text,
        )


def utc_now() -> datetime:
    """The time in UTC, as record tables hold it: without a zone."""
    return datetime.now(UTC).replace(tzinfo=None)


LEDGER = RecordTable(
    "tripdata_files",
    LedgerEntry,
    ("filename",),
    "Which file each month in the merged tables is from, written with its rows.",
)
