"""Computes the audit's figures and the tally while rows pass on their way to a warehouse."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pyarrow as pa
import pyarrow.compute as pc

from taxi_assets.rows.domain import FIRST_TIME, LAST_TIME
from taxi_assets.trips.column import ColumnType
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.audit import MonthAudit
from taxi_assets.warehouse.passing_tally import PassingTally
from taxi_assets.warehouse.tally import Tally

_TIME = pa.timestamp("us")
_EPOCH = datetime.fromisoformat("1970-01-01")


def _time(text: str) -> pa.Scalar:
    """A time for Arrow, made from bytes: making it from a datetime imports pandas."""
    microseconds = (datetime.fromisoformat(text) - _EPOCH) // timedelta(microseconds=1)
    bytes_of_one = pa.py_buffer(microseconds.to_bytes(8, sys.byteorder, signed=True))
    return pa.Array.from_buffers(_TIME, 1, [None, bytes_of_one])[0]


_FIRST, _LAST = _time(FIRST_TIME), _time(LAST_TIME)


@dataclass
class RowFigures:
    """The figures of the rows that were added. The caller counts the rows that it stores."""

    file: TripFile
    bad_pickups: int = 0
    bad_dropoffs: int = 0
    other_pickups: int = 0
    odd_amounts: int = 0
    _tally: PassingTally = field(init=False)

    def __post_init__(self) -> None:
        self._tally = PassingTally(self.file.dataset)
        month = self.file.month
        self._start, self._end = (_time(time.isoformat()) for time in (month.start, month.end))

    @property
    def dataset(self) -> Dataset:
        """Whose rows they are."""
        return self.file.dataset

    def add(self, batch: pa.RecordBatch) -> None:
        """Add a batch of rows that has the columns of the merged table."""
        self._tally.add(batch)
        pickup = batch.column(self.dataset.pickup)
        self.bad_pickups += pickup.null_count + _out_of_range(pickup)
        self.other_pickups += _count(
            pc.or_(pc.less(pickup, self._start), pc.greater_equal(pickup, self._end))
        )
        self.bad_dropoffs += _out_of_range(batch.column(self.dataset.dropoff))
        for column in self.dataset.columns:
            if column.type is ColumnType.DOUBLE:
                amounts = batch.column(column.name)
                self.odd_amounts += _count(pc.invert(pc.is_finite(amounts)))

    def audit(self, rows: int) -> MonthAudit:
        """The figures for the audit, with the number of rows that were stored."""
        codes = {
            name: texts
            for name, texts in self._tally.texts.items()
            if self.dataset.column(name).type is ColumnType.CODE
        }
        return MonthAudit(
            rows,
            self.bad_pickups,
            self.bad_dropoffs,
            self.other_pickups,
            self.odd_amounts,
            codes,
        )

    def tally(self) -> Tally:
        """The tally of the rows. No rows can be added after it."""
        return self._tally.finish()


def _out_of_range(times: pa.Array) -> int:
    return _count(pc.or_(pc.less(times, _FIRST), pc.greater(times, _LAST)))


def _count(found: pa.Array) -> int:
    return pc.sum(found).as_py() or 0
