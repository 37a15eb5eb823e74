"""Sentences about months that are rare: of one trip, of losses, with rejected rows."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from taxi_assets.report.days import usual_hours
from taxi_assets.report.numbers import dollars, share
from taxi_assets.report.period import Choice, LoadedMonth, MappedZones, TaxiReport, spans
from taxi_assets.report.story import tell
from taxi_assets.trips.datasets import DATASETS
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.summary_records import MonthSummary

GREEN = DATASETS["green"]
Counts = Mapping[str, Mapping[str, int]]


def loaded(
    month: str, trips: int, figures: Mapping[str, float] | None = None, rejected: int = 0
) -> LoadedMonth:
    filename = f"green_tripdata_{month}.csv"
    summary = MonthSummary(filename, "green", month, "0" * 64, trips, None, None, None, None, 600.0)
    return LoadedMonth(summary, figures or {}, 0, rejected, (), False)


def report(*months: LoadedMonth, counts: Counts | None = None) -> TaxiReport:
    """The report of the last one of these months."""
    known = {Month.parse(each.summary.month): each for each in months}
    three = spans([max(known)], known)
    return TaxiReport(GREEN, *three, known, counts or {}, MappedZones())


def told(*months: LoadedMonth, counts: Counts | None = None) -> str:
    return "\n".join(sentence.text for sentence in tell(report(*months, counts=counts), {}))


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (0.004, "$0.00"), (-0.004, "$0.00"), (0.4, "$0.40"), (-12.5, "-$12.50"),
        (999.99, "$999.99"), (1234.5, "$1,234"), (999_999.6, "$1.00 million"),
        (995_000_000, "$995.00 million"), (999_999_000, "$1.00 billion"),
        (-2.5e9, "-$2.50 billion"),
    ],
)  # fmt: skip
def test_an_amount_has_the_unit_that_it_is_read_in(amount: float, text: str) -> None:
    assert dollars(amount) == text


def test_a_share_is_told_from_none_and_from_all() -> None:
    shares = [share(n, 100_000) for n in (0, 1, 50, 2_550, 99_949, 99_999, 100_000)]
    assert shares == [
        "none", "0.001 %", "0.05 %", "2.5 %", "99.9 %", "above 99.9 %", "100.0 %",
    ]  # fmt: skip
    assert share(3, 0) == "none"


def test_a_single_trip_is_one_and_less_than_one_a_day() -> None:
    parts = {"zone": {"74": 1}, "pair": {"74-75": 1}, "dropoff": {"75": 1}}
    text = told(loaded("2020-04", 1, {"charges": 12.5, "median_charge": 12.5}), counts=parts)
    assert text.startswith("1 trip in April 2020, 0.033 a day.")
    assert "Passengers were charged $12.50, $12.50 for the median trip." in text
    assert "The busiest zone of pickup is zone 74 (100.0 %)." in text
    assert "from zone 74 to zone 75: 1 time." in text
    assert text.count("The median trip takes 10.0 minutes.") == 1, "there are no ten"


def test_an_hour_is_not_called_the_quietest_where_others_are_as_quiet() -> None:
    text = told(loaded("2020-04", 3), counts={"hour": {"5-18": 2, "7-01": 1}})
    assert "is Friday from 18:00, with 0.5 trips on average" in text
    assert "the quietest is Monday from 0:00 (165 more have as many), with 0.0." in text
    assert "quietest" not in told(loaded("2020-04", 3), counts={"hour": {"outside": 3}})


def test_losses_are_not_compared_in_percent() -> None:
    gain, loss = ({"charges": 100.0 * sign, "median_charge": 5.0 * sign} for sign in (1, -1))
    text = told(loaded("2020-03", 10, gain), loaded("2020-04", 10, loss))
    assert "Passengers were charged -$100.00, -$5.00 for the median trip." in text


def test_rejected_rows_are_told_and_in_no_figure() -> None:
    text = told(loaded("2020-04", 1_000, rejected=2))
    assert "Rejected by loads, and in no figure here: 2 rows of 2020-04." in text
    assert text.endswith("rows are those of their files, less those that were rejected.")
    assert "ejected" not in told(loaded("2020-04", 1_000))


@pytest.mark.parametrize(("month", "hour", "mean"), [("2020-03", 2, 5.0), ("2020-11", 1, 20 / 6)])
def test_an_hour_is_a_mean_over_the_hours_that_clocks_had(
    month: str, hour: int, mean: float
) -> None:
    counts = {"hour": {f"7-{hour:02d}": 20, "7-05": 20, "outside": 7}}
    hours = usual_hours(report(loaded(month, 47), counts=counts))
    assert hours[7, hour] == pytest.approx(mean), "of five Sundays"
    assert hours[7, 5] == 4
    assert len(hours) == 7 * 24


def test_months_of_more_than_a_century_are_refused_and_the_last_month_is_one() -> None:
    newest = [Month(2020, 4)]
    last = Month(9999, 12)
    assert Choice((GREEN,), last, last).months(GREEN, newest) == (last,)
    with pytest.raises(Exception, match="2020-04 to 9999-12 are 95,757 months"):
        Choice((GREEN,), Month(2020, 4), last).months(GREEN, newest)
