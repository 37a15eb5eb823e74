"""The rejects of a month: rows that were not loaded, in a table that users can query."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from taxi_assets.rows.reading import OpenMonth
from taxi_assets.warehouse.record_tables import RecordTable, recorded


@dataclass(frozen=True)
class RejectedRow:
    """A row of a file that was not loaded."""

    filename: str = recorded("The file, as the column filename of the month's rows says.")
    line: int = recorded("Line of the CSV, whose header is line 1; row of a Parquet file, from 1.")
    column: str = recorded("The first column whose value does not fit.")
    value: str | None = recorded("The text of that value; NULL where it is empty.")
    reason: str = recorded("Why it does not fit.")
    text: str = recorded("The whole line; of a Parquet file, the row as JSON.")
    rows_in_file: int = recorded("How many rows the whole file has.")


REJECTS = RecordTable(
    "tripdata_rejects",
    RejectedRow,
    ("filename", "line"),
    "Rows of files that were not loaded, as they stand there.",
)


@dataclass(frozen=True)
class RejectCounts:
    """Counts of the rejects of a month.

    Attributes:
        rejected: how many rows were rejected.
        in_file: number of rows of the file; None if no row was rejected.
    """

    rejected: int = 0
    in_file: int | None = None


def rejected_rows(month: OpenMonth) -> list[RejectedRow]:
    """The rejects of a month, each with the number of rows of the whole file."""
    in_file = month.landed.facts.rows + len(month.rejects)
    return [
        RejectedRow(filename=month.file.filename, rows_in_file=in_file, **asdict(reject))
        for reject in month.rejects
    ]
