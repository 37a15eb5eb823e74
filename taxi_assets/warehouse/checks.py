"""The checks that every month in every warehouse is held to: rules over figures.

Each warehouse takes the figures with its own SQL; the rules are these, whether a month is
judged before it becomes visible or later by an asset check.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.published_counts import has_published_counts
from taxi_assets.warehouse.history import OtherMonth
from taxi_assets.warehouse.ledger import LedgerEntry
from taxi_assets.warehouse.rejects import RejectCounts
from taxi_assets.warehouse.tally import Tally


@dataclass(frozen=True)
class RowCounts:
    """What a warehouse counts of a month's rows.

    Attributes:
        rows: rows of the month.
        foreign_rows: those under the name of another file than the ledger's.
        null_pickups: those without a time of pickup.
        bad_row_ids: those whose id is missing or no MD5 in lower-case hex.
        out_of_month_pickups: those whose pickup lies outside the month.
        shared_row_ids: those that share their id with another row of the month.
        ids_in_other_files: those whose id also stands in another file.
    """

    rows: int = 0
    foreign_rows: int = 0
    null_pickups: int = 0
    bad_row_ids: int = 0
    out_of_month_pickups: int = 0
    shared_row_ids: int = 0
    ids_in_other_files: int = 0


@dataclass(frozen=True)
class MonthFigures(RowCounts):
    """What a warehouse holds of one month.

    Attributes:
        entry: the ledger's line for the month; None where there is none.
        column_differences: how the table's columns differ from the declared ones.
        tally: counts and sums of the month's rows now; None where the columns are not as
            declared, so that none can be taken.
        loaded_tally: the same when the month was loaded; empty where none was kept.
        other_months: the months to compare with, as far as they are loaded.
        rejects: how many rows of the file were rejected when the month was loaded.
        left_out: the columns of the file that were left out when the month was loaded.
    """

    entry: LedgerEntry | None = None
    column_differences: tuple[str, ...] = ()
    tally: Tally | None = None
    loaded_tally: Tally = field(default_factory=dict)
    other_months: tuple[OtherMonth, ...] = ()
    rejects: RejectCounts = field(default_factory=RejectCounts)
    left_out: tuple[str, ...] = ()

    @property
    def with_rejects(self) -> int:
        """Rows of the month and those that were rejected."""
        return self.rows + self.rejects.rejected


@dataclass(frozen=True)
class Expectations:
    """What the month is held against.

    Attributes:
        published_rows: the published row count, where it is known.
        published_count_required: whether a difference from it blocks, or only warns.
        max_out_of_month_share: share of out-of-month pickups above which to warn.
        min_season_share: share of the rows that other months say, below which to warn.
        max_vendor_jump: difference from other months in the share of rows without a vendor,
            above which to warn.
        max_oddity_jump: the same of any other kind of odd rows.
    """

    published_rows: int | None
    published_count_required: bool
    max_out_of_month_share: float
    min_season_share: float
    max_vendor_jump: float
    max_oddity_jump: float


@dataclass(frozen=True)
class Verdict:
    """What a check found: whether it passed, why, and the figures behind it."""

    passed: bool
    reason: str
    figures: Mapping[str, int | float | str] = field(default_factory=dict)
    blocks: bool = True


@dataclass(frozen=True)
class Check:
    """One rule.

    Attributes:
        name: as the asset check is called.
        description: what it says when it passes, and why its limit is what it is.
        blocks: whether a failure stops what depends on the month; otherwise it warns.
        judge: the rule itself.
        is_of: whether a dataset can break the rule; without it, there is no such check.
    """

    name: str
    description: str
    blocks: bool
    judge: Callable[[MonthFigures, Expectations], Verdict]
    is_of: Callable[[Dataset], bool] = lambda _: True


def _rows_match_file(month: MonthFigures, _: Expectations) -> Verdict:
    if month.entry is None:
        return Verdict(False, "the ledger has no line for this month: it was never loaded whole")
    rejected = month.rejects.rejected
    in_file = month.rejects.in_file or month.entry.rows
    figures = {"rows_in_table": month.rows, "rejected_rows": rejected, "rows_in_file": in_file}
    if month.foreign_rows:
        return Verdict(
            False,
            f"{month.foreign_rows:,} rows of the month come from another file than "
            f"{month.entry.filename}",
            figures,
        )
    said = f" and {rejected:,} rejected" if rejected else ""
    return Verdict(
        month.rows == month.entry.rows and month.with_rejects == in_file,
        f"{month.rows:,} rows in the table{said}, {in_file:,} in {month.entry.filename}",
        figures,
    )


def _rows_match_published(month: MonthFigures, expected: Expectations) -> Verdict:
    if expected.published_rows is None:
        return Verdict(True, f"{month.rows:,} rows; no published count is known")
    rejected = month.rejects.rejected
    said = f" and {rejected:,} rejected" if rejected else ""
    return Verdict(
        month.with_rejects == expected.published_rows,
        f"{month.rows:,} rows in the table{said}, {expected.published_rows:,} published",
        {"rows_in_table": month.rows, "published_rows": expected.published_rows},
        blocks=expected.published_count_required,
    )


def _columns_as_declared(month: MonthFigures, _: Expectations) -> Verdict:
    return Verdict(
        not month.column_differences,
        "; ".join(month.column_differences) or "every column has its declared name and type",
    )


def _pickup_present(month: MonthFigures, _: Expectations) -> Verdict:
    return Verdict(
        month.null_pickups == 0,
        f"{month.null_pickups:,} rows without a time of pickup",
        {"null_pickups": month.null_pickups},
    )


def _row_ids_well_formed(month: MonthFigures, _: Expectations) -> Verdict:
    return Verdict(
        month.bad_row_ids == 0,
        f"{month.bad_row_ids:,} rows whose unique_row_id is missing or no MD5",
        {"bad_row_ids": month.bad_row_ids},
    )


def _pickups_in_month(month: MonthFigures, expected: Expectations) -> Verdict:
    share = month.out_of_month_pickups / month.rows if month.rows else 0.0
    return Verdict(
        share <= expected.max_out_of_month_share,
        f"{month.out_of_month_pickups:,} pickups outside the month ({share:.3%}; the limit is "
        f"{expected.max_out_of_month_share:.3%})",
        {"out_of_month_pickups": month.out_of_month_pickups, "share": share},
    )


def _row_ids_not_shared(month: MonthFigures, _: Expectations) -> Verdict:
    return Verdict(
        month.shared_row_ids == 0 and month.ids_in_other_files == 0,
        f"{month.shared_row_ids:,} rows share their id with another row of the file, "
        f"{month.ids_in_other_files:,} with one of another file",
        {
            "shared_row_ids": month.shared_row_ids,
            "ids_in_other_files": month.ids_in_other_files,
        },
    )


ROW_CHECKS: tuple[Check, ...] = (
    Check(
        "rows_match_file",
        "The table has as many rows of the month as were counted in the file when it landed, less "
        "those that were rejected.",
        True,
        _rows_match_file,
    ),
    Check(
        "rows_match_published",
        "The month has its published row count, where one is known; TAXI_PUBLISHED_COUNTS=warn "
        "makes a difference a warning.",
        True,
        _rows_match_published,
        has_published_counts,
    ),
    Check(
        "columns_as_declared",
        "The table's columns have their declared names, types and order.",
        True,
        _columns_as_declared,
    ),
    Check("pickup_present", "Every row has a time of pickup.", True, _pickup_present),
    Check(
        "row_ids_well_formed",
        "Every unique_row_id is an MD5 in lower-case hex.",
        True,
        _row_ids_well_formed,
    ),
    Check(
        "pickups_in_month",
        "Pickups lie in the file's month, but for the few that real files have outside it: at "
        "most 0.09 % in ten real green months, so that TAXI_MAX_OUT_OF_MONTH_SHARE of 1 % warns "
        "of another month's file, not of odd meters.",
        False,
        _pickups_in_month,
    ),
    Check(
        "row_ids_not_shared",
        "No two rows share a unique_row_id. None do in 1.46 million real green rows of the CSVs; "
        "in TLC's Parquet files a few do (108 of 35,644 rows in green 2020-04, 4 to 10 a month "
        "from 2022 on).",
        False,
        _row_ids_not_shared,
    ),
)
"""The checks of a month's rows by themselves."""
