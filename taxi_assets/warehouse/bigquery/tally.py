"""Tallies in BigQuery: taken of a month's rows, kept beside the ledger."""

from __future__ import annotations

from collections import defaultdict

from taxi_assets.trips.column import ColumnType
from taxi_assets.trips.file import TripFile
from taxi_assets.warehouse.bigquery.jobs import Jobs
from taxi_assets.warehouse.bigquery.tables import (
    MONTH_COLUMN,
    find_table,
    literal,
    month_value,
    quoted,
)
from taxi_assets.warehouse.bigquery.warehouse import BigQueryWarehouse, sql
from taxi_assets.warehouse.tally import TALLY_TABLE, Sums, Tally, tally_expressions

# Sums of some million pieces of hashes pass 64 bits.
_TEXT = "SUM(CAST(CAST(CONCAT('0x', LEFT(TO_HEX(MD5({column})), 15)) AS INT64) AS NUMERIC))"

SUMS = Sums(
    row_ids=(
        "SUM(CAST(CASE WHEN REGEXP_CONTAINS({column}, r'^[0-9a-f]{{15}}') "
        "THEN CAST(CONCAT('0x', LEFT({column}, 15)) AS INT64) END AS NUMERIC))"
    ),
    by_type={
        ColumnType.CODE: _TEXT,
        ColumnType.TEXT: _TEXT,
        # As the other databases have it, whose seconds are doubles: far years lose microseconds.
        ColumnType.TIMESTAMP: (
            "SUM(CAST(CAST(FLOOR(UNIX_MICROS({column}) / 1e6 * 1e6 + 0.5) AS INT64) AS NUMERIC))"
        ),
        ColumnType.INTEGER: "SUM(CAST({column} AS NUMERIC))",
        ColumnType.DOUBLE: (
            "SUM(CASE WHEN ABS({column}) < 9e12 "
            "THEN CAST(CAST(FLOOR({column} * 1e6 + 0.5) AS INT64) AS NUMERIC) END)"
        ),
    },
    identifier=quoted,
)
"""How BigQuery writes sums."""


def take_tally(jobs: Jobs, file: TripFile) -> Tally:
    """The tally of the month's rows in the merged table, whose columns are as declared."""
    expressions = tally_expressions(file.dataset, SUMS)
    query = sql(
        "take_tally",
        figures=",\n    ".join(expressions.values()),
        table=jobs.warehouse.qualified(file.dataset.table),
        month=quoted(MONTH_COLUMN),
    )
    filenames = [sibling.filename for sibling in file.siblings]
    [row] = jobs.read(query, month=month_value(file.month), filenames=filenames)
    return {name: _whole(value) for name, value in zip(expressions, row, strict=True)}


def keep_tally(warehouse: BigQueryWarehouse, tally: Tally) -> list[str]:
    """Statements that keep the tally of @filename in place of those of @filenames."""
    figures = (f"(@filename, {literal(name)}, NUMERIC '{value}')" for name, value in tally.items())
    table = warehouse.qualified(TALLY_TABLE)
    return [
        sql("delete_tallies", table=table),
        sql("insert_tally", table=table, figures=",\n    ".join(figures)),
    ]


def kept_tallies(jobs: Jobs, filenames: list[str]) -> dict[str, dict[str, int]]:
    """The tally that was kept of each file, by its name."""
    found: dict[str, dict[str, int]] = defaultdict(dict)
    if find_table(jobs.warehouse, TALLY_TABLE) is not None:
        query = sql("select_tallies", table=jobs.warehouse.qualified(TALLY_TABLE))
        for filename, figure, value in jobs.read(query, filenames=filenames):
            found[str(filename)][str(figure)] = _whole(value)
    return dict(found)


def _whole(value: object) -> int:
    """A count or a sum; NUMERIC comes as a decimal."""
    return int(str(value).partition(".")[0])
