"""The tables of trips: the numbers of each chart."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from taxi_assets.report.charts.cells import WEEKDAYS
from taxi_assets.report.page.layout import Table
from taxi_assets.report.period import TaxiReport
from taxi_assets.trips.month import MONTHS_PER_YEAR, Month

_DASH = "–"
_HOURS = 24


def year_table(report: TaxiReport) -> Table:
    """Trips of every loaded month, a row for each year."""
    trips = {month: each.summary.trips for month, each in report.all_months.items()}
    years = sorted({month.year for month in trips}, reverse=True)
    rows = [
        (str(year), *(_count(trips.get(Month(year, n))) for n in range(1, MONTHS_PER_YEAR + 1)))
        for year in years
    ]
    headings = ("year", *(f"{number:02d}" for number in range(1, MONTHS_PER_YEAR + 1)))
    caption = f"{report.dataset.title}: trips of each month"
    return Table(caption, headings, rows, frozenset(range(1, MONTHS_PER_YEAR + 1)))


def month_table(report: TaxiReport) -> Table:
    """Figures of every loaded month, the newest first."""
    rows = []
    for month, each in sorted(report.all_months.items(), reverse=True):
        figures, seconds = each.figures, each.summary.median_seconds
        rows.append(
            (
                str(month),
                _count(each.summary.trips),
                _count(each.summary.passengers),
                _count(figures.get("charges")),
                _cents(figures.get("median_charge")),
                _cents(figures.get("median_fare")),
                _cents(figures.get("median_tip_percent"), 1),
                _cents(figures.get("median_miles")),
                _cents(None if seconds is None else seconds / 60, 1),
                _count(each.outside),
                "; ".join(each.doubts) or "proved",
            )
        )
    headings = (
        "month", "trips", "passengers", "charges, $", "median charge, $", "median fare, $",
        "median tip, %", "median miles", "median minutes", "pickups outside the month", "proof",
    )  # fmt: skip
    caption = f"{report.dataset.title}: figures of each month"
    filled = [n for n in range(len(headings)) if any(row[n] != _DASH for row in rows)]
    return Table(
        caption,
        tuple(headings[n] for n in filled),
        [tuple(row[n] for n in filled) for row in rows],
        frozenset(range(1, len(filled) - 1)),
    )


def day_table(report: TaxiReport, days: Mapping[date, int]) -> Table:
    """Trips of each day."""
    rows = [(str(day), WEEKDAYS[day.weekday()], _count(trips)) for day, trips in days.items()]
    caption = f"{report.dataset.title}: trips of each day"
    return Table(caption, ("day", "weekday", "trips"), rows, frozenset({2}))


def hour_table(report: TaxiReport, hours: Mapping[tuple[int, int], float]) -> Table:
    """Mean trips of each hour of the week."""
    rows = [
        (f"{hour:02d}:00", *(f"{hours.get((day, hour), 0):,.1f}" for day in range(1, 8)))
        for hour in range(_HOURS)
    ]
    caption = f"{report.dataset.title}: trips by weekday and hour, on average"
    return Table(caption, ("hour", *WEEKDAYS), rows, frozenset(range(1, 8)))


def ranking(caption: str, what: str, found: Sequence[tuple[str, int]], total: int = 0) -> Table:
    """Trips and share of each value.

    Args:
        caption: the table's caption.
        what: what the values are, for the first heading.
        found: name and trips of each value.
        total: all trips, if the values do not cover them.
    """
    whole = total or sum(trips for _, trips in found) or 1
    rows = [(name, _count(trips), f"{trips / whole:.2%}") for name, trips in found]
    return Table(caption, (what, "trips", "share"), rows, frozenset({1, 2}))


def _count(number: float | None) -> str:
    return _DASH if number is None else f"{number:z,.0f}"


def _cents(number: float | None, digits: int = 2) -> str:
    return _DASH if number is None else f"{number:z,.{digits}f}"
