"""The rejects of a month: rows that were not loaded, kept where a user can query them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

from taxi_assets.rows.reading import OpenMonth

REJECTS_TABLE = "tripdata_rejects"


@dataclass(frozen=True)
class RejectCounts:
    """What the rejects of a month say.

    Attributes:
        rejected: how many rows were rejected.
        in_file: how many rows the file has; None where none was rejected.
    """

    rejected: int = 0
    in_file: int | None = None


def reject_lines(month: OpenMonth) -> list[Mapping[str, object]]:
    """The lines of the table for a month, each with how many rows the whole file has."""
    in_file = month.landed.facts.rows + len(month.rejects)
    return [
        {"filename": month.file.filename, **asdict(reject), "rows_in_file": in_file}
        for reject in month.rejects
    ]
