"""Judges the rows of a month before readers can see them, the same way in every warehouse.

A month that a blocking check would refuse later is refused here, so that the old rows stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from taxi_assets.errors import InvalidFileError
from taxi_assets.rows.domain import is_code
from taxi_assets.rows.reading import OpenMonth


@dataclass(frozen=True)
class MonthAudit:
    """Counts over the rows that were just written for a month.

    Attributes:
        rows: number of rows.
        bad_pickups: rows whose time of pickup is missing or out of range.
        bad_dropoffs: rows whose time of dropoff is out of range.
        other_pickups: rows whose pickup lies outside the month.
        odd_amounts: rows with an amount that is infinite or no number.
        codes: the distinct values of each code column, by its name.
    """

    rows: int
    bad_pickups: int
    bad_dropoffs: int
    other_pickups: int
    odd_amounts: int
    codes: Mapping[str, Iterable[str | None]]


def judge(month: OpenMonth, audit: MonthAudit) -> None:
    """Refuse a month whose rows are not those that were verified when its file landed.

    Raises:
        InvalidFileError: names the file and, where a value is at fault, its line.
        DamagedCopyError: the rows were not read from the bytes that landed.
    """
    month.copy.prove()
    judge_figures(month, audit)


def judge_figures(month: OpenMonth, audit: MonthAudit) -> None:
    """The same of rows that a warehouse read from the lake by itself, and not from the copy."""
    strange = [
        value
        for name, values in audit.codes.items()
        for value in values
        if value is not None and not is_code(month.file.dataset.column(name), value)
    ]
    if audit.bad_pickups or audit.bad_dropoffs or audit.odd_amounts or strange:
        raise month.explain(
            f"{audit.bad_pickups:,} pickups and {audit.bad_dropoffs:,} dropoffs that are no time, "
            f"{audit.odd_amounts:,} amounts that are none, codes that are none: "
            f"{strange[:5]}"
        )
    if audit.rows != month.landed.facts.rows:
        raise month.explain(
            f"{audit.rows:,} rows were read, but {month.landed.facts.rows:,} were counted when it "
            "landed"
        )
    share = audit.other_pickups / audit.rows if audit.rows else 0.0
    if share > month.max_other_share:
        raise InvalidFileError(
            f"{month.file}: {audit.other_pickups:,} of {audit.rows:,} pickups ({share:.1%}) lie "
            f"outside {month.file.month}: it is another month's file",
            "load the file that the publisher meant; if it is this one, raise "
            f"TAXI_REFUSE_OUT_OF_MONTH_SHARE={month.max_other_share:g}; the rows that were loaded "
            "before are still there",
        )
