"""Renders the report's page from a template, with charts and the numbers of each as a table.

The page needs no network and no script. It shows places as bars, not on a map, because no
maintained package contains the geometry of the taxi zones.
"""

from __future__ import annotations

from dataclasses import dataclass

from taxi_assets.report.charts import months as month_charts
from taxi_assets.report.charts import trips as trip_charts
from taxi_assets.report.charts.drawing import Chart
from taxi_assets.report.content import Content
from taxi_assets.report.figures import (
    trips_by_borough,
    trips_by_day,
    trips_by_hour,
    trips_by_zone,
)
from taxi_assets.report.page import tables
from taxi_assets.report.page.tables import Table
from taxi_assets.status.calendar import calendar
from taxi_assets.status.coverage import MonthState

_BARS = 20


@dataclass(frozen=True)
class Part:
    """A part of the page: a chart with its table, or only a table, which is shown open."""

    table: Table
    chart: Chart | None = None


@dataclass(frozen=True)
class Section:
    """A section of the page.

    Attributes:
        anchor: its id.
        title: its heading.
        text: a sentence or two below the heading.
        parts: its charts and tables.
    """

    anchor: str
    title: str
    text: str
    parts: tuple[Part, ...]


def render(content: Content) -> str:
    """Render the page as HTML. Every text from outside is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("taxi_assets.report", "page"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    trips = sum(month.trips for month in content.summaries.months)
    disagreeing = [line for line in content.coverage if line.state is not MonthState.OK]
    failed = sum(state.state == "failed" for state in content.checks)
    return environment.get_template("report.html").render(
        made_at=f"{content.made_at:%Y-%m-%d %H:%M} UTC",
        tiles=(
            ("months known", f"{len(content.coverage):,}"),
            ("of them not in order", f"{len(disagreeing):,}"),
            ("trips", f"{trips:,}"),
            ("failed checks", f"{failed:,}"),
        ),
        sections=_sections(content),
    )


def _sections(content: Content) -> list[Section]:
    if not content.coverage:
        return []
    years = calendar(content.coverage)
    found = content.summaries
    where = f"From the tables in {content.warehouse}."
    zones, boroughs = trips_by_zone(found), trips_by_borough(found)
    sections = [
        Section(
            "coverage",
            "Coverage",
            "✓ agrees with its file and, where that is known, with the published count; "
            "◐ is in the lake, but not in every warehouse; ! differs; · is not loaded.",
            (
                Part(tables.calendar_table(years), month_charts.coverage_map(years)),
                Part(tables.coverage_table(content)),
            ),
        ),
        Section(
            "rows",
            "Rows by month",
            f"{where} Miles are sums of what the meters sent, with their outliers; tips are those "
            "paid by card.",
            (Part(tables.summary_table(content), _rows_chart(content)),),
        ),
        Section(
            "homework",
            "The course's homework",
            "Counts of the CSV releases; a year counts once all of its months are loaded.",
            (Part(tables.homework_table(content.answers)),),
        ),
        Section(
            "days",
            "Trips by day and hour",
            f"{where} By New York's time of pickup; days outside of a file's month are left out.",
            (
                Part(tables.day_table(content), trip_charts.by_day(trips_by_day(found))),
                *(
                    Part(
                        tables.hour_table(content, taxi),
                        trip_charts.by_hour(f"hours-{taxi}", taxi, hours),
                    )
                    for taxi, hours in trips_by_hour(found).items()
                ),
            ),
        ),
        Section(
            "places",
            "Where trips begin",
            f"{where} All taxis together; the {_BARS} busiest zones, all in the table."
            + ("" if boroughs else " Boroughs and names come with `taxi-assets load zones`."),
            (
                *([_places("boroughs", "borough", boroughs)] if boroughs else []),
                _places("zones", "zone", zones),
            ),
        ),
        Section(
            "checks",
            "State of the checks",
            "As Dagster recorded them last: `taxi-assets check` evaluates them anew.",
            (Part(tables.check_table(content.checks)),),
        ),
        Section(
            "loads",
            "When each month was loaded from what",
            "The warehouses' ledgers, written with the rows.",
            tuple(
                Part(tables.load_table(name, entries)) for name, entries in content.ledgers.items()
            ),
        ),
    ]
    return [section for section in sections if any(part.table.rows for part in section.parts)]


def _rows_chart(content: Content) -> Chart:
    series: dict[str, dict[str, float]] = {}
    for month in content.summaries.months:
        series.setdefault(month.taxi, {})[month.month] = month.trips
    return month_charts.by_month("rows-by-month", "Rows of each month", series, "rows")


def _places(name: str, what: str, found: list[tuple[str, int]]) -> Part:
    shown = found[:_BARS]
    return Part(
        tables.ranking(f"Trips by {what} of pickup", what, found),
        trip_charts.bars(
            name, f"Trips by {what} of pickup", [n for n, _ in shown], [t for _, t in shown]
        ),
    )
