"""The report's tables of records: coverage, homework, checks and loads."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from taxi_assets.report.check_states import CheckState
from taxi_assets.report.content import Content
from taxi_assets.report.homework import Answer
from taxi_assets.report.page.layout import Table
from taxi_assets.source.public_url import public_url
from taxi_assets.status.calendar import Year
from taxi_assets.trips.month import MONTHS_PER_YEAR
from taxi_assets.warehouse.ledger import LedgerEntry

_DASH = "–"
_SHOWN_MONTHS = 6


def coverage_table(content: Content) -> Table:
    """Rows of each month in the lake and in each warehouse, and the published count."""
    warehouses = list(content.coverage[0].warehouse_rows) if content.coverage else []
    rows = [
        (
            f"{line.taxi} {line.month}",
            line.format,
            _count(line.lake_rows),
            *(_count(line.warehouse_rows[name]) for name in warehouses),
            _count(line.published_rows),
            line.agreement,
        )
        for line in content.coverage
    ]
    headings = ("month", "format", "lake", *warehouses, "published", "agreement")
    return Table("Rows of each month", headings, rows, frozenset(range(2, 4 + len(warehouses))))


def calendar_table(years: Sequence[Year]) -> Table:
    """The state of each month in words."""
    headings = ("taxi and year", *(f"{number:02d}" for number in range(1, MONTHS_PER_YEAR + 1)))
    rows = [(f"{year.taxi} {year.year}", *map(str, year.months)) for year in years]
    return Table("State of each month", headings, rows)


def homework_table(found: Sequence[Answer]) -> Table:
    """The homework's questions with the answers found here and the published ones."""
    rows = []
    for answer in found:
        digits = 0 if answer.question.unit == "rows" else 1
        here = _DASH if answer.found is None else f"{answer.found:,.{digits}f}"
        words = {True: "agrees", False: "differs", None: "cannot be told yet"}[answer.agrees]
        loaded, wanted = answer.months
        rows.append(
            (
                answer.question.text,
                f"{here} {answer.question.unit}" if answer.found is not None else _DASH,
                f"{answer.question.published:,.{digits}f} {answer.question.unit}",
                f"{loaded} of {wanted}",
                words,
            )
        )
    headings = ("question", "here", "published", "months here", "verdict")
    return Table("Answers of the course's homework", headings, rows, frozenset({1, 2}))


def check_table(states: Sequence[CheckState]) -> Table:
    """For each check, the number of months by their last result."""
    grouped: dict[tuple[str, str], list[CheckState]] = defaultdict(list)
    for state in states:
        grouped[state.asset, state.name].append(state)
    rows = []
    for (asset, name), found in grouped.items():
        failed = [state.month or "the table" for state in found if state.state == "failed"]
        old = sum(not state.current for state in found)
        passed = sum(state.state == "passed" for state in found)
        rows.append((name, asset, f"{passed:,}", f"{len(failed):,}", f"{old:,}", _few(failed)))
    headings = ("check", "table", "passed", "failed", "before the last load", "failed for")
    return Table("Months by how a check ended last", headings, rows, frozenset({2, 3, 4}))


def load_table(warehouse: str, entries: Sequence[LedgerEntry]) -> Table:
    """When each month was loaded, and from what."""
    rows = [
        (
            entry.filename,
            warehouse,
            f"{entry.loaded_at:%Y-%m-%d %H:%M} UTC",
            _count(entry.rows),
            public_url(entry.source_url),
            entry.sha256[:12],
        )
        for entry in entries
    ]
    headings = ("file", "warehouse", "loaded", "rows", "from", "sha256 begins")
    return Table("Loads, as the ledger has them", headings, rows, frozenset({3}))


def _few(months: Sequence[str]) -> str:
    more = len(months) - _SHOWN_MONTHS
    return ", ".join(months[:_SHOWN_MONTHS]) + (f" and {more} more" if more > 0 else "") or _DASH


def _count(number: float | None) -> str:
    return _DASH if number is None else f"{number:,.0f}"
