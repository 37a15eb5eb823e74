"""Checks of rows and columns of a file that were not loaded. They only warn."""

from __future__ import annotations

from taxi_assets.lake.landed_file import left_out_text
from taxi_assets.trips.column import is_pandas_index
from taxi_assets.warehouse.checks import Check, Expectations, MonthFigures, Verdict
from taxi_assets.warehouse.rejects import REJECTS


def _rows_not_jagged(month: MonthFigures, _: Expectations) -> Verdict:
    jagged = month.entry.jagged_rows if month.entry else 0
    return Verdict(
        jagged == 0,
        f"{jagged:,} rows of the file were short of trailing columns, which are NULL",
        {"jagged_rows": jagged},
    )


def _rows_not_rejected(month: MonthFigures, _: Expectations) -> Verdict:
    rejected = month.rejects.rejected
    return Verdict(
        rejected == 0,
        f"{rejected:,} rows of the file were rejected: see the table {REJECTS.name}"
        if rejected
        else "no row of the file was rejected",
        {"rejected_rows": rejected},
    )


def _columns_not_left_out(month: MonthFigures, _: Expectations) -> Verdict:
    if all(map(is_pandas_index, month.left_out)):
        return Verdict(True, left_out_text(month.left_out))
    return Verdict(
        False,
        f"{left_out_text(month.left_out)}: declare them at the end of the dataset's columns in "
        "taxi_assets/trips, then load the month again",
        {"left_out_columns": len(month.left_out)},
    )


FILE_CHECKS: tuple[Check, ...] = (
    Check(
        "rows_not_jagged",
        "No row of the file was short of trailing columns.",
        False,
        _rows_not_jagged,
        lambda dataset: dataset.csv_releases is not None,
    ),
    Check(
        "rows_not_rejected",
        "Every row of the file was loaded; TAXI_MAX_REJECTED_ROWS lets a few be rejected.",
        False,
        _rows_not_rejected,
    ),
    Check(
        "columns_not_left_out",
        "Every column of the file was loaded, but for pandas' numbering of rows, which says "
        "nothing of trips; TAXI_UNDECLARED_COLUMNS=skip lets a file have undeclared columns.",
        False,
        _columns_not_left_out,
    ),
)
"""The checks of rows and columns that a load left out or filled with NULL."""
