"""A month is compared with its neighbours and with the same month of other years."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import datetime
from importlib import resources

import pytest

from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.green import GREEN
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.check_list import checks_of
from taxi_assets.warehouse.checks import Check, Expectations, MonthFigures, Verdict
from taxi_assets.warehouse.history import OtherMonth, comparable_files
from taxi_assets.warehouse.ledger import LedgerEntry
from taxi_assets.warehouse.oddities import Oddity, oddities_of
from taxi_assets.warehouse.season_checks import SEASON_CHECKS

NONE_ODD = {oddity.name: 0 for oddity in oddities_of(GREEN)}


def other(month: str, rows: int, **odd: int) -> OtherMonth:
    name = f"green_tripdata_{month}.csv"
    return OtherMonth(Month.parse(month), name, rows, {"rows": rows, **NONE_ODD, **odd})


def figures_of(month: str, rows: int, others: tuple[OtherMonth, ...], **odd: int) -> MonthFigures:
    """The figures of a month's CSV."""
    entry = LedgerEntry(
        f"green_tripdata_{month}.csv",
        "green",
        month,
        "file:///x",
        "0",
        rows,
        0,
        datetime(2026, 1, 1),  # noqa: DTZ001 - as in the ledger
        "",
    )
    tally = {"rows": rows, **NONE_ODD, **odd}
    return MonthFigures(rows=rows, entry=entry, tally=tally, other_months=others)


def judged(name: str, figures: MonthFigures, published: int | None = None) -> Verdict:
    """What a check says of a month."""
    expected = Expectations("green", "2023-05", published, True, 0.01, 0.5, 0.2, 0.02)
    return next(check for check in checks_of(GREEN) if check.name == name).judge(figures, expected)


def verdict(
    name: str,
    month: str,
    rows: int,
    others: tuple[OtherMonth, ...],
    published: int | None = None,
    **odd: int,
) -> Verdict:
    """What a check says of a month's CSV."""
    return judged(name, figures_of(month, rows, others, **odd), published)


USUAL = (other("2022-05", 3_100), other("2023-04", 3_000), other("2023-06", 3_000))


def test_a_month_as_its_season_says_passes() -> None:
    found = verdict("rows_in_season", "2023-05", 2_900, USUAL)

    assert found.passed
    assert found.reason == (
        "2,900 rows are 0.94 of the 3,100 that other months say (2022-05: 3,100, 2023-04: 3,000, "
        "2023-06: 3,000); the limit is 0.5"
    )


def test_half_the_rows_of_the_season_are_enough() -> None:
    assert verdict("rows_in_season", "2023-05", 1_550, USUAL).passed
    assert not verdict("rows_in_season", "2023-05", 1_549, USUAL).passed


def test_a_month_without_rows_fits_a_season_without_rows() -> None:
    others = (other("2023-04", 0), other("2023-06", 0))
    for rows in (0, 5):
        assert verdict("rows_in_season", "2023-05", rows, others).passed
    assert not verdict("rows_in_season", "2023-05", 0, USUAL).passed
    assert verdict("negative_fares_steady", "2023-05", 0, USUAL).passed


def test_less_than_half_a_month_is_a_warning_with_the_figures() -> None:
    found = verdict("rows_in_season", "2023-05", 1_400, USUAL)

    assert not found.passed
    assert found.figures == {
        "rows": 1_400,
        "rows_of_other_months": 3_100,
        "share": pytest.approx(0.4516, abs=1e-4),
    }


def test_april_2020_is_no_error() -> None:
    others = (other("2019-04", 514_392), other("2020-03", 223_406), other("2020-05", 57_360))
    unknown = verdict("rows_in_season", "2020-04", 35_612, others)
    published = verdict("rows_in_season", "2020-04", 35_612, others, published=35_612)

    assert not unknown.passed
    assert published.passed
    assert published.reason.endswith("but so many were published")


@pytest.mark.parametrize("check", SEASON_CHECKS, ids=lambda check: check.name)
def test_what_other_months_say_only_warns(check: Check) -> None:
    assert not check.blocks


@pytest.mark.parametrize("check", SEASON_CHECKS, ids=lambda check: check.name)
def test_a_month_that_cannot_be_counted_is_told_by_other_checks(check: Check) -> None:
    figures = figures_of("2023-05", 10, USUAL)
    for unknown in (replace(figures, entry=None), replace(figures, tally=None, other_months=())):
        assert judged(check.name, unknown).passed


