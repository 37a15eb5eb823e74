"""Months as they are written, ordered and counted."""

from __future__ import annotations

import calendar
from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxi_assets.errors import InvalidMonthError
from taxi_assets.trips.month import Month

months = st.builds(Month, st.integers(1000, 3000), st.integers(1, 12))


@given(months)
def test_a_month_is_read_as_it_is_written(month: Month) -> None:
    assert Month.parse(str(month)) == month


def test_a_month_is_written_with_all_its_digits() -> None:
    assert str(Month(2020, 4)) == "2020-04"
    assert str(Month(987, 12)) == "0987-12"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2020",
        "2020-4",
        "20-04",
        "2020/04",
        "2020-04-01",
        " 2020-04",
        "2020-04\n",
        "２０２０-０４",
    ],
)
def test_another_form_is_refused_with_the_right_one(text: str) -> None:
    with pytest.raises(InvalidMonthError) as refusal:
        Month.parse(text)
    assert repr(text) in refusal.value.what
    assert "YYYY-MM, such as 2020-04" in refusal.value.remedy


@pytest.mark.parametrize("text", ["2020-00", "2020-13", "2020-99", "0000-01"])
def test_a_number_that_no_month_has_is_refused(text: str) -> None:
    with pytest.raises(InvalidMonthError, match=f"{text} is not a month"):
        Month.parse(text)


@given(months, months)
def test_months_are_ordered_as_their_texts_are(one: Month, other: Month) -> None:
    assert (one < other) == (str(one) < str(other))


@given(months, st.integers(-500, 500))
def test_going_on_and_back_comes_to_the_same_month(month: Month, count: int) -> None:
    assert month.plus(count).plus(-count) == month
    assert (month.plus(count) > month) == (count > 0)


@pytest.mark.parametrize(
    ("count", "wanted"),
    [(0, "2020-04"), (8, "2020-12"), (9, "2021-01"), (-3, "2020-01"), (-4, "2019-12")],
)
def test_going_on_passes_the_years_end(count: int, wanted: str) -> None:
    assert str(Month(2020, 4).plus(count)) == wanted


@given(months)
def test_a_month_begins_and_ends_at_midnight_and_has_the_calendars_days(month: Month) -> None:
    assert month.start == datetime.fromisoformat(f"{month}-01 00:00:00")
    assert month.end == month.plus(1).start
    assert month.days == calendar.monthrange(month.year, month.number)[1]


@given(st.dates(date(1000, 1, 1), date(3000, 1, 1)))
def test_a_day_lies_in_its_month(day: date) -> None:
    month = Month.of(day)
    assert month.start.date() <= day < month.end.date()


def test_a_range_holds_both_its_ends() -> None:
    found = [str(month) for month in Month(2019, 11).through(Month(2020, 2))]
    assert found == ["2019-11", "2019-12", "2020-01", "2020-02"]
    assert list(Month(2020, 4).through(Month(2020, 4))) == [Month(2020, 4)]
    assert list(Month(2020, 4).through(Month(2020, 3))) == []
