"""Checks of a month against other months: how many rows it has, and how many odd ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from statistics import median

from taxi_assets.trips.month import Month
from taxi_assets.warehouse.checks import Check, Expectations, MonthFigures, Verdict
from taxi_assets.warehouse.oddities import EMPTY_VENDORS, ODDITIES, Oddity


def _rows_in_season(month: MonthFigures, expected: Expectations) -> Verdict:
    others = month.other_months
    if month.entry is None or not others:
        return Verdict(True, f"{month.rows:,} rows; no month to compare with is loaded")
    days = Month.parse(month.entry.month).days
    usual = round(median(other.rows_a_day for other in others) * days)
    share = month.rows / usual if usual else 1.0
    shown = ", ".join(f"{other.month}: {other.rows:,}" for other in others)
    reason = (
        f"{month.rows:,} rows are {share:.2f} of the {usual:,} that other months say ({shown}); "
        f"the limit is {expected.min_season_share:g}"
    )
    low = share < expected.min_season_share
    published = month.rows == expected.published_rows
    return Verdict(
        not low or published,
        f"{reason}, but so many were published" if low and published else reason,
        {"rows": month.rows, "rows_of_other_months": usual, "share": share},
    )


def _share_is_steady(oddity: Oddity, month: MonthFigures, expected: Expectations) -> Verdict:
    if month.entry is None or month.tally is None or not month.rows:
        return Verdict(True, "there are no rows to count, or their columns are not as declared")
    rows = month.tally[oddity.name]
    share = rows / month.rows
    found = f"{rows:,} {oddity.title} ({share:.3%})"
    figures: dict[str, int | float | str] = {oddity.name: rows, "share": share}
    shares = {
        other.month: usual
        for other in month.other_months
        if other.comes_like(month.entry.filename)
        and (usual := other.share(oddity.name)) is not None
    }
    if not shares:
        return Verdict(True, f"{found}; no month to compare with is loaded", figures)
    usual = median(shares.values())
    limit = expected.max_vendor_jump if oddity is EMPTY_VENDORS else expected.max_oddity_jump
    shown = ", ".join(f"{other}: {share:.3%}" for other, share in shares.items())
    return Verdict(
        abs(share - usual) <= limit,
        f"{found}; {usual:.3%} in other months ({shown}); the limit is a difference of {limit:.3%}",
        {**figures, "share_of_other_months": usual},
    )


def _steady(oddity: Oddity, reason: str) -> Check:
    judge: Callable[[MonthFigures, Expectations], Verdict] = partial(_share_is_steady, oddity)
    return Check(
        f"{oddity.name}_steady",
        f"The share of {oddity.title} is about that of the months before and after, and of the "
        f"same month a year before and after, in files of the same format. {reason}",
        False,
        judge,
        oddity.is_of,
    )


_VENDOR_REASON = (
    "It changed by 14.3 points at most between neighbours, from green_tripdata_2020-04.csv to "
    "-05.csv, so that TAXI_MAX_VENDOR_JUMP is 20."
)
_ODDITY_REASON = (
    "Of these, the shares of trips of no distance changed most between neighbours, by 0.84 points "
    "from green_tripdata_2020-04.csv to -05.csv, so that TAXI_MAX_ODDITY_JUMP is 2."
)

SEASON_CHECKS: tuple[Check, ...] = (
    Check(
        "rows_in_season",
        "The month has at least half the rows a day that the months before and after, and the same "
        "month a year before and after, say by their median. Of 528 known counts, those "
        "below are 2020-04, yellow until 2020-08, and FHV 2015-01 and 2019-02: real, so that a "
        "month with its published count passes.",
        False,
        _rows_in_season,
    ),
    *(
        _steady(oddity, _VENDOR_REASON if oddity is EMPTY_VENDORS else _ODDITY_REASON)
        for oddity in ODDITIES
    ),
)
"""The checks against other months; they only warn."""
