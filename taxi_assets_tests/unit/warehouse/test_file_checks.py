"""What of a file was left behind is told by checks that only warn."""

from __future__ import annotations

from dataclasses import replace

import pytest

from taxi_assets.warehouse.checks import Expectations, MonthFigures, Verdict
from taxi_assets.warehouse.file_checks import FILE_CHECKS
from taxi_assets.warehouse.rejects import RejectCounts
from taxi_assets_tests.landed_months import ENTRY

EXPECTED = Expectations("green", "2020-04", None, True, 0.01, 0.5, 0.2, 0.02)


def verdict(*left_out: str) -> Verdict:
    """What the check of columns says where a load left these out."""
    figures = MonthFigures(rows=1, left_out=left_out)
    check = next(check for check in FILE_CHECKS if check.name == "columns_not_left_out")
    assert not check.blocks
    return check.judge(figures, EXPECTED)


@pytest.mark.parametrize(
    ("left_out", "reason"),
    [
        ((), "every column of the file was loaded"),
        (
            ("__index_level_0__", "__index_level_12__"),
            "left out: __index_level_0__, __index_level_12__ (pandas' numbering of rows)",
        ),
    ],
)
def test_no_column_or_pandas_numbering_is_no_warning(
    left_out: tuple[str, ...], reason: str
) -> None:
    found = verdict(*left_out)
    assert found.passed
    assert found.reason == reason


def test_a_column_that_is_not_declared_is_a_warning_that_names_it() -> None:
    found = verdict("mood", "__index_level_0__", "pets")
    assert not found.passed
    assert found.reason == (
        "left out: mood, pets (not declared); __index_level_0__ (pandas' numbering of rows): "
        "declare them at the end of the dataset's columns in taxi_assets/trips, then load the "
        "month again"
    )


@pytest.mark.parametrize("name", ["__index_level_x__", "index", "my__index_level_0__"])
def test_what_only_looks_like_pandas_numbering_is_a_warning(name: str) -> None:
    assert not verdict(name).passed


@pytest.mark.parametrize("rows", [0, 1])
def test_one_row_that_is_short_or_rejected_is_a_warning(rows: int) -> None:
    month = MonthFigures(
        rows=1, entry=replace(ENTRY, jagged_rows=rows), rejects=RejectCounts(rows, 1 + rows)
    )
    checks = {check.name: check for check in FILE_CHECKS}
    for name in ("rows_not_jagged", "rows_not_rejected"):
        assert not checks[name].blocks
        assert checks[name].judge(month, EXPECTED).passed is (rows == 0), name
