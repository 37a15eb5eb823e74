"""Gathers the content of the report, before it is rendered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from taxi_assets.lake.landing import landed_months
from taxi_assets.lake.resource import lake_of
from taxi_assets.report.charts.outlines import Outlines, outlines
from taxi_assets.report.check_states import CheckState
from taxi_assets.report.doubts import doubts, doubts_of_figures
from taxi_assets.report.homework import Answer, answers
from taxi_assets.report.period import (
    Choice,
    LoadedMonth,
    MappedZones,
    Span,
    TaxiReport,
    spans,
)
from taxi_assets.settings import Settings
from taxi_assets.status.coverage import Coverage, coverage
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.holdings import ledger
from taxi_assets.warehouse.interface import Warehouse
from taxi_assets.warehouse.ledger import LedgerEntry
from taxi_assets.warehouse.records import read, reject_counts
from taxi_assets.warehouse.registry import warehouses_of
from taxi_assets.warehouse.session import Session
from taxi_assets.warehouse.summaries import (
    Zone,
    counts_together,
    outside_counts,
    read_zones,
    refresh,
)
from taxi_assets.warehouse.summary_records import SUMMARIES, MonthSummary
from taxi_assets.warehouse.trip_figures import FIGURES
from taxi_assets.warehouse.zone_figures import ZoneShape, charged_zones, read_shapes


@dataclass(frozen=True)
class Content:
    """Everything that the report shows.

    Attributes:
        made_at: when it was gathered, UTC.
        warehouse: the warehouse of the trips' figures: the first one in the settings.
        taxis: what is known of each taxi's trips; a taxi of which nothing is loaded is left out.
        zones: the taxi zones by number; empty if they were not loaded.
        shapes: the shapes of the zones; empty if they were not loaded.
        coverage: every month that the lake or a warehouse knows.
        answers: answers to the homework's questions.
        ledgers: entries of each warehouse's ledger.
        checks: the last results of the asset checks.
    """

    made_at: datetime
    warehouse: str
    taxis: Sequence[TaxiReport]
    zones: Mapping[str, Zone]
    shapes: Sequence[ZoneShape]
    coverage: Sequence[Coverage]
    answers: Sequence[Answer]
    ledgers: Mapping[str, Sequence[LedgerEntry]]
    checks: Sequence[CheckState]

    @cached_property
    def outlines(self) -> Outlines | None:
        """The outlines of the zones, which the maps refer to; None if there are no shapes."""
        return outlines(self.shapes)


def gather(settings: Settings, checks: Sequence[CheckState], choice: Choice) -> Content:
    """Query lake and warehouses, and summarize months that were loaded since the last report.

    Raises:
        WarehouseBusyError, WarehouseError: a warehouse cannot be queried.
    """
    datasets = list(choice.datasets)
    taxis = {dataset.taxi for dataset in datasets}
    warehouses = warehouses_of(settings)
    first = warehouses[0]
    lines = coverage(settings, datasets)
    doubted = doubts(datasets, lines, checks, first.name)
    reports, zones, shapes = _trips(first, choice, lines, doubted)
    lake = lake_of(settings)
    landed = [found for dataset in datasets for found in landed_months(lake, dataset)]
    return Content(
        datetime.now(UTC),
        first.name,
        reports,
        {zone.number: zone for zone in zones},
        shapes,
        lines,
        answers(lines, landed, first.name),
        {
            warehouse.name: [entry for entry in ledger(warehouse) if entry.taxi in taxis]
            for warehouse in warehouses
        },
        [state for state in checks if _is_of(state, datasets)],
    )


def _is_of(state: CheckState, datasets: Sequence[Dataset]) -> bool:
    """Whether a check is of one of the datasets' tables, or of no taxi's table at all."""
    table = state.asset.rpartition("/")[2]
    return not table.endswith("_tripdata") or table in {dataset.table for dataset in datasets}


def _trips(
    warehouse: Warehouse,
    choice: Choice,
    lines: Sequence[Coverage],
    doubted: Mapping[tuple[str, str], tuple[str, ...]],
) -> tuple[list[TaxiReport], Sequence[Zone], Sequence[ZoneShape]]:
    if not warehouse.exists():
        return [], (), ()
    synthetic = {line.filename for line in lines if line.format == FileFormat.SYNTHETIC}
    with warehouse.session() as session:
        refresh(session, choice.datasets, _told_of(choice, lines, warehouse.name))
        summaries: dict[str, dict[Month, MonthSummary]] = defaultdict(dict)
        for summary in sorted(read(session, SUMMARIES), key=lambda each: each.month):
            summaries[summary.taxi][Month.parse(summary.month)] = summary
        figures: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
        for figure in read(session, FIGURES):
            figures[figure.filename, figure.sha256][figure.figure] = figure.value
        outside = outside_counts(session) if summaries else {}
        rejected = {name: each.rejected for name, each in reject_counts(session).items()}
        reports, shapes = [], read_shapes(session)
        for dataset in choice.datasets:
            loaded = {
                month: LoadedMonth(
                    each,
                    figures[each.filename, each.sha256],
                    outside.get(each.filename, 0),
                    rejected.get(each.filename, 0),
                    (*doubted.get((each.taxi, each.month), ()), *doubts_of_figures(each)),
                    each.filename in synthetic,
                )
                for month, each in summaries[dataset.taxi].items()
            }
            if chosen := choice.months(dataset, list(loaded)):
                span, before, year_before = spans(chosen, loaded)
                names = [each.summary.filename for each in span.loaded.values()]
                known = {m: each for m, each in loaded.items() if m <= chosen[-1]}
                counts = counts_together(session, names) if names else {}
                mapped = _mapped(session, dataset, span, year_before) if shapes else MappedZones()
                reports.append(
                    TaxiReport(dataset, span, before, year_before, known, counts, mapped)
                )
        return reports, read_zones(session), shapes


def _mapped(session: Session, dataset: Dataset, span: Span, year_before: Span) -> MappedZones:
    """What only maps show."""
    months = {
        file: each.summary.sha256
        for each in span.loaded.values()
        if (file := TripFile.loaded_as(dataset, each.summary.filename)) is not None
    }
    earlier = [each.summary.filename for each in year_before.loaded.values()]
    # A month that is missing on one side would look like a change.
    if span.missing or year_before.missing:
        earlier = []
    return MappedZones(
        charged_zones(session, months),
        counts_together(session, earlier)["zone"] if earlier else {},
    )


def _told_of(choice: Choice, lines: Sequence[Coverage], warehouse: str) -> set[str]:
    """The files of the loaded months that are told of or compared with.

    Those whose rows are not as many as their ledger says are among them: others may have become
    fewer since they were summarized, and stand in the charts of all months.
    """
    found: set[str] = set()
    for dataset in choice.datasets:
        files = {
            Month.parse(line.month): line
            for line in lines
            if line.taxi == dataset.taxi and line.ledger_rows[warehouse] is not None
        }
        for span in spans(choice.months(dataset, list(files)), {}):
            found |= {files[month].filename for month in span.months if month in files}
        found |= {
            line.filename
            for line in files.values()
            if line.ledger_rows[warehouse] != line.warehouse_rows[warehouse]
        }
    return found
