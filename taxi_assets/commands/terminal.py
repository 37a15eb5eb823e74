"""Prints results and progress in a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from taxi_assets.automation.month_outcomes import MonthOutcome, State
from taxi_assets.commands.tables import print_table
from taxi_assets.status.calendar import calendar
from taxi_assets.status.coverage import Coverage, MonthState
from taxi_assets.trips.month import MONTHS_PER_YEAR, Month

if TYPE_CHECKING:
    from taxi_assets.status.doctor import Finding, SettingLine
    from taxi_assets.status.load_plan import MonthPlan

_STYLES = {
    State.LOADED: "green",
    State.UNCHANGED: "cyan",
    State.CHECKED: "green",
    State.NOT_PUBLISHED: "yellow",
    State.FAILED: "bold red",
}

_MARKS = {
    MonthState.OK: ("✓", "bold green"),
    MonthState.PARTIAL: ("◐", "bold blue"),
    MonthState.WRONG: ("!", "bold red"),
    MonthState.ABSENT: ("·", "dim"),
}
"""The sign and the style of each state of a month. The signs differ even without colour."""


class MonthProgress(AbstractContextManager["MonthProgress"]):
    """A progress bar over months with rows and rate. Each outcome is printed on its own line."""

    def __init__(self, console: Console, months: int) -> None:
        self._console = console
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("months"),
            TextColumn("{task.fields[rows]:,} rows, {task.fields[rate]:,.0f}/s"),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._task = self._progress.add_task("starting", total=months, rows=0, rate=0.0)
        self._rows = 0

    def __enter__(self) -> MonthProgress:
        """Show the bar."""
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Remove the bar; the printed lines stay."""
        self._progress.stop()

    def begin(self, name: str) -> None:
        """Show the name of the current month."""
        self._progress.update(self._task, description=name)

    def end(self, outcome: MonthOutcome) -> None:
        """Print the outcome of a month and advance the bar."""
        self._rows += outcome.rows if outcome.state is State.LOADED else 0
        elapsed = self._progress.tasks[0].elapsed or 0.0
        rate = self._rows / elapsed if elapsed else 0.0
        self._progress.update(self._task, advance=1, rows=self._rows, rate=rate)
        print_outcome(self._console, outcome)


def print_outcome(console: Console, outcome: MonthOutcome) -> None:
    """Print a month's outcome as one line, and below it its message, failures and warnings."""
    style = _STYLES[outcome.state]
    rows = f"{outcome.rows:>12,} rows" if outcome.rows else ""
    if (rejected := outcome.rejected_rows) and outcome.state is not State.FAILED:
        # The check `rows_match_file` counted all three: where they do not add up, the run fails.
        rows += f" and {rejected:,} rejected, {outcome.rows + rejected:,} in the file"
    console.print(f"{outcome.name:<16} [{style}]{outcome.state:<18}[/]{rows}", highlight=False)
    if outcome.message:
        console.print(f"  {escape(outcome.message)}", highlight=False, soft_wrap=True)
    for check in (*outcome.failed_checks, *outcome.warnings):
        word = "[bold red]FAILED[/]" if check.blocks else "[yellow]warning[/]"
        text = f"{check.asset}: {check.name}: {check.reason}"
        console.print(f"  {word} {escape(text)}", highlight=False, soft_wrap=True)


def print_passed_over(console: Console, rows: Mapping[tuple[str, Month], int]) -> None:
    """Print one line of all months that are there unchanged, by taxi and month: their rows."""
    if not rows:
        return
    stretches: list[tuple[str, Month, Month]] = []
    for taxi, month in sorted(rows):
        if stretches and (stretches[-1][0], stretches[-1][2].plus(1)) == (taxi, month):
            stretches[-1] = (taxi, stretches[-1][1], month)
        else:
            stretches.append((taxi, month, month))
    named = ", ".join(
        f"{taxi} {first}" + (f" to {last}" if first < last else "")
        for taxi, first, last in stretches
    )
    months = f" {len(rows):,} months," if len(rows) > 1 else ""
    console.print(
        f"{named:<16} [{_STYLES[State.UNCHANGED]}]unchanged[/],{months} "
        f"{sum(rows.values()):,} rows: passed over",
        highlight=False,
        soft_wrap=True,
    )


