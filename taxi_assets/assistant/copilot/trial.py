"""Tries a planned pipeline: what it would fetch, without writing anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from taxi_assets.components import HttpTable
from taxi_assets.components.pipeline import Pipeline
from taxi_assets.components.queried_table import QueriedTable
from taxi_assets.settings import Settings
from taxi_assets.sql.statements import Statement, Statements
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.registry import warehouse_of
from taxi_assets.warehouse.session import Session

_ROWS = 3


@dataclass(frozen=True)
class Trial:
    """What came of a trial.

    Attributes:
        table: the table that the rows would be of; empty if nothing was tried.
        columns: its columns with their types.
        rows: the first three rows.
        note: how many rows there are, or why nothing was tried.
    """

    table: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    rows: Sequence[Sequence[str]] = ()
    note: str = ""


def tried(pipeline: Pipeline, settings: Settings, planned: set[tuple[str, str]]) -> list[Trial]:
    """Fetch what the pipeline would fetch, and show the first rows of each table.

    Args:
        pipeline: of a plan that was proved.
        settings: that hold.
        planned: tables that other pipelines of the plan would make.

    Raises:
        TaxiAssetsError: it cannot be fetched, or does not fit.
    """
    if isinstance(pipeline, HttpTable):
        return [
            _shown(table, rows, f"{rows.num_rows:,} rows")
            for table, rows in pipeline.fetch(settings).items()
        ]
    if isinstance(pipeline, QueriedTable):
        if awaited := sorted(name for place, name in planned.intersection(pipeline.reads)):
            return [Trial(note=f"not tried: it reads {', '.join(awaited)}, which is to be made")]
        month = max(pipeline.loaded(settings), default=None) if pipeline.monthly else None
        if pipeline.monthly and month is None:
            return [Trial(note="not tried: no month of its trips is loaded")]
        rows = _first_rows(pipeline, settings, month)
        return [_shown(pipeline.table, rows, "the first rows" + (f" of {month}" if month else ""))]
    return [Trial(note="there is nothing to try without running it")]


def _first_rows(pipeline: QueriedTable, settings: Settings, month: Month | None) -> pa.Table:
    def limited(session: Session) -> Statement:
        query = pipeline.select(month)(session)
        sql = Statements(__package__ or "", session.dialect)
        return sql("first_rows", query=query.text, most=_ROWS)

    return warehouse_of(pipeline.source_warehouse, settings).read_rows(limited)


def _shown(table: str, rows: pa.Table, note: str) -> Trial:
    first = rows.slice(0, _ROWS).to_pylist()
    return Trial(
        table,
        {column.name: str(column.type) for column in rows.schema},
        [["–" if value is None else str(value) for value in row.values()] for row in first],
        note,
    )
