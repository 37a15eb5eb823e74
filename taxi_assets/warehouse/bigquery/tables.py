"""The tables of the BigQuery warehouse, derived from the datasets' columns.

A month is a partition by `file_month`, the month of the file that a row is from: pickups stray
into other months and years, so that no partition by pickup holds just one file's rows.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date
from typing import TYPE_CHECKING, NamedTuple

from taxi_assets.column_schema import FILENAME, row_id_meaning
from taxi_assets.errors import WarehouseError
from taxi_assets.trips.column import ColumnType
from taxi_assets.trips.dataset import Dataset
from taxi_assets.trips.month import Month
from taxi_assets.warehouse.bigquery.failures import told
from taxi_assets.warehouse.bigquery.jobs import Jobs
from taxi_assets.warehouse.bigquery.warehouse import BigQueryWarehouse, sql
from taxi_assets.warehouse.column_differences import differences
from taxi_assets.warehouse.ledger import LEDGER_TABLE, LedgerEntry
from taxi_assets.warehouse.tally import TALLY_TABLE

if TYPE_CHECKING:
    from google.cloud.bigquery import Table

MONTH_COLUMN = "file_month"
"""The column that months are partitions by."""

TYPES: Mapping[ColumnType, str] = {
    ColumnType.CODE: "STRING",
    ColumnType.TEXT: "STRING",
    ColumnType.TIMESTAMP: "TIMESTAMP",
    ColumnType.INTEGER: "INT64",
    ColumnType.DOUBLE: "FLOAT64",
}
"""BigQuery's type for the values of each column type."""

# Tables tell their types under names that SQL does not have.
_SQL_TYPES = {"INTEGER": "INT64", "FLOAT": "FLOAT64", "BOOLEAN": "BOOL"}
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
        *(ColumnOf(c.name, TYPES[c.type], c.description) for c in dataset.columns),
    ]


def declared_columns(dataset: Dataset) -> dict[str, str]:
    """Name and BigQuery type of each column of the merged table, in order."""
    return {column.name: column.type for column in merged_columns(dataset)}


def columns_sql(columns: Sequence[ColumnOf]) -> str:
    """Columns for a CREATE TABLE, with their descriptions."""
    return ",\n    ".join(column_sql(column) for column in columns)


def column_sql(column: ColumnOf) -> str:
    """A column for DDL, with its description."""
    description = literal(column.description)
    return f"{quoted(column.name)} {column.type} OPTIONS (description = {description})"


def quoted(name: str) -> str:
    """The name as an SQL identifier."""
    return f"`{name}`"


def literal(text: str) -> str:
    """The text as an SQL string constant."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\n", "\\n")
    return f"'{escaped}'"


def clustering(dataset: Dataset) -> list[str]:
    """The columns by which rows of a month are sorted: by time of pickup, then by its zone."""
    return [dataset.pickup, *([dataset.pickup_zone] if dataset.pickup_zone else [])]


def ensure_tables(jobs: Jobs, dataset: Dataset) -> None:
    """Create the merged table, ledger and tallies where missing; add columns declared since.

    Nothing is sent but questions about the tables, which are free, where all is as declared.

    Raises:
        WarehouseError: the table has a column of another name, type or place than declared, or
            is not partitioned by month.
    """
    for table, create in ((LEDGER_TABLE, "create_ledger"), (TALLY_TABLE, "create_tallies")):
        if find_table(jobs.warehouse, table) is None:
            statement = sql(create, table=jobs.warehouse.qualified(table))
            jobs.write(create.replace("_", "-"), statement)
    found = find_table(jobs.warehouse, dataset.table)
    if found is None:
        create_table(jobs, dataset, dataset.table)
        return
    require_partitions(jobs.warehouse, dataset, found)
    declared = merged_columns(dataset)
    present = table_columns(found)
    if present != [(column.name, column.type) for column in declared[: len(present)]]:
        raise WarehouseError(
            f"{jobs.warehouse.address}.{dataset.table} is not as declared: "
            + "; ".join(column_differences(present, dataset)),
            "rename the table to keep it (ALTER TABLE ... RENAME TO ...), then load the months "
            "again",
        )
    for column in declared[len(present) :]:
        table = jobs.warehouse.qualified(dataset.table)
        jobs.write(f"add-{column.name}", sql("add_column", table=table, column=column_sql(column)))


def create_table(jobs: Jobs, dataset: Dataset, name: str) -> None:
    """Create a merged table, without any month."""
    jobs.write(
        "create-table",
        sql(
            "create_table",
            table=jobs.warehouse.qualified(name),
            columns=columns_sql(merged_columns(dataset)),
            month=quoted(MONTH_COLUMN),
            clustering=", ".join(map(quoted, clustering(dataset))),
            description=literal(table_description(dataset)),
            taxi=literal(dataset.taxi),
        ),
    )


def table_description(dataset: Dataset) -> str:
    """What the merged table's description says."""
    return (
        f"{dataset.title} trips, every month in one table: a month's rows are exactly those of its "
        f"file. {LEDGER_TABLE} says which file and when."
    )


