"""Turns a table of the Kestra flows into one with a partition for each month's file.

The flows' tables in BigQuery are partitioned by day of pickup. Their amounts are NUMERIC. Their id
is the BYTES of an MD5 over five columns, which differs from the id in the other warehouses. The
rows keep their values and get the id of the other warehouses. The ledger has no entry for them,
since nobody counted their files: load those months again to have them verified.
"""

from __future__ import annotations

from collections.abc import Mapping

from taxi_assets.errors import WarehouseError
from taxi_assets.trips.column import Column, ColumnType
from taxi_assets.trips.dataset import Dataset
from taxi_assets.warehouse.bigquery.dialect import BIGQUERY, MONTH_COLUMN, sql
from taxi_assets.warehouse.bigquery.jobs import Jobs
from taxi_assets.warehouse.bigquery.tables import (
    create_table,
    drop_table,
    find_table,
    is_partitioned,
    merged_columns,
    table_columns,
)
from taxi_assets.warehouse.interface import AdoptedTable

# The conversions that adoption makes: (type in the flows' table, declared type).
_WIDENED = frozenset(
    {("NUMERIC", "FLOAT64"), ("INT64", "STRING"), ("STRING", "INT64"), ("INT64", "FLOAT64")}
    | {("DATETIME", "TIMESTAMP"), ("BIGNUMERIC", "FLOAT64")}
)


def adopt_table(jobs: Jobs, dataset: Dataset) -> AdoptedTable | None:
    """Replace the dataset's table with one that has a partition per month.

    One statement fills the new table under another name. Its row count is compared with that of
    the old table, and then both are renamed. If an adoption stops between the two renames, the
    next one finishes it.

    Returns:
        What was adopted; None if there is nothing to adopt.

    Raises:
        WarehouseError: its columns are not the flows', or the new table has other rows.
    """
    place = jobs.place
    found = find_table(place, dataset.table)
    aside, kept = f"{dataset.table}_adopted", f"{dataset.table}_from_flows"
    if found is None:
        if find_table(place, kept) is None or find_table(place, aside) is None:
            return None
        return _take_place(jobs, dataset, aside, kept)
    if is_partitioned(found):
        return None
    if find_table(place, kept) is not None:
        raise WarehouseError(
            f"{place.address}.{kept} is there already, from an earlier adoption",
            "drop or rename it, and run again",
        )
    present = {column.name: column.type for column in table_columns(found)}
    _require_convertible(jobs, dataset, present)
    drop_table(place, aside)
    create_table(jobs, dataset, aside)
    jobs.write(
        "adopt",
        sql(
            "adopt_rows",
            aside=place.qualified(aside),
            table=place.qualified(dataset.table),
            columns=",\n    ".join(
                BIGQUERY.quote(column.name) for column in merged_columns(dataset)
            ),
            key=key_texts(dataset, present),
            month=BIGQUERY.quote(MONTH_COLUMN),
            values=values_sql(dataset, present),
        ),
    )
    _require_same_count(jobs, dataset.table, aside)
    jobs.write(
        "keep",
        sql("rename_table", table=place.qualified(dataset.table), name=BIGQUERY.quote(kept)),
    )
    return _take_place(jobs, dataset, aside, kept)


def key_texts(dataset: Dataset, present: Mapping[str, str]) -> str:
    """SQL for the texts of the row id's key columns: the same texts as in every warehouse.

    Args:
        dataset: the dataset of the table.
        present: the type of each column that the table has, by its name.
    """
    return ", ".join(_key_text(dataset.column(name), present) for name in dataset.row_id_key)


def values_sql(dataset: Dataset, present: Mapping[str, str]) -> str:
    """SQL that converts a table's columns to the declared types; a missing column is NULL.

    Args:
        dataset: the dataset of the table.
        present: the type of each column that the table has, by its name.
    """
    return ",\n    ".join(_value(column, present) for column in dataset.columns)


def _take_place(jobs: Jobs, dataset: Dataset, aside: str, kept: str) -> AdoptedTable:
    jobs.write(
        "take-place",
        sql("rename_table", table=jobs.place.qualified(aside), name=BIGQUERY.quote(dataset.table)),
    )
    query = sql(
        "count_adopted",
        table=jobs.place.qualified(dataset.table),
        month=BIGQUERY.quote(MONTH_COLUMN),
    )
    [row] = jobs.read(query)
    rows, months, other_rows = (int(str(value)) for value in row)
    return AdoptedTable(dataset.table, rows, months, other_rows, f"{jobs.place.address}.{kept}")


def _require_convertible(jobs: Jobs, dataset: Dataset, present: Mapping[str, str]) -> None:
    wrong = []
    for column in dataset.columns:
        found, declared = present.get(column.name), BIGQUERY.types[column.type]
        if found is None and column.csv_position is not None:
            wrong.append(f"{column.name} is missing")
        elif found not in (None, declared) and (found, declared) not in _WIDENED:
            wrong.append(f"{column.name} is {found}")
    if "filename" not in present:
        wrong.append("filename is missing")
    if wrong:
        raise WarehouseError(
            f"{jobs.place.address}.{dataset.table} does not have the flows' columns: "
            + "; ".join(wrong),
            "rename the table to keep it, and load the months again",
        )


def _require_same_count(jobs: Jobs, table: str, aside: str) -> None:
    names = {
        "table": jobs.place.qualified(table),
        "aside": jobs.place.qualified(aside),
    }
    [(before, after)] = jobs.read(sql("count_both", **names))
    if before != after:
        raise WarehouseError(
            f"{jobs.place.address}.{table} has {before:,} rows, its successor {after:,}: "
            "somebody wrote to it meanwhile",
            "run again; the table is as it was",
        )


def _value(column: Column, present: Mapping[str, str]) -> str:
    declared = BIGQUERY.types[column.type]
    if column.name not in present:
        return f"CAST(NULL AS {declared})"
    name, found = BIGQUERY.quote(column.name), present[column.name]
    if found == declared:
        return name
    return f"TIMESTAMP({name}, 'UTC')" if found == "DATETIME" else f"CAST({name} AS {declared})"


def _key_text(column: Column, present: Mapping[str, str]) -> str:
    """The text of a value as Postgres writes it.

    A NUMERIC is written without zeros at its end, as the shortest text of a double is.
    """
    name = BIGQUERY.quote(column.name)
    match column.type:
        case ColumnType.TIMESTAMP:
            time = _value(column, present)
            text = f"FORMAT_TIMESTAMP('%Y-%m-%d %H:%M:%S', {time}, 'UTC')"
        case ColumnType.DOUBLE:
            text = f"CAST(CAST({name} AS NUMERIC) AS STRING)"
        case _:
            text = f"CAST({name} AS STRING)"
    return f"IFNULL({text}, '')"
