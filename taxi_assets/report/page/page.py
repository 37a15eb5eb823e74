"""The report's page: what happened, pictures with their numbers, and the proof at the end.

The page needs no network and no script.
"""

from __future__ import annotations

from collections.abc import Sequence

from taxi_assets.report.charts import cells
from taxi_assets.report.charts.zone_map import outlines_of_page
from taxi_assets.report.content import Content
from taxi_assets.report.page import tables
from taxi_assets.report.page.layout import Part, Section
from taxi_assets.report.page.trip_sections import trip_sections
from taxi_assets.report.templates import template
from taxi_assets.status.calendar import calendar
from taxi_assets.status.coverage import MonthState


def as_html(content: Content) -> str:
    """Render the page as HTML. Every text from outside is escaped."""
    return _render("report.html", content, autoescape=True)


def as_markdown(content: Content) -> str:
    """The page's sentences and tables as Markdown. Texts from outside stay texts."""
    return _render("report.md.jinja", content, autoescape=False)


def _render(name: str, content: Content, autoescape: bool) -> str:
    disagreeing = [line for line in content.coverage if line.state is not MonthState.OK]
    failed = sum(state.state == "failed" for state in content.checks)
    return template(name, autoescape).render(
        made_at=f"{content.made_at:%Y-%m-%d %H:%M} UTC",
        tiles=(
            ("trips told of", f"{sum(report.span.trips for report in content.taxis):,}"),
            ("months known", f"{len(content.coverage):,}"),
            ("of them not in order", f"{len(disagreeing):,}"),
            ("failed checks", f"{failed:,}"),
        ),
        sections=sections(content),
        outlines=outlines_of_page(content.outlines) if content.outlines else "",
    )


def sections(content: Content) -> Sequence[Section]:
    """The sections that have something to show."""
    found = [*trip_sections(content), *_record_sections(content)] if content.coverage else []
    return [section for section in found if not section.empty]


def _record_sections(content: Content) -> list[Section]:
    years = calendar(content.coverage)
    return [
        Section(
            "coverage",
            "Coverage",
            "✓ agrees with its file and, where that is known, with the published count; "
            "◐ is in the lake, but not in every warehouse; ! differs; · is not loaded.",
            (
                Part(tables.calendar_table(years), cells.coverage_map(years)),
                Part(tables.coverage_table(content)),
            ),
        ),
        Section(
            "homework",
            "The course's homework",
            "Counts of the CSV releases; a year counts once all of its months are loaded.",
            (Part(tables.homework_table(content.answers)),),
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
