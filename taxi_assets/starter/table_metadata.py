"""Tables as Dagster's UI shows them: the first rows, and bars."""

from collections.abc import Mapping, Sequence
from typing import Any

import dagster as dg

_PREVIEW_ROWS, _BAR_WIDTH = 10, 40

Record = Mapping[str, Any]


def preview(records: Sequence[Record]) -> dict[str, int | dg.TableMetadataValue]:
    """How many rows there are, and the first of them; their values as text."""
    first = [
        dg.TableRecord({name: str(value) for name, value in record.items()})
        for record in records[:_PREVIEW_ROWS]
    ]
    columns = [dg.TableColumn(name) for name in records[0]] if records else []
    table = dg.MetadataValue.table(first, dg.TableSchema(columns))
    return {"dagster/row_count": len(records), "preview": table}


def bar_chart(records: Sequence[Record], label: str, height: str) -> dg.MarkdownMetadataValue:
    """A line of text for each record that has a height, which must not be negative."""
    bars = [(str(r[label]), float(r[height])) for r in records if r[height] is not None]
    widest = max((len(name) for name, _ in bars), default=0)
    longest = max((value for _, value in bars), default=0) or 1
    lines = [
        f"{name:<{widest}} {'█' * round(value / longest * _BAR_WIDTH)} {value:,.2f}"
        for name, value in bars
    ]
    return dg.MetadataValue.md("\n".join(["```", *lines, "```"]))