def require_partitions(warehouse: BigQueryWarehouse, dataset: Dataset, table: Table) -> None:
    """Make sure that the table has a partition for each month of files.

    Raises:
        WarehouseError: it is from elsewhere, such as the Kestra flows.
    """
    if is_partitioned(table):
        return
    place = f"{warehouse.address}.{dataset.table}"
    if table.table_type != "TABLE":
        raise WarehouseError(f"{place} is no table but a {table.table_type}", "drop or rename it")
    flows = any(field.field_type == "BYTES" for field in table.schema)
    raise WarehouseError(
        f"{place} is not partitioned by the month of its files: it is from "
        + ("the Kestra flows (days as partitions, ids as BYTES)" if flows else "elsewhere"),
        "`taxi-assets adopt bigquery` makes a table with months of it and keeps the old one; or "
        "rename it to start with an empty one",
    )


def is_partitioned(table: Table) -> bool:
    """Whether the table has a partition for each month of files."""
    partitioning = table.time_partitioning
    return (
        partitioning is not None
        and partitioning.type_ == "MONTH"
        and partitioning.field == MONTH_COLUMN
    )


def find_table(warehouse: BigQueryWarehouse, name: str) -> Table | None:
    """What stands under that name in the dataset."""
    from google.api_core.exceptions import NotFound

    with told(warehouse):
        try:
            return warehouse.client.get_table(
                warehouse.reference(name), retry=warehouse.cloud.bigquery_retry
            )
        except NotFound as error:
            if "not found: dataset" in str(error.message).lower():
                raise
            return None


def drop_table(warehouse: BigQueryWarehouse, name: str) -> None:
    """Drop a table, if there is one of that name."""
    with told(warehouse):
        warehouse.client.delete_table(
            warehouse.reference(name), not_found_ok=True, retry=warehouse.cloud.bigquery_retry
        )


def table_columns(table: Table) -> list[tuple[str, str]]:
    """Name and SQL type of each column that the table has."""
    return [(f.name, _SQL_TYPES.get(f.field_type, f.field_type)) for f in table.schema]


def column_differences(present: list[tuple[str, str]], dataset: Dataset) -> tuple[str, ...]:
    """How a table's columns differ from the declared ones, in words."""
    return differences(present, declared_columns(dataset))


def month_value(month: Month) -> date:
    """The month in the column that partitions are by."""
    return month.start.date()


def ledger_entries(jobs: Jobs, dataset: Dataset) -> list[LedgerEntry]:
    """The ledger's lines of a dataset, newest first."""
    if find_table(jobs.warehouse, LEDGER_TABLE) is None:
        return []
    query = sql("select_from_ledger", table=jobs.warehouse.qualified(LEDGER_TABLE))
    return [_entry(*row) for row in jobs.read(query, taxi=dataset.taxi)]


def _entry(*values: object) -> LedgerEntry:
    entry = LedgerEntry(*values)  # type: ignore[arg-type]
    # The ledger's times are UTC without saying so, in every warehouse.
    return replace(entry, loaded_at=entry.loaded_at.astimezone(UTC).replace(tzinfo=None))
