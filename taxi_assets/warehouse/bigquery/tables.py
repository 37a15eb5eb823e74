"""The tables of a dataset in BigQuery, derived from the datasets' columns."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from taxi_assets.column_schema import FILENAME, row_id_meaning
from taxi_assets.errors import WarehouseError
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.bigquery.dialect import BIGQUERY, MONTH_COLUMN, sql
from taxi_assets.warehouse.bigquery.failures import explained
from taxi_assets.warehouse.bigquery.jobs import Jobs
from taxi_assets.warehouse.bigquery.place import BigQueryPlace
from taxi_assets.warehouse.ledger import LEDGER
from taxi_assets.warehouse.session import TableColumn

if TYPE_CHECKING:
    from google.cloud.bigquery import Table

# BigQuery's API has other names for some types than its SQL.
_SQL_TYPES = {"INTEGER": "INT64", "FLOAT": "FLOAT64", "BOOLEAN": "BOOL"}
DAY_MILLISECONDS = 24 * 60 * 60 * 1000

_MONTH = "First day of the month of that file; each month is a partition."


class ColumnOf(NamedTuple):
    """A column of a table: its name, its type in SQL and its meaning."""

    name: str
    type: str
    description: str


def merged_columns(dataset: Dataset) -> list[ColumnOf]:
    """The columns of the merged table, in order."""
    return [
        ColumnOf("unique_row_id", "STRING", row_id_meaning(dataset)),
        ColumnOf("filename", "STRING", FILENAME),
        ColumnOf(MONTH_COLUMN, "DATE", _MONTH),
        *(ColumnOf(c.name, BIGQUERY.types[c.type], c.description) for c in dataset.columns),
    ]


def columns_sql(columns: Sequence[ColumnOf]) -> str:
    """Columns for a CREATE TABLE, with their descriptions."""
    return ",\n    ".join(column_sql(column) for column in columns)


def column_sql(column: ColumnOf) -> str:
    """A column for DDL, with its description."""
    description = BIGQUERY.literal(column.description)
    return f"{BIGQUERY.quote(column.name)} {column.type} OPTIONS (description = {description})"


def clustering(dataset: Dataset) -> list[str]:
    """The clustering columns of a month's rows: time of pickup, then zone of pickup."""
    return [dataset.pickup, *([dataset.pickup_zone] if dataset.pickup_zone else [])]


def create_table(jobs: Jobs, dataset: Dataset, name: str) -> None:
    """Create a merged table, without any month."""
    jobs.write(
        "create-table",
        sql(
            "create_table",
            table=jobs.place.qualified(name),
            definitions=columns_sql(merged_columns(dataset)),
            month=BIGQUERY.quote(MONTH_COLUMN),
            clustering=", ".join(map(BIGQUERY.quote, clustering(dataset))),
            description=BIGQUERY.literal(table_description(dataset)),
            taxi=BIGQUERY.literal(dataset.taxi),
        ),
    )


def table_description(dataset: Dataset) -> str:
    """The text of the merged table's description."""
    return (
        f"{dataset.title} trips, every month in one table: a month's rows are exactly those of its "
        f"file. {LEDGER.name} says which file and when."
    )


def require_partitions(place: BigQueryPlace, dataset: Dataset, table: Table) -> None:
    """Make sure that the table has a partition for each month of files, which stays.

    Raises:
        WarehouseError: it was not made by this project but, for example, by the Kestra flows; or
            BigQuery drops it, or its partitions, after some time.
    """
    address = f"{place.address}.{dataset.table}"
    if is_partitioned(table):
        _require_lasting(address, table)
        return
    if table.table_type != "TABLE":
        raise WarehouseError(f"{address} is no table but a {table.table_type}", "drop or rename it")
    flows = any(field.field_type == "BYTES" for field in table.schema)
    raise WarehouseError(
        f"{address} is not partitioned by the month of its files: it is from "
        + ("the Kestra flows (days as partitions, ids as BYTES)" if flows else "elsewhere"),
        "`taxi-assets adopt bigquery` makes a table with months of it and keeps the old one; or "
        "rename it to start with an empty one",
    )


def _require_lasting(address: str, table: Table) -> None:
    if table.expires is not None:
        raise WarehouseError(
            f"BigQuery drops {address} on {table.expires:%Y-%m-%d}, and with it every month",
            f"`ALTER TABLE {address} SET OPTIONS (expiration_timestamp = NULL)`",
        )
    expiration = table.time_partitioning.expiration_ms
    if expiration is not None:
        raise WarehouseError(
            f"BigQuery drops the partitions of {address} {expiration / DAY_MILLISECONDS:g} days "
            "after the month that they are of: an older month is gone on arrival",
            f"`ALTER TABLE {address} SET OPTIONS (partition_expiration_days = NULL)`, and load the "
            "months again",
        )


def is_partitioned(table: Table) -> bool:
    """Whether the table has a partition for each month of files."""
    partitioning = table.time_partitioning
    return (
        partitioning is not None
        and partitioning.type_ == "MONTH"
        and partitioning.field == MONTH_COLUMN
    )


def find_table(place: BigQueryPlace, name: str) -> Table | None:
    """The table or view of that name in the dataset; None if there is none."""
    from google.api_core.exceptions import NotFound

    with explained(place):
        try:
            return place.client.get_table(place.reference(name), retry=place.cloud.bigquery_retry)
        except NotFound as error:
            if "not found: dataset" in str(error.message).lower():
                raise
            return None


def drop_table(place: BigQueryPlace, name: str) -> None:
    """Drop a table, if there is one of that name."""
    with explained(place):
        place.client.delete_table(
            place.reference(name), not_found_ok=True, retry=place.cloud.bigquery_retry
        )


def table_columns(table: Table) -> list[TableColumn]:
    """The columns that the table has, with their types in SQL."""
    return [
        TableColumn(
            column.name,
            _SQL_TYPES.get(column.field_type, column.field_type),
            column.mode != "REQUIRED",
        )
        for column in table.schema
    ]


def month_value(month: Month) -> date:
    """The month's value in the partitioning column: the first day of the month."""
    return month.start.date()
