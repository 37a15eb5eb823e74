"""The checks of a month's rows, and what a check is: a rule over the figures of a month.

Each warehouse computes the figures with its own SQL. The rules are the same for all of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.rows.row_digest import Digests
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.published_counts import has_published_counts
from taxi_assets.warehouse.history import OtherMonth
from taxi_assets.warehouse.ledger import LedgerEntry
from taxi_assets.warehouse.rejects import RejectCounts
from taxi_assets.warehouse.tally import Tally


@dataclass(frozen=True)
class RowCounts:
    """Counts of a month's rows in a warehouse.

    Attributes:
        rows: rows of the month.
        foreign_rows: rows whose ``filename`` is not the one in the ledger.
        null_pickups: rows without a time of pickup.
        wrong_row_ids: rows whose id is not what their values say.
        out_of_month_pickups: rows whose pickup lies outside the month.
        shared_row_ids: rows that share their id with another row of the month.
        ids_in_other_files: rows whose id also occurs in another file; None if nobody looked.
    """

    rows: int = 0
    foreign_rows: int = 0
    null_pickups: int = 0
    wrong_row_ids: int = 0
    out_of_month_pickups: int = 0
    shared_row_ids: int = 0
    ids_in_other_files: int | None = 0


@dataclass(frozen=True)
class MonthFigures(RowCounts):
    """Everything about one month in a warehouse that the checks judge.

    Attributes:
        entry: the ledger's entry of the month; None if there is none.
        column_differences: how the table's columns differ from the declared ones.
        tally: the tally of the month's rows now; None if the columns are not as declared,
            because nothing but rows and pickups can be counted then.
        digests: a digest of the month's rows now, of a kind that the ledger has, if it has one.
        other_months: the months to compare with, as far as they are loaded.
        rejects: how many rows of the file were rejected when the month was loaded.
        left_out: the columns of the file that were left out when the month was loaded.
    """

    entry: LedgerEntry | None = None
    column_differences: tuple[str, ...] = ()
    tally: Tally | None = None
    digests: Digests = field(default_factory=Digests)
    other_months: tuple[OtherMonth, ...] = ()
    rejects: RejectCounts = field(default_factory=RejectCounts)
    left_out: tuple[str, ...] = ()

    @property
    def with_rejects(self) -> int:
        """Number of the month's rows in the table and of its rejected rows together."""
        return self.rows + self.rejects.rejected


@dataclass(frozen=True)
class Expectations:
    """The expected values and limits that a month is checked against.

    Attributes:
        taxi: the kind of taxi.
        month: the month, such as ``2020-04``.
        published_rows: the published row count; None if it is not known.
        published_count_required: whether a difference from it blocks, or only warns.
        max_out_of_month_share: warn if the share of out-of-month pickups is above this.
        min_season_share: warn if the month's rows, divided by the rows expected from other
            months, are below this.
        max_vendor_jump: warn if the share of rows without a vendor differs from other months by
            more than this.
        max_oddity_jump: the same limit for every other kind of odd rows.
        in_lake: what the lake knows of the loaded file; None if it has none of that name.
        published_words: what kind of count the published one is, such as ``published``.
    """

    taxi: str
    month: str
    published_rows: int | None
    published_count_required: bool
    max_out_of_month_share: float
    min_season_share: float
    max_vendor_jump: float
    max_oddity_jump: float
    in_lake: LandedFile | None = None
    published_words: str = "published"


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
        name: name of the asset check.
        description: what is true when it passes, and the reason for its limit.
        blocks: whether a failure stops what depends on the month; otherwise it warns.
        judge: the rule itself.
        is_of: whether a dataset can break the rule; if not, the dataset does not have the check.
    """

    name: str
    description: str
    blocks: bool
    judge: Callable[[MonthFigures, Expectations], Verdict]
    is_of: Callable[[Dataset], bool] = lambda _: True


def _rows_match_file(month: MonthFigures, expected: Expectations) -> Verdict:
    if month.entry is None:
        return Verdict(False, "the ledger has no line for this month: it was never loaded whole")
    if (month.entry.taxi, month.entry.month) != (expected.taxi, expected.month):
        return Verdict(
            False,
            f"the ledger's line of {month.entry.filename} is of {month.entry.taxi} "
            f"{month.entry.month}: it was changed; load the month again with --force",
        )
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
        f"{month.rows:,} rows in the table{said}, {expected.published_rows:,} "
        f"{expected.published_words}",
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


def _row_ids_match_values(month: MonthFigures, _: Expectations) -> Verdict:
    if month.tally is None:
        return Verdict(False, "the columns are not as declared: no id can be computed")
    return Verdict(
        month.wrong_row_ids == 0,
        f"{month.wrong_row_ids:,} rows whose unique_row_id is not what their values say",
        {"wrong_row_ids": month.wrong_row_ids},
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
    if month.ids_in_other_files is None:
        return Verdict(
            False,
            f"{month.shared_row_ids:,} rows share their id with another row of the file; other "
            "files were not searched, since that would read too much",
            {"shared_row_ids": month.shared_row_ids},
        )
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
        "The month has its published row count, where one is known. TAXI_PUBLISHED_COUNTS=warn "
        "makes a difference a warning, and so does a file that is newer than the count.",
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
        "row_ids_match_values",
        "Every unique_row_id is the MD5 of its row's key. The database computes the ids anew where "
        "the digest does not say that these are the rows of the load.",
        True,
        _row_ids_match_values,
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
"""The checks that look only at the month's own rows."""
