"""Metadata of tables for Dagster's UI: the first rows, and a bar chart."""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

_PREVIEW_ROWS, _BAR_WIDTH = 10, 40

Record = Mapping[str, Any]


def preview(records: Sequence[Record]) -> dict[str, int | dg.TableMetadataValue]:
    """The number of rows, and the first rows with their values as text."""
    first = [
        dg.TableRecord({name: str(value) for name, value in record.items()})
        for record in records[:_PREVIEW_ROWS]
    ]
    columns = [dg.TableColumn(name) for name in records[0]] if records else []
    table = dg.MetadataValue.table(first, dg.TableSchema(columns))
    return {"dagster/row_count": len(records), "preview": table}


def bar_chart(records: Sequence[Record], label: str, height: str) -> dg.MarkdownMetadataValue:
    """A bar of text for each record that has a height. Heights must not be negative."""
    bars = [(str(r[label]), float(r[height])) for r in records if r[height] is not None]
    widest = max((len(name) for name, _ in bars), default=0)
    longest = max((value for _, value in bars), default=0) or 1
    lines = [
        f"{name:<{widest}} {'█' * round(value / longest * _BAR_WIDTH)} {value:,.2f}"
        for name, value in bars
    ]
    return dg.MetadataValue.md("\n".join(["```", *lines, "```"]))
