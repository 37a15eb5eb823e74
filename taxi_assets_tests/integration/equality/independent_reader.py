"""Reads published files without DuckDB, to hold the tables against.

CSV is read by Python's csv, float and datetime, Parquet by Arrow. Of the product it knows only
the declared names and types of the columns.
"""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from taxi_assets.trips.column import Column, ColumnType
from taxi_assets.trips.dataset import Dataset

Row = tuple[object, ...]
"""A trip's values in the order of the dataset's columns."""


def read_rows(path: Path, dataset: Dataset) -> list[Row]:
    """The rows of a published file."""
    if path.suffix == ".parquet":
        columns = _parquet_columns(path, dataset)
    else:
        columns = _csv_columns(path, dataset)
    return list(zip(*columns, strict=True))


def differences(found: Sequence[Row], expected: Sequence[Row]) -> str:
    """How two multisets of rows differ, in words; empty where they do not."""
    have, want = Counter(found), Counter(expected)
    missing, added = want - have, have - want
    if missing or added:
        return (
            f"{missing.total()} rows are missing, such as {list(missing)[:2]}; "
            f"{added.total()} are not in the file, such as {list(added)[:2]}"
        )
    # 0.0 == -0.0, but they are not the same value.
    signs = [_negative_zeros(rows) for rows in (found, expected)]
    return "" if signs[0] == signs[1] else f"negative zeros: {signs[0]}, in the file {signs[1]}"


def _negative_zeros(rows: Sequence[Row]) -> list[int]:
    return [
        sum(value == 0 and str(value) == "-0.0" for value in column)
        for column in zip(*rows, strict=True)
    ]


def _csv_columns(path: Path, dataset: Dataset) -> list[list[object]]:
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as text:
        reader = csv.reader(text)
        header = next(reader)
        short = [""] * len(header)
        lines = [line + short[len(line) :] for line in reader if line]
    texts = dict(zip(header, zip(*lines, strict=True), strict=True))
    none = ("",) * len(lines)
    return [
        [_VALUES[column.type](text) if text else None for text in texts.get(column.name, none)]
        for column in dataset.columns
    ]


def _code(text: str) -> str:
    return text.removesuffix(".0")


def _integer(text: str) -> int:
    value = float(text)
    assert value.is_integer()
    return int(value)


_VALUES: Mapping[ColumnType, Callable[[str], object]] = {
    ColumnType.CODE: _code,
    ColumnType.TEXT: str,
    ColumnType.TIMESTAMP: datetime.fromisoformat,
    ColumnType.INTEGER: _integer,
    ColumnType.DOUBLE: float,
}


def _parquet_columns(path: Path, dataset: Dataset) -> list[list[object]]:
    table = pq.read_table(path)
    names = {name.lower(): name for name in table.column_names}
    none = pa.nulls(table.num_rows)
    found = []
    for column in dataset.columns:
        name = next((n for n in column.parquet_names if n.lower() in names), None)
        values = none if name is None else table[names[name.lower()]]
        found.append(_from_arrow(column, values))
    return found


def _from_arrow(column: Column, values: pa.ChunkedArray) -> list[object]:
    if pa.types.is_timestamp(values.type):
        values = values.cast(pa.timestamp("us"))
    read = _ARROW_VALUES[column.type]
    return [None if value is None else read(value) for value in values.to_pylist()]


def _whole(value: float) -> int:
    assert value == int(value)
    return int(value)


_ARROW_VALUES: Mapping[ColumnType, Callable[..., object]] = {
    ColumnType.CODE: lambda value: str(_whole(value)),
    ColumnType.TEXT: str,
    ColumnType.TIMESTAMP: lambda value: value,
    ColumnType.INTEGER: _whole,
    ColumnType.DOUBLE: float,
}
