"""What the audit wants to know of rows, taken as they pass on their way to a warehouse."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

import pyarrow as pa
import pyarrow.compute as pc

from taxi_assets.lake.bad_values import FIRST_TIME, LAST_TIME
from taxi_assets.trips.column import ColumnType
from taxi_assets.trips.dataset import Dataset
from taxi_assets.warehouse.audit import MonthAudit

_TIME = pa.timestamp("us")
_FIRST = pa.scalar(datetime.fromisoformat(FIRST_TIME), _TIME)
_LAST = pa.scalar(datetime.fromisoformat(LAST_TIME), _TIME)


@dataclass
class RowFigures:
    """The figures of the rows that passed so far; rows are counted by who stores them."""

    dataset: Dataset
    bad_pickups: int = 0
    bad_dropoffs: int = 0
    infinite_amounts: int = 0
    codes: dict[str, set[str | None]] = field(default_factory=lambda: defaultdict(set))

    def add(self, batch: pa.RecordBatch) -> None:
        """Look at some more rows, in the columns of the merged table."""
        pickup = batch.column(self.dataset.pickup)
        self.bad_pickups += pickup.null_count + _out_of_range(pickup)
        self.bad_dropoffs += _out_of_range(batch.column(self.dataset.dropoff))
        for column in self.dataset.columns:
            if column.type is ColumnType.CODE:
                self.codes[column.name].update(pc.unique(batch.column(column.name)).to_pylist())
            elif column.type is ColumnType.DOUBLE:
                infinite = pc.sum(pc.is_inf(batch.column(column.name))).as_py()
                self.infinite_amounts += infinite or 0

    def audit(self, rows: int) -> MonthAudit:
        """The figures, with the rows that were counted."""
        return MonthAudit(
            rows, self.bad_pickups, self.bad_dropoffs, self.infinite_amounts, self.codes
        )


def _out_of_range(times: pa.Array) -> int:
    outside = pc.or_(pc.less(times, _FIRST), pc.greater(times, _LAST))
    return pc.sum(outside).as_py() or 0
