"""Computes audit, tally and digest while rows pass on their way to a warehouse."""

from __future__ import annotations

import sys
from datetime import datetime, timedelta

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from taxi_assets.rows.arrow_rows import numbers
from taxi_assets.rows.domain import FIRST_TIME, LAST_TIME
from taxi_assets.rows.row_digest import Digests, as_digest
from taxi_assets.rows.typed_rows import ID_HASH, ROW_HASH
from taxi_assets.sql.duckdb import DUCKDB
from taxi_assets.trips.column import ColumnType
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.audit import MonthAudit
from taxi_assets.warehouse.id_hashes import HASH, IdHashes
from taxi_assets.warehouse.tally import SHARED_ROW_IDS, Tally, tally_expressions

_TIME = pa.timestamp("us")
_EPOCH = datetime.fromisoformat("1970-01-01")


def _time(text: str) -> pa.Scalar:
    """A time for Arrow, made from bytes: making it from a datetime imports pandas."""
    microseconds = (datetime.fromisoformat(text) - _EPOCH) // timedelta(microseconds=1)
    bytes_of_one = pa.py_buffer(microseconds.to_bytes(8, sys.byteorder, signed=True))
    return pa.Array.from_buffers(_TIME, 1, [None, bytes_of_one])[0]


_FIRST, _LAST = _time(FIRST_TIME), _time(LAST_TIME)


# A query takes some milliseconds even for few rows, so batches are collected.
_ROWS_AT_ONCE = 131_072


class RowFigures:
    """The figures of the rows that were added. The caller counts the rows that it stores."""

    def __init__(self, file: TripFile) -> None:
        self._dataset, month = file.dataset, file.month
        self._start, self._end = (_time(time.isoformat()) for time in (month.start, month.end))
        self._bad_pickups = self._bad_dropoffs = self._other_pickups = self._odd_amounts = 0
        self._codes: dict[str, set[str | None]] = {
            column.name: set() for column in self._dataset.columns if column.type is ColumnType.CODE
        }
        self._hashes = 0
        self._ids = IdHashes()
        expressions = tally_expressions(self._dataset, DUCKDB)
        self._tally = dict.fromkeys(expressions, 0)
        self._figures = ", ".join(expressions.values())
        self._connection = duckdb.connect()
        self._waiting: list[pa.RecordBatch] = []

    def add(self, batch: pa.RecordBatch) -> pa.RecordBatch:
        """Add a batch of rows with their hashes; return it with the merged table's columns only.

        There is no digest of rows without `ROW_HASH`.
        """
        hashes = [name for name in (ROW_HASH, ID_HASH) if name in batch.schema.names]
        if ROW_HASH in hashes:
            row_hashes = numbers(batch.column(ROW_HASH), HASH)
            self._hashes += int((row_hashes.byteswap() >> 4).sum())
        self._ids.add(batch.column(ID_HASH))
        rows = batch.drop_columns(hashes)
        pickup = rows.column(self._dataset.pickup)
        self._bad_pickups += pickup.null_count + _out_of_range(pickup)
        self._other_pickups += _count(
            pc.or_(pc.less(pickup, self._start), pc.greater_equal(pickup, self._end))
        )
        self._bad_dropoffs += _out_of_range(rows.column(self._dataset.dropoff))
        for column in self._dataset.columns:
            values = rows.column(column.name)
            if column.type is ColumnType.DOUBLE:
                self._odd_amounts += _count(pc.invert(pc.is_finite(values)))
            elif column.type is ColumnType.CODE:
                self._codes[column.name].update(pc.unique(values).to_pylist())
        self._waiting.append(rows)
        if len(self._waiting) * batch.num_rows >= _ROWS_AT_ONCE:
            self._add_up()
        return rows

    def audit(self, rows: int) -> MonthAudit:
        """The figures for the audit, with the number of rows that were stored."""
        return MonthAudit(
            rows,
            self._bad_pickups,
            self._bad_dropoffs,
            self._other_pickups,
            self._odd_amounts,
            self._codes,
        )

    def tally(self) -> Tally:
        """The tally of the rows. No rows can be added after it."""
        self._add_up()
        self._connection.close()
        return {**self._tally, SHARED_ROW_IDS: len(self._ids.shared())}

    def digests(self) -> Digests:
        """The digest of the rows."""
        return Digests(as_digest(self._hashes))

    def _add_up(self) -> None:
        if not self._waiting:
            return
        rows = self._connection.from_arrow(pa.Table.from_batches(self._waiting))
        self._waiting = []
        found = rows.aggregate(self._figures).fetchall()[0]
        for name, value in zip(self._tally, found, strict=True):
            self._tally[name] += int(value)


def _out_of_range(times: pa.Array) -> int:
    return _count(pc.or_(pc.less(times, _FIRST), pc.greater(times, _LAST)))


def _count(found: pa.Array) -> int:
    return pc.sum(found).as_py() or 0
