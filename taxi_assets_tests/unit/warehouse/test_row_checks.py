"""The checks of a month's own rows: what each refuses, and what it lets pass, at its limit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from taxi_assets.warehouse.checks import ROW_CHECKS, Expectations, MonthFigures
from taxi_assets.warehouse.file_checks import FILE_CHECKS
from taxi_assets.warehouse.rejects import RejectCounts
from taxi_assets.warehouse.tally import Tally
from taxi_assets_tests.landed_months import ENTRY

TALLY: Tally = {}
SOUND = MonthFigures(rows=100, entry=ENTRY, tally=TALLY)
REJECTED = replace(SOUND, rejects=RejectCounts(rejected=2, in_file=102))
EXPECTED = Expectations("green", "2020-04", 100, True, 0.01, 0.5, 0.2, 0.02)
CHECKS = {check.name: check for check in (*ROW_CHECKS, *FILE_CHECKS)}


def test_a_sound_month_passes_them_all() -> None:
    found = {name: check.judge(SOUND, EXPECTED) for name, check in CHECKS.items()}
    assert [name for name, verdict in found.items() if not verdict.passed] == []


@pytest.mark.parametrize(
    ("name", "month", "told"),
    [
        ("rows_match_file", replace(SOUND, rows=99), "99 rows in the table, 100 in green"),
        ("rows_match_file", replace(SOUND, rows=101), "101 rows in the table"),
        ("rows_match_file", replace(SOUND, entry=None), "never loaded whole"),
        ("rows_match_file", replace(SOUND, foreign_rows=1), "1 rows of the month come from"),
        ("rows_match_file", replace(SOUND, entry=replace(ENTRY, taxi="yellow")), "is of yellow"),
        ("rows_match_file", replace(SOUND, entry=replace(ENTRY, month="2020-05")), "2020-05"),
        (
            "rows_match_file",  # a reject was deleted
            replace(SOUND, rejects=RejectCounts(rejected=1, in_file=102)),
            "100 rows in the table and 1 rejected, 102 in",
        ),
        (
            "rows_match_file",  # a row was moved among the rejects
            replace(SOUND, rows=99, rejects=RejectCounts(rejected=1, in_file=100)),
            "99 rows in the table and 1 rejected, 100 in",
        ),
        ("rows_match_published", replace(SOUND, rows=99), "99 rows in the table, 100 published"),
        ("rows_match_published", REJECTED, "100 rows in the table and 2 rejected, 100 published"),
        ("columns_as_declared", replace(SOUND, column_differences=("x is TEXT",)), "x is TEXT"),
        ("pickup_present", replace(SOUND, null_pickups=1), "1 rows without a time of pickup"),
        ("row_ids_match_values", replace(SOUND, wrong_row_ids=1), "1 rows whose unique_row_id"),
        ("row_ids_match_values", replace(SOUND, tally=None), "no id can be computed"),
        ("pickups_in_month", replace(SOUND, out_of_month_pickups=2), "2 pickups outside the month"),
        ("row_ids_not_shared", replace(SOUND, shared_row_ids=2), "2 rows share their id"),
        ("row_ids_not_shared", replace(SOUND, ids_in_other_files=1), "1 with one of another file"),
        ("row_ids_not_shared", replace(SOUND, ids_in_other_files=None), "were not searched"),
        ("rows_not_jagged", replace(SOUND, entry=replace(ENTRY, jagged_rows=1)), "1 rows"),
        ("rows_not_rejected", REJECTED, "2 rows of the file were rejected"),
    ],
)
def test_what_is_not_so_is_told_with_its_figures(name: str, month: MonthFigures, told: str) -> None:
    verdict = CHECKS[name].judge(month, EXPECTED)
    assert not verdict.passed
    assert told in verdict.reason


@pytest.mark.parametrize(
    ("name", "month", "expected"),
    [
        ("rows_match_file", REJECTED, EXPECTED),
        ("rows_match_published", REJECTED, replace(EXPECTED, published_rows=102)),
        ("rows_match_published", replace(SOUND, rows=99), replace(EXPECTED, published_rows=None)),
        ("pickups_in_month", replace(SOUND, out_of_month_pickups=1), EXPECTED),
        ("pickups_in_month", MonthFigures(), EXPECTED),
    ],
)
def test_what_lies_at_the_limit_passes(
    name: str, month: MonthFigures, expected: Expectations
) -> None:
    verdict = CHECKS[name].judge(month, expected)
    assert verdict.passed, verdict.reason


@pytest.mark.parametrize("required", [True, False])
def test_a_published_count_blocks_where_it_is_required(required: bool) -> None:
    expected = replace(EXPECTED, published_count_required=required)
    verdict = CHECKS["rows_match_published"].judge(replace(SOUND, rows=99), expected)
    assert (verdict.passed, verdict.blocks) == (False, required)


def test_what_blocks_and_what_warns() -> None:
    assert [name for name, check in CHECKS.items() if check.blocks] == [
        *("rows_match_file", "rows_match_published", "columns_as_declared", "pickup_present"),
        "row_ids_match_values",
    ]