def test_a_month_without_others_is_not_compared() -> None:
    assert verdict("rows_in_season", "2023-05", 5, ()).passed
    assert verdict("negative_fares_steady", "2023-05", 5, (), negative_fares=5).passed


def test_of_all_published_counts_only_breaks_that_were_real_are_half_of_their_season() -> None:
    text = resources.files("taxi_assets.trips").joinpath("published_row_counts.csv").read_text()
    counts = {
        (line["taxi"], line["format"], Month.parse(line["month"])): int(line["rows"])
        for line in csv.DictReader(text.splitlines())
    }
    low = set()
    for (taxi, format_, month), rows in counts.items():
        near = {month.plus(distance) for distance in (-12, -1, 1, 12)}
        others = tuple(
            other(str(m), n)
            for (t, f, m), n in counts.items()
            if (t, f) == (taxi, format_) and m in near
        )
        if not verdict("rows_in_season", str(month), rows, others).passed:
            low.add(f"{taxi} {month}")

    spring = {f"{taxi} 2020-04" for taxi in ("green", "fhv", "fhvhv")}
    # FHV began small, and high-volume trips left it in February 2019.
    assert low == {
        *spring,
        *(f"yellow 2020-0{number}" for number in (4, 5, 6, 7, 8)),
        *("fhv 2015-01", "fhv 2019-02"),
    }


@pytest.mark.parametrize("oddity", oddities_of(GREEN), ids=lambda oddity: oddity.name)
def test_a_jump_in_the_share_of_odd_rows_is_a_warning(oddity: Oddity) -> None:
    name = oddity.name
    others = tuple(other(month, 1_000, **{name: 10}) for month in ("2023-04", "2023-06"))
    steady = verdict(f"{name}_steady", "2023-05", 1_000, others, **{name: 29})
    jump = verdict(f"{name}_steady", "2023-05", 1_000, others, **{name: 300})

    assert steady.passed
    assert not jump.passed
    assert "30.000%); 1.000% in other months (2023-04: 1.000%, 2023-06: 1.000%)" in jump.reason
    assert jump.figures == {name: 300, "share": 0.3, "share_of_other_months": 0.01}


def test_a_drop_in_the_share_of_odd_rows_is_a_warning_too() -> None:
    others = (other("2023-04", 1_000, negative_fares=300),)
    assert not verdict("negative_fares_steady", "2023-05", 1_000, others, negative_fares=0).passed


def test_vendors_have_a_limit_of_their_own() -> None:
    others = (other("2023-04", 1_000),)
    assert verdict("empty_vendors_steady", "2023-05", 1_000, others, empty_vendors=200).passed
    assert not verdict("empty_vendors_steady", "2023-05", 1_000, others, empty_vendors=201).passed
    assert not verdict("negative_fares_steady", "2023-05", 1_000, others, negative_fares=21).passed


def test_a_share_is_held_against_the_median_of_the_others() -> None:
    shares = {"2022-05": 0, "2023-04": 50, "2023-06": 60}
    others = tuple(other(month, 1_000, negative_fares=odd) for month, odd in shares.items())
    for odd, steady in ((29, False), (31, True), (69, True), (71, False)):
        found = verdict("negative_fares_steady", "2023-05", 1_000, others, negative_fares=odd)
        assert found.passed is steady, odd


def test_shares_are_compared_within_a_format() -> None:
    parquet = replace(other("2021-08", 1_000), filename="green_tripdata_2021-08.parquet")

    assert verdict("empty_vendors_steady", "2021-07", 1_000, (parquet,), empty_vendors=450).passed


@pytest.mark.parametrize(
    ("format_", "others"),
    [
        (FileFormat.CSV, {"2019-05.csv", "2019-05.parquet"}),
        (FileFormat.SYNTHETIC, {"2019-05.synthetic.csv"}),
    ],
)
def test_real_months_are_compared_with_real_ones(format_: FileFormat, others: set[str]) -> None:
    found = comparable_files(TripFile(GREEN, Month(2020, 5), format_))
    of_2019 = {name.removeprefix("green_tripdata_") for name in found if "2019" in name}

    assert of_2019 == others
    assert len(found) == 4 * len(others)
