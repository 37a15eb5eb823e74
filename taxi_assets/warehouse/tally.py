"""A month's tally: figures that later months and reports are compared with.

Whether the rows are those that were loaded is told by `taxi_assets.rows.row_digest`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from taxi_assets.sql.dialect import Dialect, RecordType
from taxi_assets.trips.dataset import Dataset
from taxi_assets.warehouse.oddities import oddities_of
from taxi_assets.warehouse.record_tables import RecordTable, recorded


@dataclass(frozen=True)
class TallyFigure:
    """One figure of a month, as it was when the month was loaded."""

    filename: str = recorded("The file, as the column filename of the month's rows says.")
    figure: str = recorded("What was counted.")
    value: int = recorded("The count.", RecordType.WHOLE)


TALLIES = RecordTable(
    "tripdata_tallies",
    TallyFigure,
    ("filename", "figure"),
    "Counts over the rows of each month when it was loaded, written with them.",
)

Tally = Mapping[str, int]
"""Each figure by its name: ``rows``, each oddity, and ``shared_row_ids`` where it was counted.
Months that were loaded by older versions have sums of their columns, too; nothing reads them."""

ROWS = "rows"

SHARED_ROW_IDS = "shared_row_ids"
"""Rows that share their id with another row of the file."""


def tally_expressions(dataset: Dataset, dialect: Dialect) -> dict[str, str]:
    """The SQL expression of each figure that a scan of the month's rows can count."""
    expressions = {ROWS: "count(*)"}
    for oddity in oddities_of(dataset):
        condition = oddity.condition(dataset, dialect.identifier)
        expressions[oddity.name] = f"count(CASE WHEN {condition} THEN 1 END)"
    return expressions
