"""External tables: BigQuery reads each raw file in the bucket in place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from taxi_assets.lake.landed_file import FileFacts
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.warehouse.bigquery.dialect import BIGQUERY, sql
from taxi_assets.warehouse.bigquery.jobs import Jobs
from taxi_assets.warehouse.bigquery.tables import ColumnOf, columns_sql, find_table

if TYPE_CHECKING:
    from google.cloud.bigquery import Table


def external_name(file: TripFile) -> str:
    """The name of a file's external table, as in the flows: ``green_tripdata_2020_04_ext``."""
    return f"{file.dataset.table}_{str(file.month).replace('-', '_')}_ext"


def ensure_external_table(jobs: Jobs, file: TripFile, uri: str, facts: FileFacts) -> bool:
    """Make the month's external table read the given object, unless it already does.

    All columns of a CSV are text, so that every file can be read. A Parquet file has its own
    columns and types, which differ over the years.

    Args:
        jobs: run in the dataset that gets the table.
        file: the month.
        uri: the object, as ``gs://bucket/name``.
        facts: the result of the file's verification.

    Returns:
        Whether the table was made or replaced.

    Raises:
        WarehouseError: a table that is not external has that name, or BigQuery refuses.
    """
    name = external_name(file)
    columns = text_columns(file.dataset, facts.header(file.dataset))
    if _reads(find_table(jobs.place, name), file, uri, columns):
        return False
    parts = {
        "table": jobs.place.qualified(name),
        "uri": BIGQUERY.literal(uri),
        "description": BIGQUERY.literal(f"{file.published_name} as it stands in the bucket."),
    }
    if file.format is FileFormat.PARQUET:
        statement = sql("create_external_parquet", **parts)
    else:
        statement = sql("create_external_csv", **parts, definitions=columns_sql(columns))
    jobs.write("create-external", statement)
    return True


def text_columns(dataset: Dataset, header: Sequence[str]) -> list[ColumnOf]:
    """The columns of a CSV with that header, all as text."""
    declared = {column.name: column.description for column in dataset.csv_columns}
    return [
        ColumnOf(name, "STRING", declared[name])
        if name in declared
        else ColumnOf(f"undeclared_{place}", "STRING", "A column that is not declared.")
        for place, name in enumerate(header, start=1)
    ]


def _reads(table: Table | None, file: TripFile, uri: str, columns: Sequence[ColumnOf]) -> bool:
    if table is None or table.external_data_configuration is None:
        return False
    configuration = table.external_data_configuration
    parquet = file.format is FileFormat.PARQUET
    if configuration.source_format != ("PARQUET" if parquet else "CSV"):
        return False
    if list(configuration.source_uris or ()) != [uri]:
        return False
    described = [(field.name, field.description) for field in table.schema]
    return parquet or described == [(column.name, column.description) for column in columns]