def print_checks(
    console: Console, outcomes: Iterable[MonthOutcome], title: str = "Asset checks"
) -> None:
    """Print a table of every check of every month; nothing if none was made."""
    table = Table(title=title)
    for heading, wraps in (("month", False), ("check", True), ("result", False), ("found", True)):
        table.add_column(heading, no_wrap=not wraps)
    for outcome in outcomes:
        for check in outcome.checks:
            failed = "[bold red]FAILED[/]" if check.blocks else "[yellow]warning[/]"
            result = "[green]passed[/]" if check.passed else failed
            warehouse = check.asset.partition("/")[0]
            table.add_row(outcome.name, f"{warehouse}: {check.name}", result, escape(check.reason))
        table.add_section()
    if table.rows:
        print_table(console, table)


def print_coverage(console: Console, lines: list[Coverage], place: str) -> None:
    """Print a table of all months of a place, and a calendar of their states."""
    if not lines:
        console.print(
            f"No month is there yet: {escape(place)}. `taxi-assets load green 2020-04` loads one.",
            highlight=False,
            soft_wrap=True,
        )
        return
    warehouses = list(lines[0].warehouse_rows)
    table = Table(title="Months")
    for heading in ("taxi", "month", "format"):
        table.add_column(heading, no_wrap=True)
    for heading in ("lake", *warehouses, "published"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("agreement")
    has_standing = any(line.standing for line in lines)
    if has_standing:
        table.add_column("source")
    for line in lines:
        style = "green" if line.state is MonthState.OK else "yellow"
        table.add_row(
            line.taxi,
            line.month,
            line.format,
            _count(line.lake_rows),
            *(_count(line.warehouse_rows[name]) for name in warehouses),
            _count(line.published_rows),
            f"[{style}]{escape(line.agreement)}[/]",
            *([escape(line.standing)] if has_standing else []),
        )
    print_table(console, table)
    _print_calendar(console, lines)


def print_plan(console: Console, plans: list[MonthPlan]) -> None:
    """Print a table of what loading months would do, and the estimated cost."""
    table = Table(title="Nothing is done: this would be")
    for heading in ("taxi", "month", "lake", *(plans[0].warehouses if plans else ())):
        table.add_column(heading, no_wrap=heading in ("taxi", "month"))
    for plan in plans:
        table.add_row(plan.taxi, plan.month, plan.lake, *map(str, plan.warehouses.values()))
    print_table(console, table)
    billed = [plan.estimate for plan in plans if plan.estimate is not None]
    if billed:
        read_bytes = sum(each.bytes_billed for each in billed)
        price = sum(each.price_usd for each in billed)
        console.print(
            f"BigQuery says that {read_bytes / 1e6:,.1f} MB would be read of the months that are "
            f"there, ${price:.6f} on demand; reading the new rows comes to that once."
        )


def _print_calendar(console: Console, lines: list[Coverage]) -> None:
    """Print each taxi's years, with a sign for each month."""
    table = Table(padding=0)
    table.add_column("", no_wrap=True)
    for number in range(1, MONTHS_PER_YEAR + 1):
        table.add_column(f"{number:02d}", justify="center", no_wrap=True)
    for year in calendar(lines):
        cells = [f"[{_MARKS[state][1]}]{_MARKS[state][0]}[/]" for state in year.months]
        table.add_row(f"{year.taxi} {year.year}", *cells)
    print_table(console, table)
    legend = (f"[{style}]{mark}[/] {state}" for state, (mark, style) in _MARKS.items())
    console.print("  " + "   ".join(legend), highlight=False)


def print_settings(console: Console, lines: list[SettingLine], every: bool) -> None:
    """Print a table of the settings that are set, or of all."""
    shown = [line for line in lines if every or line.is_set]
    table = Table(title="Settings")
    for heading in ("variable", "from", "value"):
        table.add_column(heading, no_wrap=heading != "value")
    for line in shown:
        table.add_row(line.variable, line.origin, escape(line.value))
    if shown:
        print_table(console, table)
    if others := len(lines) - len(shown):
        console.print(
            f"{others} settings have their defaults; `taxi-assets doctor --all` lists them.",
            highlight=False,
            soft_wrap=True,
        )


def print_finding(console: Console, finding: Finding) -> None:
    """Print a finding as one line, and below it the remedy if there is a problem."""
    word = "[green]ok[/]     " if finding.ok else "[bold red]problem[/]"
    console.print(
        f"{word} {finding.part}: {escape(finding.detail)}", highlight=False, soft_wrap=True
    )
    if not finding.ok:
        console.print(f"        What to do: {escape(finding.remedy)}", soft_wrap=True)


def _count(rows: int | None) -> str:
    return "–" if rows is None else f"{rows:,}"
