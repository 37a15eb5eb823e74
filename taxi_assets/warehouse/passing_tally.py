"""Computes the tally while rows pass on their way to a warehouse, so that no query is needed."""

from __future__ import annotations

import hashlib
from collections import Counter

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from taxi_assets.sql.duckdb import DUCKDB
from taxi_assets.trips.column import ColumnType
from taxi_assets.trips.dataset import Dataset
from taxi_assets.warehouse.tally import Tally, sum_of, tally_expressions

# A statement takes some milliseconds even for few rows, so batches are collected.
_ROWS_AT_ONCE = 131_072


class PassingTally:
    """Adds up the columns of the merged table while rows pass.

    Attributes:
        texts: for each column of texts or codes, how often each value occurred; None is NULL.
    """

    def __init__(self, dataset: Dataset) -> None:
        self.texts: dict[str, Counter[str | None]] = {
            column.name: Counter()
            for column in dataset.columns
            if column.type in (ColumnType.CODE, ColumnType.TEXT)
        }
        expressions = tally_expressions(dataset, DUCKDB)
        self._total: Counter[str] = Counter(dict.fromkeys(expressions, 0))
        for name in self.texts:
            del expressions[sum_of(name)]
        self._names = tuple(expressions)
        self._figures = ", ".join(expressions.values())
        self._connection = duckdb.connect()
        self._batches: list[pa.RecordBatch] = []
        self._rows = 0

    def add(self, batch: pa.RecordBatch) -> None:
        """Add a batch of rows."""
        for name, counted in self.texts.items():
            found = pc.value_counts(batch.column(name))
            values, counts = found.field("values").to_pylist(), found.field("counts").to_pylist()
            counted.update(dict(zip(values, counts, strict=True)))
        self._batches.append(batch)
        self._rows += batch.num_rows
        if self._rows >= _ROWS_AT_ONCE:
            self._add_up()

    def finish(self) -> Tally:
        """The tally of all rows that were added. No rows can be added after it."""
        self._add_up()
        self._connection.close()
        for name, counted in self.texts.items():
            self._total[sum_of(name)] = sum(
                count * int(hashlib.md5(text.encode()).hexdigest()[:15], 16)  # noqa: S324
                for text, count in counted.items()
                if text is not None
            )
        return dict(self._total)

    def _add_up(self) -> None:
        if not self._batches:
            return
        rows = self._connection.from_arrow(pa.Table.from_batches(self._batches))
        self._batches, self._rows = [], 0
        found = rows.aggregate(self._figures).fetchall()[0]
        for name, value in zip(self._names, found, strict=True):
            self._total[name] += int(value)
