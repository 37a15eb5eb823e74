"""The sections about trips: sentences first, then pictures with their numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from taxi_assets.report.charts import cells, series
from taxi_assets.report.content import Content
from taxi_assets.report.days import trips_by_day, usual_hours
from taxi_assets.report.numbers import listed
from taxi_assets.report.page import trip_tables as tables
from taxi_assets.report.page.layout import Part, Section, Table, Told
from taxi_assets.report.page.map_section import map_section
from taxi_assets.report.period import LoadedMonth, TaxiReport
from taxi_assets.report.places import by_borough, pair_name, payment_name, ranked, zone_name
from taxi_assets.report.story import tell
from taxi_assets.trips.month import MONTHS_PER_YEAR, Month
from taxi_assets.warehouse import distributions
from taxi_assets.warehouse.distributions import Bins
from taxi_assets.warehouse.summaries import Zone

_BARS = 12
_YEARS = 4
_DAYS = 100


def trip_sections(content: Content) -> list[Section]:
    """The sections about trips, in the order in which they are read."""
    reports, zones = content.taxis, content.zones
    missing = [
        *([] if zones else ["boroughs and names"]),
        *([] if content.outlines else ["maps"]),
    ]
    names = f" Load {listed(missing)} by `taxi-assets load zones`." if missing else ""
    return [
        Section(
            "happened",
            "What happened",
            f"From the tables in {content.warehouse}; times are New York's. Shares and medians are "
            "of all trips that have the figure.",
            told=tuple(Told(report.heading, tell(report, zones)) for report in reports),
        ),
        map_section(content),
        _section(
            "years",
            "Year on year",
            f"Trips of each loaded month; the newest {_YEARS} years are drawn, all are in the "
            "table. A month that is not loaded is a gap.",
            (part for report in reports for part in _years(report)),
        ),
        _section(
            "hours",
            "Days and hours",
            "By time of pickup. Cells are the mean of such hours; a day is missing where its month "
            "is not loaded.",
            (part for report in reports for part in _hours(report)),
        ),
        _section(
            "money",
            "Fares, tips and payment",
            "A charge is all that a passenger paid without cash tips, or the fare where files have "
            "no more. The last column holds all that are higher; negative ones are left out.",
            (part for report in reports for part in _money(report)),
        ),
        _section(
            "length",
            "Distance and duration",
            "The last column holds all trips that are longer: meters send some of many years and "
            "thousands of miles.",
            (part for report in reports for part in _length(report)),
        ),
        _section(
            "places",
            "Zones and pairs of zones",
            f"The {_BARS} busiest are drawn. Pairs are those of each month's 50 busiest.{names}",
            (part for report in reports for part in _places(report, zones)),
        ),
        _section(
            "months",
            "Figures of each month",
            "Medians come with the months that this version summarized.",
            (Part(tables.month_table(report)) for report in reports),
        ),
    ]


def _section(anchor: str, title: str, text: str, parts: Iterator[Part]) -> Section:
    return Section(anchor, title, text, tuple(parts))


def _years(report: TaxiReport) -> Iterator[Part]:
    taxi, title = report.dataset.taxi, report.dataset.title
    by_year: dict[str, dict[str, float]] = {}
    for month, each in sorted(report.all_months.items(), reverse=True):
        year = by_year.setdefault(str(month.year), {})
        year[f"{month.start:%b}"] = each.summary.trips
    newest = dict(list(by_year.items())[:_YEARS])
    labels = [f"{Month(1, number).start:%b}" for number in range(1, MONTHS_PER_YEAR + 1)]
    name = f"{title}: trips by month and year"
    chart = series.lines(f"years-{taxi}", name, labels, newest, "trips")
    yield Part(tables.year_table(report), chart)


def _hours(report: TaxiReport) -> Iterator[Part]:
    taxi, title = report.dataset.taxi, report.heading
    if hours := usual_hours(report):
        chart = cells.by_hour(f"hours-{taxi}", f"{title}: trips by weekday and hour", hours)
        yield Part(tables.hour_table(report, hours), chart)
    days = trips_by_day(report)
    if 1 < len(days) <= _DAYS:
        values = {taxi: {str(day)[5:]: float(trips) for day, trips in days.items()}}
        labels = list(values[taxi])
        name = f"{title}: trips of each day"
        chart = series.columns(f"days-{taxi}", name, labels, values, "trips")
        yield Part(tables.day_table(report, days), chart)


def _money(report: TaxiReport) -> Iterator[Part]:
    yield from _histogram(report, "charge", "charges", "from $", distributions.CHARGE_BINS)
    figures = {"charge": "median_charge", "fare": "median_fare"}
    yield from _medians(report, "fares", "median charge and fare by month", figures, "US dollars")
    tips = {"tip": "median_tip_percent"}
    yield from _medians(report, "tips", "median tip by month", tips, "percent of the fare")
    if payments := report.counts.get("payment"):
        found = [(payment_name(code), trips) for code, trips in ranked(payments)]
        yield _bars(report, "payment", "trips by payment", "payment", found)


def _length(report: TaxiReport) -> Iterator[Part]:
    yield from _histogram(report, "miles", "distances", "from mile", distributions.MILE_BINS)
    yield from _histogram(report, "seconds", "durations", "from minute", distributions.MINUTE_BINS)


def _places(report: TaxiReport, zones: Mapping[str, Zone]) -> Iterator[Part]:
    for part, what in (("zone", "pickup"), ("dropoff", "dropoff")):
        counts = report.counts.get(part, {})
        found = [(zone_name(number, zones), trips) for number, trips in ranked(counts)]
        if any(counts):
            yield _bars(report, f"{what}-zones", f"trips by zone of {what}", "zone", found)
    if boroughs := by_borough(report.counts.get("zone", {}), zones):
        yield _bars(report, "boroughs", "trips by borough of pickup", "borough", boroughs)
    pairs = report.counts.get("pair", {})
    if any(pair != "-" for pair in pairs):
        named = [(pair_name(pair, zones), trips) for pair, trips in ranked(pairs)]
        total = report.span.trips
        yield _bars(report, "pairs", "trips by pair of zones", "from and to", named, total)


def _bars(
    report: TaxiReport,
    name: str,
    what: str,
    column: str,
    found: Sequence[tuple[str, int]],
    total: int = 0,
) -> Part:
    title = f"{report.heading}: {what}"
    chart = series.bars(f"{name}-{report.dataset.taxi}", title, found[:_BARS], "series-3")
    return Part(tables.ranking(title, column, found, total), chart)


def _histogram(
    report: TaxiReport, part: str, what: str, heading: str, bins: Bins
) -> Iterator[Part]:
    counts = {int(start): trips for start, trips in report.counts.get(part, {}).items()}
    if not counts:
        return
    taxi, title = report.dataset.taxi, f"{report.heading}: trips by {what}"
    starts = range(0, bins.last + 1, bins.width)
    found = [(_bar_name(start, bins), counts.get(start, 0)) for start in starts]
    values = {taxi: {name: float(trips) for name, trips in found}}
    chart = series.columns(f"{part}-{taxi}", title, list(values[taxi]), values, "trips")
    yield Part(tables.ranking(title, heading, found), chart)


def _bar_name(start: int, bins: Bins) -> str:
    return f"{start}+" if start == bins.last else str(start)


def _medians(
    report: TaxiReport, name: str, what: str, figures: Mapping[str, str], unit: str
) -> Iterator[Part]:
    """Figures over the months; nothing where fewer than two months have one."""
    taxi, title = report.dataset.taxi, f"{report.dataset.title}: {what}"
    months = sorted(report.all_months)
    found = {label: _of_months(report.all_months, figure) for label, figure in figures.items()}
    drawn = {label: values for label, values in found.items() if len(values) > 1}
    if not drawn:
        return
    labels = list(map(str, months[0].through(months[-1])))
    rows = [
        (month, *(f"{values[month]:,.2f}" if month in values else "–" for values in drawn.values()))
        for month in reversed(labels)
        if any(month in values for values in drawn.values())
    ]
    table = Table(title, ("month", *drawn), rows, frozenset(range(1, len(drawn) + 1)))
    yield Part(table, series.lines(f"{name}-{taxi}", title, labels, drawn, unit))


def _of_months(months: Mapping[Month, LoadedMonth], figure: str) -> dict[str, float]:
    return {
        str(month): each.figures[figure] for month, each in months.items() if figure in each.figures
    }
