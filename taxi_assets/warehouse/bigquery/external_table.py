"""External tables: BigQuery reads each raw file in the bucket in place."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from taxi_assets.lake.gcs.bucket_lake import BucketLake
from taxi_assets.lake.landed_file import LandedFile
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.file import FileFormat, TripFile
from taxi_assets.warehouse.bigquery.dialect import BIGQUERY, sql
from taxi_assets.warehouse.bigquery.jobs import Jobs
from taxi_assets.warehouse.bigquery.tables import (
    ColumnOf,
    columns_sql,
    find_table,
    table_columns,
)
from taxi_assets.warehouse.session import TableColumn

if TYPE_CHECKING:
    from google.cloud.bigquery import Table


_SUFFIX, _OWN_SUFFIX = "_ext", "_raw_ext"
_DESCRIBED = " as it stands in the bucket."


def external_name(file: TripFile) -> str:
    """The name of a file's external table, as in the flows: ``green_tripdata_2020_04_ext``."""
    return f"{file.dataset.table}_{str(file.month).replace('-', '_')}{_SUFFIX}"


class ExternalTable(NamedTuple):
    """An external table.

    Attributes:
        name: its name.
        columns: its columns, with the types that BigQuery gives them.
        replaced: whether it was made or replaced just now.
    """

    name: str
    columns: Sequence[TableColumn]
    replaced: bool


def ensure_external_table(
    jobs: Jobs, lake: BucketLake, file: TripFile, landed: LandedFile
) -> ExternalTable:
    """Make the month's external table read the landed file, unless it already does.

    All columns of a CSV are text, so that every file can be read. A Parquet file has its own
    columns and types, which differ over the years. The table is of one generation of its object:
    for another one it is made anew, since another file may have other columns.

    An external table that somebody else made under that name, such as the Kestra flows with types
    of their own, is kept: the month's gets a name of its own beside it.

    Args:
        jobs: run in the dataset that gets the table.
        lake: where the file is.
        file: the month.
        landed: the file in the lake.

    Raises:
        LakeBusyError: the lake has another version of the file meanwhile.
        WarehouseError: a table that is not external has that name, or BigQuery refuses.
    """
    name, uri = external_name(file), f"{lake.url}/{landed.name}"
    generation = lake.generation(landed)
    description = f"{file.published_name}{_DESCRIBED} Its generation is {generation}."
    columns = text_columns(file.dataset, landed.facts.header(file.dataset))
    found = find_table(jobs.place, name)
    if found is not None and _is_of_others(found):
        name = name.removesuffix(_SUFFIX) + _OWN_SUFFIX
        found = find_table(jobs.place, name)
    if found is not None and _reads(found, file, uri, description, columns):
        return ExternalTable(name, table_columns(found), replaced=False)
    parts = {
        "table": jobs.place.qualified(name),
        "uri": BIGQUERY.literal(uri),
        "description": BIGQUERY.literal(description),
    }
    if file.format is FileFormat.PARQUET:
        statement = sql("create_external_parquet", **parts)
    else:
        statement = sql("create_external_csv", **parts, definitions=columns_sql(columns))
    jobs.write("create-external", statement)
    made = find_table(jobs.place, name)
    assert made is not None, "it was made just now"
    return ExternalTable(name, table_columns(made), replaced=True)


def text_columns(dataset: Dataset, header: Sequence[str]) -> list[ColumnOf]:
    """The columns of a CSV with that header, all as text."""
    declared = {column.name: column.description for column in dataset.csv_columns}
    return [
        ColumnOf(name, "STRING", declared[name])
        if name in declared
        else ColumnOf(f"undeclared_{place}", "STRING", "A column that is not declared.")
        for place, name in enumerate(header, start=1)
    ]


def _is_of_others(table: Table) -> bool:
    ours = _DESCRIBED in str(table.description or "")
    return table.external_data_configuration is not None and not ours


def _reads(
    table: Table, file: TripFile, uri: str, description: str, columns: Sequence[ColumnOf]
) -> bool:
    configuration = table.external_data_configuration
    if configuration is None or table.description != description:
        return False
    if list(configuration.source_uris or ()) != [uri]:
        return False
    described = [(field.name, field.description) for field in table.schema]
    parquet = file.format is FileFormat.PARQUET
    return parquet or described == [(column.name, column.description) for column in columns]
