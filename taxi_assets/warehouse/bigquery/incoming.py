"""Brings the typed rows of a month into a staging table."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from taxi_assets.errors import WarehouseError
from taxi_assets.lake.folder import disk_refusals
from taxi_assets.lake.gcs.bucket_lake import BucketLake
from taxi_assets.rows.arrow_rows import row_batches
from taxi_assets.rows.reading import OpenMonth
from taxi_assets.rows.row_digest import Digests
from taxi_assets.trips.column import ColumnType
from taxi_assets.trips.dataset import Dataset
from taxi_assets.warehouse.audit import judge
from taxi_assets.warehouse.bigquery.dialect import MONTH_COLUMN
from taxi_assets.warehouse.bigquery.external_rows import read_external
from taxi_assets.warehouse.bigquery.jobs import Jobs
from taxi_assets.warehouse.bigquery.staging import staged_table
from taxi_assets.warehouse.bigquery.tables import merged_columns, month_value
from taxi_assets.warehouse.row_figures import RowFigures
from taxi_assets.warehouse.tally import Tally

if TYPE_CHECKING:
    from google.cloud.bigquery import LoadJobConfig

# BigQuery reads a time marked as UTC as a TIMESTAMP, and its text stays the same.
_ARROW_TYPES: Mapping[ColumnType, pa.DataType] = {
    ColumnType.CODE: pa.string(),
    ColumnType.TEXT: pa.string(),
    ColumnType.TIMESTAMP: pa.timestamp("us", "UTC"),
    ColumnType.INTEGER: pa.int64(),
    ColumnType.DOUBLE: pa.float64(),
}


# Larger row groups compress better; these take about 100 MB of memory.
_GROUP_ROWS = 262_144


class IncomingRows(NamedTuple):
    """The staging table's qualified name, quoted for SQL, and what is known of its rows."""

    table: str
    tally: Tally
    digests: Digests


@contextmanager
def incoming_rows(
    jobs: Jobs, month: OpenMonth, bucket: BucketLake | None = None
) -> Iterator[IncomingRows]:
    """Bring the month's typed rows into a staging table, audit them, and yield it.

    BigQuery reads the file itself where it lies in a bucket. Where that does not do, the rows are
    read here and sent. The table is dropped when the context ends.

    Args:
        jobs: run for the month.
        month: the landed file.
        bucket: the lake that BigQuery may read; None to send the rows.

    Raises:
        InvalidFileError: a value does not fit its column, or a blocking check would refuse the
            month.
        StorageError: the local disk is full.
        LakeBusyError: the lake has another version of the file meanwhile.
    """
    dataset = month.file.dataset
    name = f"{dataset.table}_incoming_{str(month.file.month).replace('-', '_')}"
    with staged_table(jobs, name, merged_columns(dataset), {"taxi": dataset.taxi}) as staged:
        found = read_external(jobs, bucket, month, staged) if bucket is not None else None
        if found is None:
            found = _send(jobs, month, staged)
        yield IncomingRows(jobs.place.qualified(staged), *found)


def _send(jobs: Jobs, month: OpenMonth, staged: str) -> tuple[Tally, Digests]:
    """Read the rows here, audit them, and load them; return their tally and their digest."""
    # The file has no name, so the system removes it however the process ends.
    with tempfile.TemporaryFile() as rows:
        with disk_refusals(Path(tempfile.gettempdir())):
            count, figures = _write(month, rows)
        arrived = jobs.load("load-incoming", rows, staged, _config())
    if arrived != count:
        raise WarehouseError(
            f"{month.file}: {count:,} rows were sent, and {arrived:,} arrived",
            "run again; if it stays so, report it to Google",
        )
    return figures.tally(), figures.digests()


def _config() -> LoadJobConfig:
    from google.cloud.bigquery import LoadJobConfig, SourceFormat, WriteDisposition

    return LoadJobConfig(
        source_format=SourceFormat.PARQUET, write_disposition=WriteDisposition.WRITE_TRUNCATE
    )


def _write(month: OpenMonth, stream: IO[bytes]) -> tuple[int, RowFigures]:
    """Write the typed rows to a Parquet file and audit them; return their number and figures."""
    dataset = month.file.dataset
    figures = RowFigures(month.file)
    schema = _schema(dataset)
    file_month = pa.scalar(month_value(month.file.month), pa.date32())
    rows = 0
    with (
        closing(row_batches(month)) as batches,
        pq.ParquetWriter(stream, schema, compression="zstd") as writer,
    ):
        group: list[pa.RecordBatch] = []
        for batch in batches:
            typed = figures.add(batch)
            columns = {name: typed.column(name) for name in typed.schema.names}
            columns[MONTH_COLUMN] = pa.repeat(file_month, batch.num_rows)
            arrays = [columns[field.name].cast(field.type) for field in schema]
            group.append(pa.RecordBatch.from_arrays(arrays, schema=schema))
            rows += batch.num_rows
            if sum(each.num_rows for each in group) >= _GROUP_ROWS:
                writer.write_table(pa.Table.from_batches(group))
                group = []
        if group:
            writer.write_table(pa.Table.from_batches(group))
    judge(month, figures.audit(rows))
    return rows, figures


def _schema(dataset: Dataset) -> pa.Schema:
    leading = {"unique_row_id": pa.string(), "filename": pa.string(), MONTH_COLUMN: pa.date32()}
    return pa.schema(
        leading | {column.name: _ARROW_TYPES[column.type] for column in dataset.columns}
    )
