"""Small months in the form in which the hosts publish theirs, made as a test prescribes."""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from taxi_assets.trips.column import ColumnType
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.month import Month

PICKUP = "2020-04-05 10:11:12"
DROPOFF = "2020-04-05 10:31:00"

_TEXTS = {
    ColumnType.CODE: "1",
    ColumnType.TEXT: "N",
    ColumnType.TIMESTAMP: PICKUP,
    ColumnType.INTEGER: "2",
    ColumnType.DOUBLE: "9.95",
}
_VALUES: Mapping[ColumnType, object] = {
    ColumnType.CODE: 1,
    ColumnType.TEXT: "N",
    ColumnType.TIMESTAMP: datetime(2020, 4, 5, 10, 11, 12),  # noqa: DTZ001 - as in the files
    ColumnType.INTEGER: 2,
    ColumnType.DOUBLE: 9.95,
}
_TYPES = {
    ColumnType.CODE: pa.int64(),
    ColumnType.TEXT: pa.string(),
    ColumnType.TIMESTAMP: pa.timestamp("us"),
    ColumnType.INTEGER: pa.int64(),
    ColumnType.DOUBLE: pa.float64(),
}


@dataclass(frozen=True)
class Mirror:
    """A folder that holds published files as their hosts lay them out."""

    folder: Path

    @property
    def csv_url(self) -> str:
        """What TAXI_CSV_BASE_URL is for this mirror."""
        return (self.folder / "nyc-tlc-data").as_uri()

    @property
    def parquet_url(self) -> str:
        """What TAXI_PARQUET_BASE_URL is for this mirror."""
        return (self.folder / "trip-data").as_uri()

    def path(self, name: str) -> Path:
        """Where the file that is published under that name lies."""
        if name.endswith(".parquet"):
            return self.folder / "trip-data" / name
        kind = name.partition("_tripdata_")[0] if "_tripdata_" in name else "misc"
        return self.folder / "nyc-tlc-data" / kind / name

    def publish(self, name: str, data: bytes) -> Path:
        """Serve these bytes under that name from now on."""
        path = self.path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return path


def line(dataset: Dataset, **texts: str) -> str:
    """A line of a CSV release, without its end: a plausible trip but for the texts given."""
    defaults = {column.name: _TEXTS[column.type] for column in dataset.csv_columns}
    defaults[dataset.dropoff] = DROPOFF
    unknown = texts.keys() - defaults.keys()
    assert not unknown, f"no such columns: {unknown}"
    return ",".join({**defaults, **texts}.values())


def lines(dataset: Dataset, rows: int) -> list[str]:
    """So many trips, each with a fare of its own: 1, 2, 3 and so on."""
    return [line(dataset, fare_amount=str(number + 1)) for number in range(rows)]


def csv_text(
    dataset: Dataset, rows: Iterable[str], line_end: str = "\r\n", header: str | None = None
) -> bytes:
    """The text of a CSV release: its header, then these lines, each with its end."""
    text = [dataset.csv_header if header is None else header, *rows]
    return "".join(part + line_end for part in text).encode()


def csv_month(dataset: Dataset, rows: Iterable[str] | int = 3, line_end: str = "\r\n") -> bytes:
    """A CSV release: these lines, or so many trips, gzipped."""
    found = lines(dataset, rows) if isinstance(rows, int) else rows
    return gzip.compress(csv_text(dataset, found, line_end), compresslevel=1, mtime=0)


def parquet_table(dataset: Dataset, month: Month, rows: int = 3) -> pa.Table:
    """What TLC's Parquet file of a recent month holds, under its newest names and types."""
    columns = {
        column.parquet_names[0]: pa.array([_VALUES[column.type]] * rows, _TYPES[column.type])
        for column in dataset.columns
        if column.required_in_parquet(month)
    }
    return pa.table(columns)


def with_column(
    table: pa.Table, name: str, values: Sequence[object], type_: pa.DataType | None = None
) -> pa.Table:
    """The table with a column replaced, or added where it has none of that name."""
    column = pa.array(values, type_)
    if name not in table.column_names:
        return table.append_column(name, column)
    return table.set_column(table.column_names.index(name), name, column)


def parquet_bytes(table: pa.Table) -> bytes:
    """The table as a Parquet file."""
    stream = BytesIO()
    pq.write_table(table, stream)
    return stream.getvalue()
