"""Metadata of summaries and coverage for Dagster's UI: charts, tables, and numbers to plot."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import dagster as dg

from taxi_assets.report.charts.cells import coverage_map
from taxi_assets.report.charts.drawing import Chart
from taxi_assets.report.charts.series import Series, columns
from taxi_assets.report.charts.zone_map import ZoneMap
from taxi_assets.report.figures import BusyMonth
from taxi_assets.status.calendar import calendar
from taxi_assets.status.coverage import Coverage, MonthState

Metadata = dict[str, dg.MetadataValue | int | float | str]


def summary_metadata(months: Sequence[BusyMonth]) -> Metadata:
    """A warehouse's summaries: a chart of rows by month, and a table of all months."""
    trips: dict[str, dict[str, float]] = {}
    for busy in months:
        trips.setdefault(busy.summary.taxi, {})[busy.summary.month] = busy.summary.trips
    records = [
        dg.TableRecord(
            {
                "taxi": busy.summary.taxi,
                "month": busy.summary.month,
                "trips": busy.summary.trips,
                "passengers": _known(busy.summary.passengers),
                "miles": _known(busy.summary.miles),
                "fares": _known(busy.summary.fares),
                "tips": _known(busy.summary.tips),
                "median_minutes": _known(_minutes(busy.summary.median_seconds)),
                "busiest_zones": ", ".join(name for name, _ in busy.zones),
                "busiest_hours": ", ".join(name for name, _ in busy.hours),
            }
        )
        for busy in months
    ]
    return {
        "dagster/row_count": sum(busy.summary.trips for busy in months),
        "months": len(months),
        "rows_by_month": _picture(_by_month("rows", "Rows of each month", trips, "rows")),
        **({"summary": dg.MetadataValue.table(records)} if records else {}),
    }


def map_metadata(maps: Mapping[str, ZoneMap]) -> Metadata:
    """A map for each taxi."""
    return {f"map_of_{taxi}": dg.MetadataValue.md(drawn.markdown) for taxi, drawn in maps.items()}


def coverage_metadata(
    lines: Sequence[Coverage], rates: Mapping[str, Mapping[str, float]]
) -> Metadata:
    """The months' states as a chart and in numbers, and the speed of their loads.

    Args:
        lines: the coverage of all months.
        rates: rows per second by month, for each table.
    """
    states = [line.state for line in lines]
    latest = [rate for months in rates.values() for rate in months.values()]
    found: Metadata = {
        "months": len(lines),
        "months_that_agree": states.count(MonthState.OK),
        "months_in_part": states.count(MonthState.PARTIAL),
        "months_that_differ": states.count(MonthState.WRONG),
        "heat_map": _picture(coverage_map(calendar(lines))),
    }
    if lines:
        found["coverage"] = dg.MetadataValue.table([_record(line) for line in lines])
    if latest:
        found["mean_rows_per_second"] = round(sum(latest) / len(latest))
        chart = _by_month("rates", "Rows per second of each load", rates, "rows/s")
        found["rows_per_second"] = _picture(chart)
    return found


def _known(figure: float | None) -> float | str:
    """The figure; a dash if the dataset has no such column, or a sum has a NaN in it."""
    return "–" if figure is None or not math.isfinite(figure) else figure


def _minutes(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds / 60, 1)


def _record(line: Coverage) -> dg.TableRecord:
    rows = {f"{name}_rows": str(count) for name, count in line.warehouse_rows.items()}
    return dg.TableRecord(
        {
            "taxi": line.taxi,
            "month": line.month,
            "format": str(line.format),
            "lake_rows": str(line.lake_rows or ""),
            **rows,
            "published_rows": str(line.published_rows or ""),
            "agreement": line.agreement,
        }
    )


def _by_month(name: str, title: str, series: Series, unit: str) -> Chart:
    months = sorted({month for values in series.values() for month in values})
    return columns(name, title, months, series, unit)


def _picture(chart: Chart) -> dg.MarkdownMetadataValue:
    return dg.MetadataValue.md(chart.markdown)
